"""From what was sent to the arrays that a model computes on: checked whole, or refused with every fault told.

A decoder is made once of a signature, by msgspec: 30 fields are read, typed and bounded in a few microseconds. What it
refuses is read again by `checking`, which says why in the reader's language. What it lets through is finite in float32
too, for the bounds of each number lie within those of a float32.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
import orjson
from django.utils.translation import gettext as _
from msgspec import Meta, Struct

from apps.inference.encoding import Array, encode
from apps.inference.enums import FieldType
from apps.inference.exceptions import BodyUnreadable, RowFault, RowsRefused
from apps.inference.serving.checking import bounds_of, column_faults, faults_of, is_closed, is_storable
from apps.inference.signature import Field, Signature

# How many of the most probable classes are told unless one asks for more, and at most.
TOP_K, MOST_TOP_K = 3, 100
# An explanation asks the model a hundred times and more for each row.
MOST_EXPLAINED = 10
MEMBERS = frozenset({"rows", "top_k", "explain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Rows that a model may be asked about: their values by field, in the order of the signature, and the same encoded.

    `columns[i][n]` is the value of the i-th field in the n-th row, None where it is missing.
    """

    count: int
    columns: Sequence[Sequence[Any]]
    inputs: Mapping[str, Array] = field(repr=False)
    top_k: int = TOP_K
    is_explained: bool = False


class Decoder:
    """What reads the rows of one signature. Safe to share between threads."""

    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        row = _row_type(signature)
        rows = list[row]  # type: ignore[valid-type]  # made at run time, of the signature
        top_k = Annotated[int, Meta(ge=1, le=MOST_TOP_K)]
        members: list[Any] = [("rows", rows), ("top_k", top_k, TOP_K), ("explain", bool, False)]
        asked = msgspec.defstruct("Asked", members, forbid_unknown_fields=True)
        self._json = msgspec.json.Decoder(asked)
        self._rows = rows
        self._types = {each.name: list[_member_type(each)] for each in signature.fields}  # type: ignore[misc]  # as above
        self._texts = [
            position
            for position, each in enumerate(signature.fields)
            if each.type == FieldType.TEXT or (each.type == FieldType.CATEGORY and not is_closed(each))
        ]

    def read(self, body: bytes, *, max_rows: int) -> Checked:
        """The rows of a body `{"rows": [{…}], "top_k": 3, "explain": false}`. Raises BodyUnreadable, RowsRefused."""
        try:
            asked: Any = self._json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._refusal(body) from None
        checked = self._checked(asked.rows, asked.top_k, max_rows)
        return _explained(checked) if asked.explain else checked

    def check(self, rows: Sequence[Mapping[str, Any]], *, max_rows: int) -> Checked:
        """The same of rows of Python values. Raises RowsRefused."""
        try:
            converted = msgspec.convert(rows, self._rows)
        except msgspec.ValidationError:
            raise RowsRefused(faults_of(self.signature, rows) or [_odd(("rows",))]) from None
        checked = self._checked(converted, TOP_K, max_rows)
        if faults := self._not_numbers(checked.columns):
            raise RowsRefused(faults)
        return checked

    def check_columns(self, columns: Mapping[str, Sequence[Any]], *, max_rows: int) -> Checked:
        """The same of columns of Python values, all of one length, NaN where a number is missing. A number that is
        whole is one, whatever its type: tensors have no others. Raises RowsRefused, whose paths begin with "inputs".
        """
        faults = [
            RowFault(path=("inputs", name), code="unknown_field", message=_("There is no such field."))
            for name in columns
            if name not in self._types
        ]
        converted = []
        for each in self.signature.fields:
            values = columns.get(each.name)
            if values is None:
                if each.is_required:
                    faults.append(
                        RowFault(path=("inputs", each.name), code="required", message=_("The value is missing."))
                    )
                values = [None] * max(map(len, columns.values()), default=0)
            if each.type in {FieldType.NUMBER, FieldType.INTEGER}:
                values = [_as_number(value, each.type) for value in values]
            try:
                converted.append(msgspec.convert(values, self._types[each.name]))
            except msgspec.ValidationError:
                faults += column_faults(each, values)
        if faults:
            raise RowsRefused(faults)
        refuse_count(len(converted[0]), max_rows, path=("inputs",))
        fields = self.signature.fields
        for position in self._unstorable(converted):
            raise RowsRefused(column_faults(fields[position], converted[position]))
        return self._of_columns(converted, TOP_K)

    def _checked(self, rows: Sequence[Struct], top_k: int, max_rows: int) -> Checked:
        refuse_count(len(rows), max_rows)
        columns = list(zip(*map(msgspec.structs.astuple, rows), strict=True))
        if self._unstorable(columns):
            names = self.signature.names
            raise RowsRefused(
                faults_of(self.signature, [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)])
            )
        return self._of_columns(columns, top_k)

    def _of_columns(self, columns: Sequence[Sequence[Any]], top_k: int) -> Checked:
        inputs = encode(self.signature, dict(zip(self.signature.names, columns, strict=True)))
        return Checked(count=len(columns[0]), columns=columns, inputs=inputs, top_k=top_k)

    def _unstorable(self, columns: Sequence[Sequence[Any]]) -> list[int]:
        """The positions of the columns with a text that the log could not hold."""
        return [
            position
            for position in self._texts
            if not all(value is None or is_storable(value) for value in columns[position])
        ]

    def _not_numbers(self, columns: Sequence[Sequence[Any]]) -> list[RowFault]:
        """The NaN of Python, which passes any bound and which JSON cannot say."""
        return [
            RowFault(path=("rows", row, each.name), code="invalid", message=_("A finite number is expected."))
            for each, values in zip(self.signature.fields, columns, strict=True)
            if each.type == FieldType.NUMBER
            for row, value in enumerate(values)
            if value is not None and math.isnan(value)
        ]

    def _refusal(self, body: bytes) -> BodyUnreadable | RowsRefused:
        """Why a body is refused: not JSON, or what is wrong with each value."""
        try:
            sent = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            return BodyUnreadable(_("The body is not JSON: %(reason)s") % {"reason": error})
        if not isinstance(sent, dict):
            return RowsRefused([RowFault(path=(), code="invalid", message=_("An object with “rows” is expected."))])
        faults = [
            RowFault(
                path=(name,),
                code="unknown_field",
                message=_("There is no such member: “rows”, “top_k”, “explain” are."),
            )
            for name in sent
            if name not in MEMBERS
        ]
        rows, top_k = sent.get("rows"), sent.get("top_k", TOP_K)
        if isinstance(top_k, bool) or not isinstance(top_k, int) or not 1 <= top_k <= MOST_TOP_K:
            told = _("A whole number from 1 to %(most)d is expected.") % {"most": MOST_TOP_K}
            faults.append(RowFault(path=("top_k",), code="invalid", message=told))
        if not isinstance(sent.get("explain", False), bool):
            faults.append(RowFault(path=("explain",), code="invalid", message=_("true or false is expected.")))
        if "rows" not in sent:
            faults.append(RowFault(path=("rows",), code="required", message=_("The value is missing.")))
        elif not isinstance(rows, list):
            faults.append(RowFault(path=("rows",), code="not_a_list", message=_("A list of objects is expected.")))
        else:
            faults += faults_of(self.signature, rows)
        return RowsRefused(faults or [_odd(())])


def refuse_count(count: int, max_rows: int, *, path: tuple[str] = ("rows",)) -> None:
    """Raise RowsRefused unless there are some rows, and no more than a model takes at once."""
    if not count:
        raise RowsRefused([RowFault(path=path, code="empty", message=_("Send one row at least."))])
    if count > max_rows:
        told = _("At most %(count)d rows are answered at once: send a batch.") % {"count": max_rows}
        raise RowsRefused([RowFault(path=path, code="max_length", message=told)])


def _explained(checked: Checked) -> Checked:
    """The same rows, whose answers are to be explained. Raises RowsRefused if they are too many."""
    if checked.count > MOST_EXPLAINED:
        told = _("At most %(count)d rows are explained at once.") % {"count": MOST_EXPLAINED}
        raise RowsRefused([RowFault(path=("rows",), code="max_length", message=told)])
    return replace(checked, is_explained=True)


def _odd(path: tuple[str, ...]) -> RowFault:
    return RowFault(path=path, code="invalid", message=_("The value is not of the type or form that is expected."))


def _row_type(signature: Signature) -> Any:
    """The type of a row. Names of columns may be anything: members have names of their own."""
    members: list[Any] = []
    renamed = {}
    for position, each in enumerate(signature.fields):
        name = f"f{position}"
        renamed[name] = each.name
        members.append((name, _member_type(each)) if each.is_required else (name, _member_type(each), None))
    return msgspec.defstruct("Row", members, rename=renamed, forbid_unknown_fields=True, kw_only=True)


def _member_type(field: Field) -> Any:
    return _type_of(field) if field.is_required else _type_of(field) | None


def _as_number(value: Any, kind: FieldType) -> Any:
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if kind == FieldType.INTEGER and value.is_integer():
            return int(value)
    return value


def _type_of(field: Field) -> Any:
    bounds = bounds_of(field)
    if field.type == FieldType.NUMBER:
        return Annotated[float, Meta(ge=bounds.lowest, le=bounds.highest)]
    if field.type == FieldType.INTEGER:
        return Annotated[int, Meta(ge=int(bounds.lowest), le=int(bounds.highest))]
    if field.type == FieldType.BOOLEAN:
        return bool
    if field.type == FieldType.DATE:
        return date
    if is_closed(field):
        return Literal[field.choices]
    return Annotated[str, Meta(min_length=1 if field.is_required else 0, max_length=field.max_length)]
