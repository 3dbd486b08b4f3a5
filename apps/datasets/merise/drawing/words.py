"""Models in sentences, for whoever does not see the diagrams, and for whoever would rather read."""

from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from apps.core.numbers import format_number
from apps.datasets.merise.document import Association, Cardinality, DataModel, Entity, Leg
from apps.datasets.merise.faults import weak_links
from apps.datasets.schema import DatasetSchema, EntitySchema

# Without articles: a name that people chose has a gender that we do not know.
LINKED = {
    Cardinality.ONE_ONE: gettext_noop("By “%(association)s”, each “%(entity)s” is linked to one “%(other)s” exactly."),
    Cardinality.ZERO_ONE: gettext_noop("By “%(association)s”, each “%(entity)s” is linked to one “%(other)s” at most."),
    Cardinality.ONE_MANY: gettext_noop(
        "By “%(association)s”, each “%(entity)s” is linked to one “%(other)s” or several."
    ),
    Cardinality.ZERO_MANY: gettext_noop(
        "By “%(association)s”, each “%(entity)s” is linked to none, one or several “%(other)s”."
    ),
}
TAKES_PART = {
    Cardinality.ONE_ONE: gettext_noop("Each “%(entity)s” takes part in “%(association)s” once exactly."),
    Cardinality.ZERO_ONE: gettext_noop("Each “%(entity)s” takes part in “%(association)s” once at most."),
    Cardinality.ONE_MANY: gettext_noop("Each “%(entity)s” takes part in “%(association)s” once or more."),
    Cardinality.ZERO_MANY: gettext_noop("Each “%(entity)s” takes part in “%(association)s” any number of times."),
}


def describe_mcd(model: DataModel, *, masked: Collection[str] = ()) -> list[str]:
    """What the conceptual model says: each entity, then each association, in the order of the model.

    `masked` are the entities whose identifier the reader may not know: it is not in the model that they see.
    """
    titles = {entity.name: entity.title for entity in model.entities}
    said = [_entity(entity, model, titles, is_masked=entity.name in masked) for entity in model.entities]
    for association in model.associations:
        said += _association(association, titles)
    return said


def describe_mld(schema: DatasetSchema) -> list[str]:
    """What the tables are: columns, key, what they refer to, what is unique."""
    return [_table(entity, schema) for entity in schema.entities]


def _entity(entity: Entity, model: DataModel, titles: dict[str, str], *, is_masked: bool) -> str:
    facts: dict[str, str] = {"entity": entity.title}
    lenders = [
        titles.get(leg.entity, leg.entity)
        for association in weak_links(model, entity.name)
        for leg in association.legs
        if not leg.is_identifying
    ]
    own = [attribute.title for attribute in entity.identifiers]
    others = [attribute.title for attribute in entity.attributes if not attribute.is_identifier]
    facts |= {"identifiers": _listed(own), "lenders": _listed(lenders), "attributes": _listed(others)}
    if is_masked:
        sentence = _("“%(entity)s” is identified by what is not shown here")
    elif own and lenders:
        sentence = _("“%(entity)s” is identified by %(identifiers)s, within %(lenders)s")
    elif lenders:
        sentence = _("“%(entity)s” is identified by what it is linked to: %(lenders)s")
    elif own:
        sentence = _("“%(entity)s” is identified by %(identifiers)s")
    else:
        sentence = _("“%(entity)s” has no identifier")
    if others:
        return _("%(sentence)s; it also says: %(attributes)s.") % (facts | {"sentence": sentence % facts})
    return f"{sentence % facts}."


def _association(association: Association, titles: dict[str, str]) -> Iterator[str]:
    names = [_leg_title(leg, titles) for leg in association.legs]
    facts = {"association": association.title, "entities": _listed(names)}
    if len(association.legs) == 2:
        yield from (
            _(LINKED[leg.cardinality]) % (facts | {"entity": name, "other": other})
            for leg, name, other in zip(association.legs, names, reversed(names), strict=True)
        )
    else:
        yield _("“%(association)s” links %(entities)s together.") % facts
        for leg, name in zip(association.legs, names, strict=True):
            yield _(TAKES_PART[leg.cardinality]) % (facts | {"entity": name})
    for leg, name in zip(association.legs, names, strict=True):
        if leg.is_determined:
            yield _("In “%(association)s”, the others being given, there is one “%(entity)s” only.") % (
                facts | {"entity": name}
            )
    if association.attributes:
        facts["attributes"] = _listed([attribute.title for attribute in association.attributes])
        yield _("“%(association)s” also says: %(attributes)s.") % facts


def _leg_title(leg: Leg, titles: dict[str, str]) -> str:
    title = titles.get(leg.entity, leg.entity)
    return _("%(entity)s (%(role)s)") % {"entity": title, "role": leg.role} if leg.role else title


def _table(entity: EntitySchema, schema: DatasetSchema) -> str:
    count = len(entity.columns)
    facts = {"table": entity.title, "count": format_number(count), "columns": _listed(entity.names)}
    said = [
        ngettext(
            "“%(table)s” has %(count)s column: %(columns)s.", "“%(table)s” has %(count)s columns: %(columns)s.", count
        )
        % facts
    ]
    if entity.key:
        said.append(_("Its key: %(columns)s.") % {"columns": _listed(entity.key)})
    for each in entity.foreign_keys:
        target = schema.entity(each.entity).title
        said.append(_("%(columns)s: refers to “%(table)s”.") % {"columns": _listed(each.columns), "table": target})
    alone = [(column.name,) for column in entity.columns if column.is_unique]
    said += [_("Unique: %(columns)s.") % {"columns": _listed(names)} for names in [*alone, *entity.uniques]]
    return " ".join(said)


def _listed(names: Sequence[str]) -> str:
    """« a, b and c »."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
