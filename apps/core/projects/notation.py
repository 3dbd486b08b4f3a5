"""The notation of project files: YAML, read with the place of each value, and written to be read by people.

It is read more strictly than by most programs, since what is written must be what is meant:

- nothing but texts, numbers, true, false, null, lists and mappings: no tag, and neither anchors nor aliases, with which
  a small file makes an enormous value;
- a date stays a text, and so do `no`, `on`, `12:30` and numbers that begin with 0 (a postcode): the scalars that have
  another type are those of YAML 1.2, less these last;
- a key that is there twice is an error, where most programs keep the last.

What differs from an instance to the next is named in a text: `${PORT}` is what the environment says, `${PORT:-8100}`
the same, or 8100 where it says nothing. `$${` stands for `${` itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

from apps.core.projects.refusals import Fault, Place, Steps, as_path
from apps.core.projects.values import VARIABLE, variable

MAX_BYTES = 1_000_000
MAX_DEPTH = 30

CONSTANTS: dict[str, bool | float | None] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
    ".inf": float("inf"),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,99})")
NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]{0,99})?(\.[0-9]+|(?<=[0-9])\.?)([eE][-+]?[0-9]{1,3})?")
# What other programs take for a number where we read a text: quoted when we write it.
NUMBER_ELSEWHERE = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+")
# PostgreSQL has no place for these in a text.
NOT_STORED = re.compile("[\0\ud800-\udfff]")
NAMED_VARIABLE = re.compile(rf"\$\$\{{|\$\{{({VARIABLE.pattern})(?::-([^}}]*))?\}}")
# Line breaks to some programs and not to others: only an escape keeps them as they are.
BREAKS_ELSEWHERE = re.compile("[\r\x85\u2028\u2029]")


@dataclass(kw_only=True)
class Written:
    """One document as it is written: its value, and where each part of it stands.

    `unreadable` are the parts that are at fault already, whose value means nothing.
    """

    place: Place
    value: Any = None
    values: dict[Steps, Place] = field(default_factory=dict)
    keys: dict[Steps, Place] = field(default_factory=dict)
    unreadable: set[Steps] = field(default_factory=set)


def read_documents(text: str, *, file: str) -> tuple[list[Written], list[Fault]]:
    """The documents of a file, and what is wrong with its notation. Documents that hold nothing are left out."""
    if odd := yaml.reader.Reader.NON_PRINTABLE.search(text):
        before = text[: odd.start()]
        place = Place(file, before.count("\n") + 1, odd.start() - before.rfind("\n"))
        return [], [Fault(place, "", _("This character may not stand in a project file: remove it."))]
    reader = _Reader(text, file)
    documents: list[Written] = []
    try:
        documents.extend(reader.documents())  # those before an error are kept
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        message = _("This is not well-formed YAML (%(reason)s): look at indents (no tab), quotes and colons.")
        reader.faults.append(Fault(place, "", message % {"reason": error.problem or error.context}))
    except _TooDeep:
        message = _("Values are nested more than %(count)d deep here: write them flatter.") % {"count": MAX_DEPTH}
        reader.faults.append(Fault(reader.last, "", message))
    return documents, reader.faults


class _TooDeep(Exception):
    pass


class _Reader:
    """Makes values of the events of the YAML parser, which is neither recursive nor able to build any object."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.last = Place(file)
        self.faults: list[Fault] = []
        self.events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

    def documents(self) -> Iterator[Written]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                first = next(self.events)
                self.written = Written(place=self.at(first))
                self.written.value = self.value(first, ())
                if self.written.value is not None or self.written.unreadable:
                    yield self.written

    def value(self, event: yaml.Event, steps: Steps) -> Any:
        if len(steps) > MAX_DEPTH:
            raise _TooDeep
        self.last = self.written.values[steps] = self.at(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.refuse(steps, _("Neither anchors nor aliases are used in project files: write the value out."))
        elif getattr(event, "tag", None):
            self.refuse(steps, _("No tag is used in project files: remove what begins with “!”."))
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, steps)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(steps)
        return self.mapping(steps) if isinstance(event, yaml.MappingStartEvent) else None

    def scalar(self, event: yaml.ScalarEvent, steps: Steps) -> Any:
        if NOT_STORED.search(event.value):
            self.refuse(steps, _("This text holds a character that cannot be stored: remove it."))
        value = resolve(event.value) if event.implicit[0] else event.value
        return self.filled(value, steps) if isinstance(value, str) else value

    def filled(self, text: str, steps: Steps) -> str:
        """The text, with what the environment says in the place of the variables that it names."""

        def value_of(found: re.Match[str]) -> str:
            name, otherwise = found.groups()
            if name is None:
                return "${"
            value = variable(name) or otherwise
            if value is None:
                message = _("The environment variable %(name)s is not set: set it, then apply again.")
                self.refuse(steps, message % {"name": name})
            return value or ""

        return NAMED_VARIABLE.sub(value_of, text)

    def sequence(self, steps: Steps) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, (*steps, len(items))))
        return items

    def mapping(self, steps: Steps) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, place = self.key(event, steps), self.at(event)
            if key in pairs:
                first = self.written.keys[*steps, key]
                message = _("This key is already there, on line %(line)d: keep one of the two.") % {"line": first.line}
                self.faults.append(Fault(place, as_path((*steps, key)), message))
                self.value(next(self.events), (*steps, f"{key} (2)"))
                continue
            self.written.keys[*steps, key] = place
            pairs[key] = self.value(next(self.events), (*steps, key))
        return pairs

    def key(self, event: yaml.Event, steps: Steps) -> str:
        """A key is a text, as it is written: `1:` or `yes:` are texts there."""
        self.last = self.at(event)
        if not isinstance(event, yaml.ScalarEvent) or event.tag or event.anchor or NOT_STORED.search(event.value):
            self.refuse(steps, _("A key is a simple text: write it so."))
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        self.value(event, (*steps, ""))
        return ""

    def refuse(self, steps: Steps, message: str) -> None:
        self.written.unreadable.add(steps)
        self.faults.append(Fault(self.last, as_path(steps), message))

    def at(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1) if mark else self.last


def resolve(text: str) -> str | int | float | bool | None:
    """What a scalar without quotes means."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else text


def write_document(value: dict[str, Any]) -> str:
    """The YAML of a document: one line for each field, texts of several lines as they are, keys in their order."""
    return yaml.dump(
        _without_variables(value),
        Dumper=_Dumper,
        default_flow_style=False,
        allow_unicode=True,
        sort_keys=False,
        width=100,
        indent=2,
    )


def _without_variables(value: Any) -> Any:
    """The value, written so that no text of it names a variable."""
    if isinstance(value, dict):
        return {key: _without_variables(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_variables(each) for each in value]
    return value.replace("${", "$${") if isinstance(value, str) else value


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)  # the items of a list are indented below its name


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if BREAKS_ELSEWHERE.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(rf"^(?:{NUMBER_ELSEWHERE.pattern})$"), None)
