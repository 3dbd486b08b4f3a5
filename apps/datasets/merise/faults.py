"""What keeps a conceptual model from becoming tables: everything at once, each fault where it is."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import gettext as _

from apps.datasets.exceptions import Fault
from apps.datasets.merise.checking import faults_of_column
from apps.datasets.merise.document import Association, Attribute, Cardinality, DataModel, Entity, Leg
from apps.datasets.names import why_not_a_column, why_not_a_name


def faults(model: DataModel) -> list[Fault]:
    """All that is to correct in this model; empty if its tables can be made."""
    found = [*_faults_of_names(model)]
    for entity in model.entities:
        found += _faults_of_entity(entity, model)
    for association in model.associations:
        found += _faults_of_association(association, model)
    return [*found, *_faults_of_weak_entities(model)]


def weak_links(model: DataModel, entity: str) -> list[Association]:
    """The associations by which this entity borrows identifiers; none if it is not weak."""
    return [each for each in model.associations if each.identifying and each.identifying.entity == entity]


def _faults_of_names(model: DataModel) -> Iterator[Fault]:
    names = [*(entity.name for entity in model.entities), *(each.name for each in model.associations)]
    entities = {entity.name for entity in model.entities}
    for name, count in Counter(names).items():
        found = [wrong for wrong in [why_not_a_name(name)] if wrong]
        if count > 1:
            found.append(_("two entities or associations have this name."))
        for message in found:
            if name in entities:
                yield Fault(entity=name, message=message)
            else:
                yield Fault(association=name, message=message)


def _faults_of_entity(entity: Entity, model: DataModel) -> Iterator[Fault]:
    for name, message in _faults_of_attributes(entity.attributes):
        yield Fault(entity=entity.name, column=name, message=message)
    if not (entity.attributes or weak_links(model, entity.name)):
        yield Fault(entity=entity.name, message=_("an entity has one attribute at least."))
    known = {attribute.name for attribute in entity.attributes}
    for names in entity.uniques:
        if len(set(names)) < 2 or len(set(names)) < len(names):
            message = _("attributes that are unique together are two at least, and different.")
            yield Fault(entity=entity.name, message=message)
        for name in sorted(set(names) - known):
            message = _("there is no such attribute, said to be unique with others.")
            yield Fault(entity=entity.name, column=name, message=message)


def _faults_of_attributes(attributes: Sequence[Attribute]) -> Iterator[tuple[str, str]]:
    names = [attribute.name for attribute in attributes]
    for name, count in Counter(names).items():
        if count > 1:
            yield name, _("two attributes have this name.")
    for attribute in attributes:
        if wrong := why_not_a_column(attribute.name, names):
            yield attribute.name, str(wrong)
        for message in faults_of_column(attribute.as_column()):
            yield attribute.name, str(message)


def _faults_of_association(association: Association, model: DataModel) -> Iterator[Fault]:
    for name, text in _faults_of_attributes(association.attributes):
        yield Fault(association=association.name, column=name, message=text)
    known = {entity.name for entity in model.entities}
    for message in _faults_of_legs(association, known):
        yield Fault(association=association.name, message=message)
    if association.bearer and any(attribute.is_identifier for attribute in association.attributes):
        message = _("it becomes a foreign key, which has no identifier of its own: make its legs “n”, or it a table.")
        yield Fault(association=association.name, message=message)
    for leg in association.legs:
        if leg is association.bearer or leg.entity not in known or _has_key(leg.entity, model):
            continue
        message = _("it needs an identifier, since “%(name)s” refers to it.") % {"name": association.name}
        yield Fault(entity=leg.entity, message=message)


def _has_key(name: str, model: DataModel) -> bool:
    return bool(model.entity(name).identifiers or weak_links(model, name))


def _faults_of_legs(association: Association, known: Collection[str]) -> Iterator[str]:
    parts = Counter((leg.entity, leg.role, leg.column) for leg in association.legs)
    for (entity, role, _column), count in parts.items():
        if entity not in known:
            yield _("there is no entity “%(name)s”.") % {"name": entity}
        elif count > 1:
            yield _("“%(name)s” takes part twice: give each leg a role of its own.") % {"name": entity}
        if role and (wrong := why_not_a_name(role)):
            yield _("role “%(role)s”: %(wrong)s") % {"role": role, "wrong": wrong}
    yield from _faults_of_columns(association)
    identifying = [leg for leg in association.legs if leg.is_identifying]
    if len(identifying) > 1:
        yield _("two of its legs identify: only one entity can borrow the identifiers of the others.")
    if identifying and association.is_table:
        yield _("one of its legs identifies: it cannot be a table of its own.")
    for leg in identifying:
        yield from _faults_of_identifying(leg, association)
    if any(leg.is_determined for leg in association.legs) and (len(association.legs) < 3 or association.elected):
        yield _("a leg is determined by the others where they are two at least, and no leg is of at most 1.")


def _faults_of_columns(association: Association) -> Iterator[str]:
    columns = [leg.column for leg in association.legs if leg.column]
    for leg in association.legs:
        if not leg.column:
            continue
        if leg is association.bearer:
            message = _("the leg of “%(entity)s” gives no foreign key: it cannot name its column “%(column)s”.")
            yield message % {"entity": leg.entity, "column": leg.column}
        elif wrong := why_not_a_column(leg.column, columns):
            yield _("column “%(column)s”: %(wrong)s") % {"column": leg.column, "wrong": wrong}


def _faults_of_identifying(leg: Leg, association: Association) -> Iterator[str]:
    if leg.cardinality != Cardinality.ONE_ONE:
        yield _("a leg that identifies is of 1,1.")
    if [each.entity for each in association.legs].count(leg.entity) > 1:
        yield _("“%(name)s” cannot be identified by itself.") % {"name": leg.entity}


def _faults_of_weak_entities(model: DataModel) -> Iterator[Fault]:
    lenders = {
        entity.name: {
            leg.entity
            for association in weak_links(model, entity.name)
            for leg in association.legs
            if leg.entity != entity.name
        }
        for entity in model.entities
    }
    for name in lenders:
        if name in _reached_from(name, lenders):
            message = _(
                "it borrows an identifier that is borrowed back from it: identify one of these entities by itself."
            )
            yield Fault(entity=name, message=message)
    for entity in model.entities:
        links = weak_links(model, entity.name)
        many = [each for each in links if any(not leg.cardinality.is_single for leg in each.legs)]
        if len(links) == 1 and many and not entity.identifiers:
            message = _("a weak entity needs an identifier that tells apart those of one “%(name)s”.")
            others = [leg.entity for leg in links[0].legs if leg.entity != entity.name]
            yield Fault(entity=entity.name, message=message % {"name": ", ".join(others)})


def _reached_from(name: str, lenders: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = [*lenders[name]]
    while ahead:
        if (each := ahead.pop()) not in reached:
            reached.add(each)
            ahead += lenders.get(each, ())
    return reached
