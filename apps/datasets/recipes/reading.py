"""How a text reads as each type: the one place that says what is a number, a date, a yes.

Nothing is guessed and nothing is lost: what does not read as its type has a fault, and its row is rejected with it.
Written with what DuckDB and Spark understand alike: patterns without groups to refer to, `try_cast` behind them (casts
alone are too kind: `1_000`, `0x1F` and `1.5` would be whole numbers for some engine), no set of characters to trim.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.schema import ColumnSchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# As Ibis calls the type of each column.
TYPES: Mapping[ColumnType, Callable[[ColumnSchema], str]] = {
    ColumnType.TEXT: lambda column: "string",
    ColumnType.INTEGER: lambda column: "int64",
    ColumnType.FLOAT: lambda column: "float64",
    ColumnType.DECIMAL: lambda column: f"decimal({column.digits}, {column.decimals})",
    ColumnType.BOOLEAN: lambda column: "boolean",
    ColumnType.DATE: lambda column: "date",
    ColumnType.DATETIME: lambda column: "timestamp('UTC')",
}
# What is at the ends of a value by accident: ASCII spaces, line ends, spaces of every width, unbreakable or not, the
# mark that begins some files.
BLANK = "[\\s\\x{a0}\\x{2000}-\\x{200b}\\x{202f}\\x{3000}\\x{feff}]"

NUMBER = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"
INTEGER = "^[+-]?[0-9]+$"
DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# RFC 3339 and what databases print; without a zone it is UTC.
DATETIME = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    "([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6}0*)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$"
)
NUL = "\\x00"
# Over it a number of 64 bits is infinite.
LARGEST = "1.7976931348623157e308"
# What PostgreSQL, Python and JSON all hold.
FIRST_AND_LAST = {
    "date": ("0001-01-01", "9999-12-31"),
    "timestamp('UTC')": ("0001-01-01 00:00:00Z", "9999-12-31 23:59:59.999999Z"),
}

YES = ("true", "vrai", "yes", "oui", "1", "t", "v", "y", "o")
NO = ("false", "faux", "no", "non", "0", "f", "n")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A text read as a type. `value` is null where there is no text, and where it does not read.

    `reason` is the code of what is wrong with a text that does not read; it means nothing elsewhere.
    """

    text: "ir.StringValue"
    value: "ir.Value"
    reason: "RejectReason | ir.StringValue"

    @property
    def fails(self) -> "ir.BooleanValue":
        return self.text.notnull() & self.value.isnull()


def trimmed(text: "ir.StringValue") -> "ir.StringValue":
    """Without the blanks at both ends.

    What is left empty is not made null at once: as long as a text only goes through functions of one argument, DuckDB
    computes them once for each different value of a dictionary, not once for each row.
    """
    return text.re_replace(f"^{BLANK}+|{BLANK}+$", "")


def read(text: "ir.StringValue", column: ColumnSchema, *, is_plain: bool = False) -> Reading:
    """This text, null if it is empty, trimmed unless the column holds text, as the type of this column.

    `is_plain` promises that a step already made it as machines write it, so that it need not be looked at twice.
    """
    match column.type:
        case ColumnType.TEXT:
            return _text(text, column)
        case ColumnType.INTEGER:
            return _integer(text)
        case ColumnType.FLOAT:
            return _float(text, is_plain=is_plain)
        case ColumnType.DECIMAL:
            return _decimal(text, column)
        case ColumnType.BOOLEAN:
            return _boolean(text)
        case ColumnType.DATE:
            return _day(text, pattern=DATE, kind="date", is_plain=is_plain)
        case ColumnType.DATETIME:
            return _day(text, pattern=DATETIME, kind="timestamp('UTC')", is_plain=is_plain)


def as_text(value: "ir.Value") -> "ir.StringValue":
    """A value of an entity as a text that reads as what it is: moments are in UTC, which DuckDB says and Spark does
    not.
    """
    text = value.cast("string")
    return text.replace("+00", "") if value.type().is_timestamp() else text


def out_of_domain(value: "ir.Value", column: ColumnSchema) -> "Iterator[tuple[ir.BooleanValue, RejectReason]]":
    """What keeps a value of the type of this column out of its domain: conditions, and the reason of each."""
    import ibis

    def bound(written: str) -> "ir.Value":
        return ibis.literal(written).cast(value.type())

    if column.minimum:
        yield value < bound(column.minimum), RejectReason.TOO_SMALL
    if column.maximum:
        yield value > bound(column.maximum), RejectReason.TOO_LARGE
    if column.choices:
        yield value.notin([bound(choice) for choice in column.choices]), RejectReason.NOT_A_CHOICE
    if column.pattern:
        yield ~value.re_search(f"^(?:{column.pattern})$"), RejectReason.NOT_AS_WRITTEN


# Letters with a sign, and the plain ones that stand for them where texts are compared.
ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
PLAIN = "aaaaaaceeeeiiiinooooouuuuyy"


def folded(text: "ir.StringValue") -> "ir.StringValue":
    """A text as it is compared to others: case, accents, punctuation and spaces apart. Empty if nothing is left."""
    return unaccented(text).re_replace("[^a-z0-9]+", "")


def unaccented(text: "ir.StringValue") -> "ir.StringValue":
    """In lower case, without signs on letters. One replacement after the other is twice as fast as a translation, and
    a hundred times where values repeat: DuckDB computes it once for each different one.
    """
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    for letter, plain in zip(ACCENTED, PLAIN, strict=True):
        text = text.replace(letter, plain)
    return text


def plain_folded(text: str) -> str:
    """What `folded` gives, of a text that is known here."""
    lower = text.lower().replace("œ", "oe").replace("æ", "ae").translate(str.maketrans(ACCENTED, PLAIN))
    return re.sub("[^a-z0-9]+", "", lower)


def _text(text: "ir.StringValue", column: ColumnSchema) -> Reading:
    """PostgreSQL holds any text but the character NUL."""
    has_nul = text.re_search(NUL)
    fits = ~has_nul
    if column.max_length:
        fits &= text.length() <= column.max_length
    reason = _when(has_nul, RejectReason.CONTROL_CHARACTER, RejectReason.OUT_OF_RANGE)
    return Reading(text=text, value=_only(fits, text), reason=reason)


def _integer(text: "ir.StringValue") -> Reading:
    """Of 64 bits."""
    reason = _when(
        text.re_search(INTEGER),
        RejectReason.OUT_OF_RANGE,
        _when(text.re_search(NUMBER), RejectReason.NOT_AN_INTEGER, RejectReason.NOT_A_NUMBER),
    )
    return Reading(text=text, value=_only(text.re_search(INTEGER), text.try_cast("int64")), reason=reason)


def _float(text: "ir.StringValue", *, is_plain: bool) -> Reading:
    """Of 64 bits, finite."""
    import ibis

    value = text.try_cast("float64")
    # Written as texts: Ibis asks for Spark itself to write numbers of this kind for it.
    is_finite = value.between(ibis.literal(f"-{LARGEST}").cast("float64"), ibis.literal(LARGEST).cast("float64"))
    return Reading(
        text=text,
        value=_only(is_finite if is_plain else text.re_search(NUMBER) & is_finite, value),
        reason=_when(text.re_search(NUMBER), RejectReason.OUT_OF_RANGE, RejectReason.NOT_A_NUMBER),
    )


def _decimal(text: "ir.StringValue", column: ColumnSchema) -> Reading:
    """Exactly as it is written: what has more digits, or an exponent, does not fit. Zeros that add nothing do."""
    before = f"0*[0-9]{{0,{column.digits - column.decimals}}}"
    # What has no digit at all is no number for the cast.
    fits = text.re_search(f"^[+-]?{before}([.][0-9]{{0,{column.decimals}}}0*)?$")
    return Reading(
        text=text,
        value=_only(fits, text.try_cast(f"decimal({column.digits}, {column.decimals})")),
        reason=_when(text.re_search(NUMBER), RejectReason.OUT_OF_RANGE, RejectReason.NOT_A_NUMBER),
    )


def _boolean(text: "ir.StringValue") -> Reading:
    import ibis

    word = text.lower()
    value = ibis.cases((word.isin(YES), True), (word.isin(NO), False), else_=ibis.null("boolean"))
    return Reading(text=text, value=value, reason=RejectReason.NOT_A_BOOLEAN)


def _day(text: "ir.StringValue", *, pattern: str, kind: str, is_plain: bool) -> Reading:
    """A day that exists, or a moment of one, of the years that everything holds."""
    import ibis

    value = text.try_cast(kind)
    first, last = (ibis.literal(each).cast(kind) for each in FIRST_AND_LAST[kind])
    exists = value.between(first, last)
    return Reading(
        text=text,
        value=_only(exists if is_plain else text.re_search(pattern) & exists, value),
        reason=_when(text.re_search(pattern) & value.notnull(), RejectReason.OUT_OF_RANGE, RejectReason.NOT_A_DATE),
    )


def _only(condition: "ir.BooleanValue", value: "ir.Value") -> "ir.Value":
    import ibis

    return condition.ifelse(value, ibis.null(value.type()))


def as_code(reason: "RejectReason | ir.StringValue") -> "ir.StringValue":
    """A reason that is always the same, as the expressions that depend on the text are."""
    import ibis

    return ibis.literal(reason.value) if isinstance(reason, RejectReason) else reason


def _when(
    condition: "ir.BooleanValue", reason: RejectReason, otherwise: "RejectReason | ir.StringValue"
) -> "ir.StringValue":
    return condition.ifelse(as_code(reason), as_code(otherwise))
