"""From mocodo's notation to a conceptual model."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from apps.datasets.exceptions import Fault, SchemaRefused
from apps.datasets.merise.document import Association, Attribute, Cardinality, DataModel, Entity, Leg
from apps.datasets.merise.faults import faults
from apps.datasets.merise.sql_types import read_type
from apps.datasets.names import to_entity_name, to_name, to_names

MAX_ENTITIES, MAX_ASSOCIATIONS, MAX_LEGS = 60, 100, 8

BOX_NAME = re.compile(r"(?![\W_\d])[^=<>,:\[\]\\]+")
LEG = re.compile(
    r"-?(?P<prefix>[_/])?(?P<cardinality>[\w?]{2}(?![\w]))?[<>]?\s*(?:\[(?P<note>[^\]]*)\])?\s*(?P<entity>[^\[\]]*)"
)
ATTRIBUTE = re.compile(
    r"(?:(?P<groups>\d+)(?=_))?(?P<mark>_)?(?P<label>\w[^\[\]>!?]*)(?P<need>[!?])?\s*(?P<type>\[.*\])?"
)
# Functional dependencies need no name of their own: several are called « DF ».
DEPENDENCY = re.compile(r"df\d*", re.IGNORECASE)


def read(text: str) -> DataModel:
    """The model that this text says. Raises SchemaRefused with all that is to correct, and on which lines."""
    reading = _Reading(text)
    if reading.faults:
        raise SchemaRefused(reading.faults)
    model = DataModel(entities=tuple(reading.entities), associations=tuple(reading.associations))
    if found := faults(model):
        raise SchemaRefused(
            [replace(each, line=reading.lines.get(each.entity or each.association, 0)) for each in found]
        )
    return model


class _Reading:
    """The boxes of a text, and the faults found in its lines."""

    def __init__(self, text: str) -> None:
        self.entities: list[Entity] = []
        self.associations: list[Association] = []
        self.faults: list[Fault] = []
        # Where each box is, by its name.
        self.lines: dict[str, int] = {}
        for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
            try:
                self._read_line(line.strip(), number)
            except _NotRead as error:
                self.faults.append(Fault(line=number, message=str(error)))
        if not (self.entities or self.faults):
            self.faults.append(Fault(message=_("There is no entity: write one as “CLIENT: number, name”.")))
        if len(self.entities) > MAX_ENTITIES or len(self.associations) > MAX_ASSOCIATIONS:
            message = _("A model has %(entities)d entities and %(associations)d associations at most.")
            self.faults.append(Fault(message=message % {"entities": MAX_ENTITIES, "associations": MAX_ASSOCIATIONS}))

    def _read_line(self, line: str, number: int) -> None:
        if not line.strip(": \t") or line.startswith("%"):
            return
        if line.startswith("/"):
            _refuse(_("inheritance is not read: write the parent and its children as entities linked by 1,1 and 0,1."))
        if line.startswith("("):
            _refuse(
                _(
                    "constraints are not read: remove the line. For a functional dependency, put “/” before the "
                    "cardinality of the leg that the others determine."
                )
            )
        if line.startswith("-"):
            _refuse(_("what is hidden would be in no table: remove the “-”, or the line."))
        is_kept = line.startswith("+")
        head, _colon, tail = _cut(line.removeprefix("+").strip(), ":")
        raw, *legs = _split(head)
        if not _colon and not legs:
            _refuse(_("write “NAME: attributes” for an entity, “NAME, 0N A, 11 B” for an association."))
        name, label = self._name_box(raw, number, is_association=bool(legs))
        self.lines[name] = number
        if not legs:
            attributes, uniques = _read_attributes(tail)
            self.entities.append(Entity(name=name, label=label, attributes=attributes, uniques=uniques))
            return
        if not 2 <= len(legs) <= MAX_LEGS:
            _refuse(_("an association has two legs at least, and %(count)d at most.") % {"count": MAX_LEGS})
        self.associations.append(
            Association(
                name=name,
                label=label,
                legs=tuple(map(_read_leg, legs)),
                attributes=_read_own_attributes(tail),
                is_table=is_kept,
            )
        )

    def _name_box(self, raw: str, number: int, *, is_association: bool) -> tuple[str, str]:
        if not BOX_NAME.fullmatch(raw):
            _refuse(_("“%(name)s” is not a name: begin with a letter, without = < > [ ] or \\.") % {"name": raw})
        name = to_entity_name(raw)
        if name in self.lines and is_association and DEPENDENCY.fullmatch(raw):
            name = next(each for rank in range(2, number + 2) if (each := f"{name}_{rank}") not in self.lines)
            return name, ""
        if name in self.lines:
            message = _("“%(name)s” is there already, on line %(line)d: give one of them another name.")
            _refuse(message % {"name": raw, "line": self.lines[name]})
        shown = raw.removesuffix("_")
        if DEPENDENCY.fullmatch(shown):
            return name, ""
        return name, _label(shown.capitalize() if shown.isupper() else shown, name)


class _NotRead(Exception):
    """This line says nothing that can be kept, and why."""


def _refuse(message: str) -> NoReturn:
    raise _NotRead(message)


def _read_leg(text: str) -> Leg:
    found = LEG.fullmatch(text)
    if not found or not found["entity"]:
        _refuse(_("the leg “%(leg)s” is not read: write a cardinality and an entity, as “0N CLIENT”.") % {"leg": text})
    written = (found["cardinality"] or "").upper().replace("M", "N")
    try:
        cardinality = Cardinality(",".join(written.lower()))
    except ValueError:
        message = _("the cardinality of “%(leg)s” is not known: write 01, 11, 0N or 1N before the entity.")
        _refuse(message % {"leg": text})
    return Leg(
        entity=to_entity_name(found["entity"]),
        cardinality=cardinality,
        is_identifying=found["prefix"] == "_",
        is_determined=found["prefix"] == "/",
        **_read_note((found["note"] or "").strip()),
    )


def _read_note(note: str) -> dict[str, str]:
    """What a note on a leg says: the name of the column, what is added to it, a role, or a sentence."""
    if note.startswith("-"):
        return {"column": to_name(note)}
    if " " in note and not note.startswith("+"):
        return {"description": note}
    return {"role": to_entity_name(note)} if note else {}


def _read_attributes(text: str) -> tuple[tuple[Attribute, ...], tuple[tuple[str, ...], ...]]:
    """The attributes of an entity, and those that are unique together.

    The first is the identifier, unless it is marked `_`; others are if they are marked so. Digits before the mark are
    the other identifiers that it belongs to; 0 among them stands for the mark alone.
    """
    read = [(rank, found) for rank, found in enumerate(_found_in(text)) if found]
    names = to_names(found["label"].strip() for _rank, found in read)
    groups: dict[str, list[str]] = defaultdict(list)
    attributes = []
    for name, (rank, found) in zip(names, read, strict=True):
        digits = found["groups"] or ""
        is_marked = bool(found["mark"]) and (not digits or "0" in digits)
        attributes.append(_attribute(found, name, is_identifier=is_marked != (rank == 0)))
        for digit in sorted(set(digits) - {"0"}):
            groups[digit].append(name)
    alone = {names[0] for names in groups.values() if len(names) == 1}
    together = tuple(tuple(names) for _digit, names in sorted(groups.items()) if len(names) > 1)
    return (
        tuple(each.model_copy(update={"is_unique": True}) if each.name in alone else each for each in attributes),
        together,
    )


def _read_own_attributes(text: str) -> tuple[Attribute, ...]:
    """The attributes of an association: those marked `_` are in its key."""
    read = [found for found in _found_in(text) if found]
    names = to_names(found["label"].strip() for found in read)
    return tuple(
        _attribute(found, name, is_identifier=bool(found["mark"])) for name, found in zip(names, read, strict=True)
    )


def _found_in(text: str) -> Iterator[re.Match[str] | None]:
    """Each attribute; None for the places left empty to give room to a drawing."""
    for each in _split(text):
        if each.startswith("#"):
            _refuse(_("“%(name)s” is a foreign key: write an association instead.") % {"name": each})
        found = ATTRIBUTE.fullmatch(each)
        if each and not found:
            _refuse(_("the attribute “%(name)s” is not read: its name has no [ ] > ! or ?.") % {"name": each})
        yield found


def _attribute(found: re.Match[str], name: str, *, is_identifier: bool) -> Attribute:
    label = _label(found["label"].strip(), name)
    written = (found["type"] or "")[1:-1]
    try:
        fields: dict[str, Any] = read_type(written)
        if found["need"] == "!":
            fields["is_required"] = True
        return Attribute(name=name, label=label, is_identifier=is_identifier, **fields)
    except ValueError:  # an unknown name, or sizes that no type has
        message = _(
            "the type “%(type)s” is not known: write TEXT, VARCHAR(n), INTEGER, NUMERIC(n,d), FLOAT, BOOLEAN, DATE or "
            "TIMESTAMP."
        )
        _refuse(message % {"type": written})


def _label(text: str, name: str) -> str:
    """What a name is shown as, if it is not as it is."""
    return "" if text == name else text


def _split(text: str) -> list[str]:
    """What commas part, but for those between brackets."""
    parts: list[str] = []
    rest = text
    while True:
        part, comma, rest = _cut(rest, ",")
        parts.append(part.strip())
        if not comma:
            return parts


def _cut(text: str, mark: str) -> tuple[str, str, str]:
    """Like `partition`, at the first mark that is not between brackets."""
    is_inside = False
    for place, character in enumerate(text):
        if character in "[]":
            is_inside = character == "["
        elif character == mark and not is_inside:
            return text[:place], mark, text[place + 1 :]
    return text, "", ""
