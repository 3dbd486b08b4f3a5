"""From a conceptual model to mocodo's notation.

Mocodo takes the last digit of a name away; an underscore at the end is what it takes instead.
"""

import re
from collections.abc import Iterator
from math import ceil, sqrt

from apps.datasets.merise.document import Association, Attribute, DataModel, Entity, Leg
from apps.datasets.merise.sql_types import write_type
from apps.datasets.names import to_entity_name, to_name

MAX_GROUPS = 9
# What mocodo and we read as the same name.
PLAIN_BOX = re.compile(r"(?!\d)(?!_)\w([\w ’'.]*[\w.])?")
PLAIN_ATTRIBUTE = re.compile(r"(?!\d+_)(?!_)\w([^\[\]>,\r\n!?#]*[^\[\]>,\s!?#])?")
DEPENDENCY = re.compile(r"df\d*", re.IGNORECASE)


def write(model: DataModel) -> str:
    """The text of this model, its boxes in rows, each association once its entities are there."""
    lines = [line for _name, line in written_boxes(model)]
    across = ceil(sqrt(len(lines)))
    rows = ["\n".join(lines[first : first + across]) for first in range(0, len(lines), across)]
    return "\n\n".join(rows) + "\n"


def written_boxes(model: DataModel) -> Iterator[tuple[str, str]]:
    """The name of each box and its line: each association once its entities are there."""
    names = {entity.name: box_text(entity) for entity in model.entities}
    waiting = [*model.associations]
    known: set[str] = set()
    dependencies = 0
    for entity in model.entities:
        yield entity.name, _entity_line(entity, names[entity.name])
        known.add(entity.name)
        while waiting and {leg.entity for leg in waiting[0].legs} <= known:
            association = waiting.pop(0)
            # Read again, the second « DF » is called df_2.
            is_dependency = association.name == (f"df_{dependencies + 1}" if dependencies else "df")
            if is_dependency and association.bearer and not association.label:
                dependencies += 1
                yield association.name, _association_line(association, "DF", names)
            else:
                yield association.name, _association_line(association, box_text(association), names)


def box_text(box: Entity | Association) -> str:
    """What a box is written as, so that it is read again by its name."""
    text = box.label if PLAIN_BOX.fullmatch(box.label) and to_entity_name(box.label) == box.name else box.name
    return f"{text}_" if text[-1].isdigit() or DEPENDENCY.fullmatch(text) else text


def _entity_line(entity: Entity, text: str) -> str:
    groups = _groups_of(entity)
    attributes = [
        _attribute_text(attribute, _marks(attribute, rank == 0, groups.get(attribute.name, "")), groups)
        for rank, attribute in enumerate(entity.attributes)
    ]
    # Mocodo leaves out the tables of entities that are nothing but their identifier, unless told to keep them.
    is_bare = all(attribute.is_identifier for attribute in entity.attributes)
    return f"{'+' if is_bare else ''}{text}: {', '.join(attributes)}".rstrip()


def _association_line(association: Association, text: str, names: dict[str, str]) -> str:
    legs = ", ".join(_leg_text(leg, names[leg.entity]) for leg in association.legs)
    attributes = [
        _attribute_text(attribute, "_" if attribute.is_identifier else "", {}) for attribute in association.attributes
    ]
    line = f"{'+' if association.is_table else ''}{text}, {legs}"
    return f"{line}: {', '.join(attributes)}" if attributes else line


def _leg_text(leg: Leg, entity: str) -> str:
    prefix = "_" if leg.is_identifying else "/" if leg.is_determined else ""
    note = f"-{leg.column}" if leg.column else leg.role or leg.description
    note = " ".join(note.replace("[", "(").replace("]", ")").split())
    cardinality = leg.cardinality.replace(",", "").upper()
    return f"{prefix}{cardinality} {f'[{note}] ' if note else ''}{entity}"


def _groups_of(entity: Entity) -> dict[str, str]:
    """The digits of the other identifiers that each attribute belongs to, as long as there are digits."""
    alone = ((attribute.name,) for attribute in entity.attributes if attribute.is_unique)
    digits: dict[str, str] = {}
    for digit, names in enumerate([*entity.uniques, *alone][:MAX_GROUPS], start=1):
        for name in names:
            digits[name] = f"{digits.get(name, '')}{digit}"
    return digits


def _marks(attribute: Attribute, is_first: bool, digits: str) -> str:
    is_marked = attribute.is_identifier != is_first
    if not digits:
        return "_" if is_marked else ""
    return f"{'0' if is_marked else ''}{digits}_"


def _attribute_text(attribute: Attribute, marks: str, groups: dict[str, str]) -> str:
    is_plain = PLAIN_ATTRIBUTE.fullmatch(attribute.label) and to_name(attribute.label) == attribute.name
    type_ = write_type(attribute)
    if attribute.is_unique and attribute.name not in groups:
        type_ = f"{type_ or 'TEXT'} UNIQUE"
    return f"{marks}{attribute.label if is_plain else attribute.name}{f' [{type_}]' if type_ else ''}"
