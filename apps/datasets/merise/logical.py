"""From a conceptual model (MCD) to the tables that hold it (MLD), by the rules of Merise.

- An entity becomes a table, its identifier the key.
- An association with a leg of at most 1 becomes a foreign key in the table of that leg: required if it is 1,1; unique
  if another leg is of at most 1 too. Its attributes go with it.
- Any other becomes a table whose key is made of the foreign keys, and of its own identifier if it has one.
- A weak entity has the keys that it borrows in front of its own.

What tables cannot say is lost, and told by nothing else: that an occurrence takes part once at least (1,n), or that
both sides of a 1,1–1,1 must be there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from apps.datasets.exceptions import Fault, SchemaRefused
from apps.datasets.merise.checking import MAX_LABEL, faults_of_table
from apps.datasets.merise.document import Association, DataModel, Entity, Leg
from apps.datasets.merise.faults import faults, weak_links
from apps.datasets.merise.naming import first_free, joined
from apps.datasets.schema import ColumnSchema, DatasetSchema, EntitySchema, ForeignKey


def to_logical(model: DataModel) -> DatasetSchema:
    """The tables of this model: of entities as they are written, then of associations.

    Raises SchemaRefused with all that is to correct.
    """
    if found := faults(model):
        raise SchemaRefused(found)
    tables = _Passage(model).tables()
    found = [replace(fault, entity=table.name) for table in tables for fault in faults_of_table(table)]
    if found:
        raise SchemaRefused(found)
    return DatasetSchema(entities=tables)


@dataclass
class _Link:
    """A foreign key on its way: its relation is named once all the columns of its table are known."""

    leg: Leg
    association: Association
    columns: tuple[str, ...]
    references: tuple[str, ...]


@dataclass
class _Table:
    name: str
    label: str
    description: str
    # The names that people chose, which those that we make leave alone.
    chosen: set[str] = field(default_factory=set)
    columns: list[ColumnSchema] = field(default_factory=list)
    links: list[_Link] = field(default_factory=list)
    uniques: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def taken(self) -> set[str]:
        return self.chosen | {column.name for column in self.columns}

    @property
    def key(self) -> list[ColumnSchema]:
        return [column for column in self.columns if column.is_key]

    def set_unique(self, columns: Sequence[str]) -> None:
        """These columns are unique taken together, unless the key says so already."""
        if {column.name for column in self.key} <= set(columns) and self.key:
            return
        if len(columns) > 1:
            self.uniques.append(tuple(columns))
            return
        self.columns = [
            replace(column, is_unique=True) if column.name in columns else column for column in self.columns
        ]

    def finished(self) -> EntitySchema:
        names = [column.name for column in self.columns]
        relations: list[str] = []
        foreign_keys = []
        for link in self.links:
            by, to = link.association.name, link.leg.title
            name = first_free([to, by, joined(by, to)], taken={*names, *relations})
            relations.append(name)
            foreign_keys.append(
                ForeignKey(
                    name=name,
                    columns=link.columns,
                    entity=link.leg.entity,
                    references=link.references,
                    label=link.association.label,
                )
            )
        return EntitySchema(
            name=self.name,
            label=self.label,
            description=self.description,
            columns=tuple(self.columns),
            foreign_keys=tuple(foreign_keys),
            uniques=tuple(self.uniques),
        )


class _Passage:
    """The tables as they are made. Needs a model without fault."""

    def __init__(self, model: DataModel) -> None:
        self._model = model
        self._made: dict[str, _Table] = {}
        own: list[Entity | Association] = [*model.entities, *(each for each in model.associations if not each.bearer)]
        for each in own:
            chosen = {attribute.name for attribute in each.attributes}
            self._made[each.name] = _Table(each.name, each.label, each.description, chosen)
        for association in model.associations:
            table = self._table_of(association)
            for leg in association.legs:
                if leg.column in table.chosen:
                    message = _("column “%(column)s” is there already.") % {"column": leg.column}
                    raise SchemaRefused([Fault(association=association.name, message=message)])
                table.chosen |= {leg.column} - {""}
        self._moved: dict[tuple[str, str], str] = {}
        for association in model.associations:
            if association.bearer:
                self._name_what_moves(association)

    def tables(self) -> tuple[EntitySchema, ...]:
        for entity in self._model.entities:
            self._make_entity(entity)
        for association in self._model.associations:
            if association.bearer:
                self._make_foreign_keys(association, association.bearer)
            else:
                self._make_association(association)
        return tuple(table.finished() for table in self._made.values())

    def _name_what_moves(self, association: Association) -> None:
        """Attributes keep their names in the table that they go to, where there is none of the same."""
        table = self._table_of(association)
        for attribute in association.attributes:
            names = [attribute.name, joined(association.name, attribute.name)]
            name = self._moved[association.name, attribute.name] = first_free(names, taken=table.chosen)
            table.chosen.add(name)

    def _table_of(self, association: Association) -> _Table:
        return self._made[association.bearer.entity if association.bearer else association.name]

    def _make_entity(self, entity: Entity) -> None:
        """Its columns, after those that it borrows; whoever lends them is made first."""
        table = self._made[entity.name]
        if table.columns:
            return
        for association in weak_links(self._model, entity.name):
            for leg in association.legs:
                if not leg.is_identifying:
                    self._make_entity(self._model.entity(leg.entity))
                    self._refer(table, leg, association, is_key=True)
        table.columns += [attribute.as_column() for attribute in entity.attributes]
        table.uniques += entity.uniques

    def _make_foreign_keys(self, association: Association, bearer: Leg) -> None:
        table = self._made[bearer.entity]
        is_required = bearer.cardinality.is_required
        for leg in association.legs:
            if leg is bearer:
                continue
            columns = (
                next(link.columns for link in table.links if link.leg is leg)
                if bearer.is_identifying
                else self._refer(table, leg, association, is_required=is_required)
            )
            if leg.cardinality.is_single:
                table.set_unique(columns)
        for attribute in association.attributes:
            name = self._moved[association.name, attribute.name]
            must_be_filled = attribute.is_required and is_required
            table.columns.append(replace(attribute.as_column(), name=name, is_required=must_be_filled))

    def _make_association(self, association: Association) -> None:
        """Its key is made of the legs that do not follow from the others."""
        table = self._made[association.name]
        determined = [leg for leg in association.legs if leg.is_determined]
        columns: dict[int, tuple[str, ...]] = {}
        for rank, leg in enumerate(association.legs):
            is_key = leg is association.elected if association.elected else leg not in determined[:1]
            columns[rank] = self._refer(table, leg, association, is_key=is_key, is_required=not is_key)
        table.columns += [attribute.as_column() for attribute in association.attributes]
        own = [attribute.name for attribute in association.attributes if attribute.is_identifier]
        for rank, leg in enumerate(association.legs):
            if association.elected and leg is not association.elected and leg.cardinality.is_single:
                table.set_unique([*columns[rank], *own])
            if leg in determined[1:]:
                others = [name for other, names in columns.items() if other != rank for name in names]
                table.set_unique([*others, *own])

    def _refer(
        self, table: _Table, leg: Leg, association: Association, *, is_key: bool = False, is_required: bool = False
    ) -> tuple[str, ...]:
        """Add the columns that refer to the entity of this leg; their names."""
        target = self._made[leg.entity]
        if leg.column and len(target.key) > 1:
            message = _("“%(name)s” is identified by several columns: the foreign key cannot be “%(column)s” alone.")
            found = Fault(association=association.name, message=message % {"name": leg.entity, "column": leg.column})
            raise SchemaRefused([found])
        names = []
        for referred in target.key:
            name = leg.column or first_free(_names_for(leg, referred, association), taken=table.taken)
            names.append(name)
            table.columns.append(
                ColumnSchema(
                    name=name,
                    type=referred.type,
                    label=self._label_for(leg, referred),
                    description=referred.description,
                    unit=referred.unit,
                    is_key=is_key,
                    is_required=is_required,
                    max_length=referred.max_length,
                    digits=referred.digits,
                    decimals=referred.decimals,
                    personal_data=referred.personal_data,
                    confidentiality=referred.confidentiality,
                    mask=referred.mask,
                )
            )
        references = tuple(column.name for column in target.key)
        table.links.append(_Link(leg, association, tuple(names), references))
        return tuple(names)

    def _label_for(self, leg: Leg, referred: ColumnSchema) -> str:
        """« Code (Service) »; nothing if neither has a label."""
        entity = self._model.entity(leg.entity)
        if not (referred.label or entity.label):
            return ""
        return f"{referred.title} ({leg.role or entity.title})"[:MAX_LABEL]


def _names_for(leg: Leg, referred: ColumnSchema, association: Association) -> Iterable[str]:
    """What the foreign key may be called, best first. An identifier that says whose it is needs nothing before it."""
    if not leg.role and f"_{leg.entity}_" in f"_{referred.name}_":
        yield referred.name
    yield joined(leg.title, referred.name)
    yield joined(association.name, leg.title, referred.name)
