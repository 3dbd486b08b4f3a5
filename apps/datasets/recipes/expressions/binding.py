"""What an expression means over columns: a tree of `parsing` made into an Ibis expression, each part checked for kind.

As in SQL, what is computed of null is null, but for `concat`, `coalesce`, `greatest` and `least`, which pass over it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext as _

from apps.datasets.enums import ColumnType
from apps.datasets.recipes import patterns
from apps.datasets.recipes.expressions import values
from apps.datasets.recipes.expressions.parsing import ExpressionRefused, parse
from apps.datasets.recipes.expressions.values import MOMENT, Kind, kind_of, written
from apps.datasets.recipes.reading import read, trimmed
from apps.datasets.schema import ColumnSchema

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from sqlglot import exp

    Operands: TypeAlias = list["ir.Value"]

NUMBERS_AND_DATES = {Kind.NUMBER, Kind.DATE, Kind.DATETIME}
DAYS = {Kind.DATE, Kind.DATETIME}
TYPES = {
    "VARCHAR": ColumnType.TEXT,
    "TEXT": ColumnType.TEXT,
    "INT": ColumnType.INTEGER,
    "BIGINT": ColumnType.INTEGER,
    "DOUBLE": ColumnType.FLOAT,
    "FLOAT": ColumnType.FLOAT,
    "DECIMAL": ColumnType.DECIMAL,
    "BOOLEAN": ColumnType.BOOLEAN,
    "DATE": ColumnType.DATE,
    "TIMESTAMP": ColumnType.DATETIME,
    "TIMESTAMPNTZ": ColumnType.DATETIME,
    "TIMESTAMPTZ": ColumnType.DATETIME,
}


def columns_of(text: str) -> tuple[str, ...]:
    """The names that this expression reads, each once, in order. Raises ExpressionRefused."""
    nodes = parse(text).walk(bfs=False)
    return tuple(dict.fromkeys(_named(node) for node in nodes if type(node).__name__ == "Column"))


def bind(text: str, columns: "Mapping[str, ir.Value]") -> "ir.Value":
    """This expression over these values. Raises ExpressionRefused, which says what does not fit."""
    return _Binding(columns).of(parse(text))


class _Binding:
    """The meaning of each node, over some columns."""

    def __init__(self, columns: "Mapping[str, ir.Value]") -> None:
        self.columns = columns

    def of(self, node: "exp.Expr") -> "ir.Value":
        name = type(node).__name__
        if name in COMPARISONS:
            left, right = self._comparable(node, [node.this, node.expression])
            return COMPARISONS[name](left, right)
        if name in TEXTS:
            return TEXTS[name](self._one(node, node.this, {Kind.TEXT}))
        if name in PARTS_OF_DATES:
            return PARTS_OF_DATES[name](self._one(node, node.this, DAYS)).cast("int64")
        if name in NUMBERS:
            return NUMBERS[name](self._one(node, node.this, {Kind.NUMBER}))
        special: Callable[[exp.Expr], ir.Value] = getattr(self, f"_{name.lower()}")
        return special(node)

    # --- What is written as it is ---------------------------------------------------------------
    def _paren(self, node: "exp.Expr") -> "ir.Value":
        return self.of(node.this)

    def _column(self, node: "exp.Expr") -> "ir.Value":
        name = _named(node)
        if name in self.columns:
            return self.columns[name]
        raise ExpressionRefused(_unknown(node.name, self.columns))

    def _literal(self, node: "exp.Expr") -> "ir.Value":
        import ibis

        if node.args.get("is_string"):
            return ibis.literal(node.this, type="string")
        return _number(node.this)

    def _boolean(self, node: "exp.Expr") -> "ir.Value":
        import ibis

        return ibis.literal(bool(node.this))

    def _null(self, node: "exp.Expr") -> "ir.Value":
        import ibis

        return ibis.null()

    # --- Conditions -----------------------------------------------------------------------------
    def _and(self, node: "exp.Expr") -> "ir.Value":
        return self._condition(node, node.this) & self._condition(node, node.expression)

    def _or(self, node: "exp.Expr") -> "ir.Value":
        return self._condition(node, node.this) | self._condition(node, node.expression)

    def _not(self, node: "exp.Expr") -> "ir.Value":
        return ~self._condition(node, node.this)

    def _is(self, node: "exp.Expr") -> "ir.Value":
        if type(node.expression).__name__ == "Null":
            return self.of(node.this).isnull()
        if type(node.expression).__name__ != "Boolean":
            raise ExpressionRefused(_("“%(part)s”: “is” goes with null, true or false.") % {"part": _shown(node)})
        value = self._condition(node, node.this)
        return (value if node.expression.this else ~value).fill_null(False)

    def _in(self, node: "exp.Expr") -> "ir.Value":
        if not node.expressions:
            raise ExpressionRefused(_("“%(part)s”: a list in parentheses is missing.") % {"part": _shown(node)})
        value, *among = self._comparable(node, [node.this, *node.expressions])
        return value.isin(among)

    def _between(self, node: "exp.Expr") -> "ir.Value":
        value, low, high = self._comparable(node, [node.this, node.args["low"], node.args["high"]])
        return (value >= low) & (value <= high)

    def _like(self, node: "exp.Expr") -> "ir.Value":
        found = self._one(node, node.this, {Kind.TEXT}).like(self._like_pattern(node))
        return ~found if node.args.get("negate") else found

    def _ilike(self, node: "exp.Expr") -> "ir.Value":
        found = self._one(node, node.this, {Kind.TEXT}).lower().like(self._like_pattern(node).lower())
        return ~found if node.args.get("negate") else found

    def _regexplike(self, node: "exp.Expr") -> "ir.Value":
        pattern = self._constant_text(node, node.expression)
        if reason := patterns.why_not(pattern):
            raise ExpressionRefused(reason)
        return self._one(node, node.this, {Kind.TEXT}).re_search(patterns.as_search(pattern))

    # --- Choices --------------------------------------------------------------------------------
    def _case(self, node: "exp.Expr") -> "ir.Value":
        import ibis

        branches, default = node.args["ifs"], node.args.get("default")
        if node.this is None:
            conditions = [self._condition(each, each.this) for each in branches]
        else:
            value, *cases = self._comparable(node, [node.this, *(each.this for each in branches)])
            conditions = [value == each for each in cases]
        results = self._same(node, [*(each.args["true"] for each in branches), *([default] if default else [])])
        otherwise = results.pop() if default else ibis.null(results[0].type())
        return ibis.cases(*zip(conditions, results, strict=True), else_=otherwise)

    def _coalesce(self, node: "exp.Expr") -> "ir.Value":
        import ibis

        return ibis.coalesce(*self._same(node, [node.this, *node.expressions]))

    def _nullif(self, node: "exp.Expr") -> "ir.Value":
        value, other = self._comparable(node, [node.this, node.expression])
        return value.nullif(other)

    def _greatest(self, node: "exp.Expr") -> "ir.Value":
        import ibis

        found = self._same(node, [node.this, *node.expressions], kinds=NUMBERS_AND_DATES)
        return ibis.greatest(*found) if len(found) > 1 else found[0]

    def _least(self, node: "exp.Expr") -> "ir.Value":
        import ibis

        found = self._same(node, [node.this, *node.expressions], kinds=NUMBERS_AND_DATES)
        return ibis.least(*found) if len(found) > 1 else found[0]

    # --- Numbers and dates ----------------------------------------------------------------------
    def _add(self, node: "exp.Expr") -> "ir.Value":
        return values.add(*self._numbers(node))

    def _sub(self, node: "exp.Expr") -> "ir.Value":
        """Of two dates, how many days there are between them."""
        if Kind.DATE in {kind_of(self.of(each)) for each in (node.this, node.expression)}:
            left, right = self._same(node, [node.this, node.expression], kinds={Kind.DATE})
            return left.delta(right, unit="day").cast("int64")
        return values.add(*self._numbers(node), sign=-1)

    def _mul(self, node: "exp.Expr") -> "ir.Value":
        return values.multiply(*self._numbers(node))

    def _div(self, node: "exp.Expr") -> "ir.Value":
        return values.divide(*self._numbers(node))

    def _mod(self, node: "exp.Expr") -> "ir.Value":
        left, _right = self._numbers(node)
        divisor = self._constant_number(node, node.expression, least=1)
        if not left.type().is_integer():
            raise ExpressionRefused(_("“%(part)s”: only whole numbers have a remainder.") % {"part": _shown(node)})
        return left % divisor

    def _neg(self, node: "exp.Expr") -> "ir.Value":
        import ibis

        if type(node.this).__name__ == "Literal" and not node.this.args.get("is_string"):
            return _number(f"-{node.this.this}")
        value = self._one(node, node.this, {Kind.NUMBER})
        return values.add(ibis.literal(0, type="int64"), value, sign=-1) if value.type().is_integer() else -value

    def _round(self, node: "exp.Expr") -> "ir.Value":
        decimals = node.args.get("decimals")
        value = self._one(node, node.this, {Kind.NUMBER})
        return values.rounded(value, self._constant_number(node, decimals, most=9) if decimals is not None else 0)

    def _datediff(self, node: "exp.Expr") -> "ir.Value":
        """`date_diff('day', first, second)`: how many days after the first the second is."""
        if (unit := node.args.get("unit")) is None or unit.name.upper() != "DAY":
            raise ExpressionRefused(_("“%(part)s”: dates are compared in days: 'day'.") % {"part": _shown(node)})
        last, first = (self._one(node, each, DAYS).cast("date") for each in (node.this, node.expression))
        return last.delta(first, unit="day").cast("int64")

    # --- Texts ----------------------------------------------------------------------------------
    def _dpipe(self, node: "exp.Expr") -> "ir.Value":
        return written(self.of(node.this)).concat(written(self.of(node.expression)))

    def _concat(self, node: "exp.Expr") -> "ir.Value":
        first, *others = (written(self.of(each)).fill_null("") for each in node.expressions)
        return first.concat(*others) if others else first

    def _replace(self, node: "exp.Expr") -> "ir.Value":
        found, put = self._constant_text(node, node.expression), node.args.get("replacement")
        if not found or put is None:
            raise ExpressionRefused(
                _("“%(part)s”: say what is replaced, and by what, both in quotation marks.") % {"part": _shown(node)}
            )
        return self._one(node, node.this, {Kind.TEXT}).replace(found, self._constant_text(node, put))

    def _substring(self, node: "exp.Expr") -> "ir.Value":
        value, length = self._one(node, node.this, {Kind.TEXT}), node.args.get("length")
        first = self._constant_number(node, node.args.get("start"), least=1)
        if length is None:
            return value.substr(first - 1)
        return value.substr(first - 1, self._constant_number(node, length))

    def _cast(self, node: "exp.Expr") -> "ir.Value":
        """By the rules that read columns: what does not read is null, and never stops a build."""
        target = node.args["to"]
        kind = TYPES.get(target.this.name)
        if kind is None:
            raise ExpressionRefused(
                _("“%(part)s”: the types are text, integer, double, decimal, boolean, date and timestamp.")
                % {"part": _shown(node)}
            )
        value = self.of(node.this)
        if kind == ColumnType.TEXT:
            return written(value)
        digits, decimals = _decimal_type(node, target) if kind == ColumnType.DECIMAL else (18, 6)
        column = ColumnSchema(name="value", type=kind, digits=digits, decimals=decimals)
        if kind_of(value) in DAYS and kind in (ColumnType.DATE, ColumnType.DATETIME):
            return value.cast("date" if kind == ColumnType.DATE else MOMENT)
        if kind_of(value) == Kind.NUMBER and kind in (ColumnType.INTEGER, ColumnType.DECIMAL):
            value = values.rounded(value, decimals if kind == ColumnType.DECIMAL else 0)
        if kind_of(value) == Kind.NUMBER and kind == ColumnType.FLOAT:
            return value.cast("float64")
        if kind_of(value) not in (Kind.TEXT, Kind.NUMBER, Kind.NOTHING):
            raise _mismatch(node, kind_of(value), {Kind.TEXT, Kind.NUMBER})
        return read(trimmed(written(value)).nullif(""), column).value

    _trycast = _cast

    # --- Operands -------------------------------------------------------------------------------
    def _one(self, whole: "exp.Expr", node: "exp.Expr", kinds: set[Kind]) -> "ir.Value":
        value = self.of(node)
        if kind_of(value) not in kinds:
            raise _mismatch(whole, kind_of(value), kinds)
        return value

    def _condition(self, whole: "exp.Expr", node: "exp.Expr") -> "ir.Value":
        return self._one(whole, node, {Kind.BOOLEAN})

    def _numbers(self, node: "exp.Expr") -> "Operands":
        return [self._one(node, each, {Kind.NUMBER}) for each in (node.this, node.expression)]

    def _comparable(self, whole: "exp.Expr", nodes: "Sequence[exp.Expr]") -> "Operands":
        """These as values of one type. Nothing is equal to null: that is asked by `is null`."""
        if any(type(node).__name__ == "Null" for node in nodes):
            raise ExpressionRefused(_("“%(part)s”: write “is null” or “is not null”.") % {"part": _shown(whole)})
        return self._same(whole, nodes)

    def _same(self, whole: "exp.Expr", nodes: "Sequence[exp.Expr]", kinds: set[Kind] | None = None) -> "Operands":
        """These as values of one type. A text in quotation marks beside dates is a date."""
        found = [self.of(node) for node in nodes]
        days = [kind_of(value) for value in found if kind_of(value) in DAYS]
        if days:
            found = [_day(node, value, days[0]) for node, value in zip(nodes, found, strict=True)]
        there = {kind_of(value) for value in found} - {Kind.NOTHING}
        if len(there) > 1 and not there <= DAYS:
            first, second, *_others = sorted(there)
            raise ExpressionRefused(
                _("“%(part)s” puts together %(one)s and %(other)s: cast(… as …) makes one the other.")
                % {"part": _shown(whole), "one": first.label, "other": second.label}
            )
        if kinds and not there <= kinds:
            raise _mismatch(whole, next(iter(there - kinds)), kinds)
        return values.alike(found)

    def _constant_text(self, whole: "exp.Expr", node: "exp.Expr") -> str:
        if type(node).__name__ != "Literal" or not node.args.get("is_string"):
            raise ExpressionRefused(
                _("“%(part)s”: a text in quotation marks is expected there.") % {"part": _shown(whole)}
            )
        return str(node.this)

    def _like_pattern(self, node: "exp.Expr") -> str:
        pattern = self._constant_text(node, node.expression)
        if "\\" in pattern:
            raise ExpressionRefused(_("“%(part)s”: “like” has no “\\” here.") % {"part": _shown(node)})
        return pattern

    def _constant_number(
        self, whole: "exp.Expr", node: "exp.Expr | None", *, least: int = 0, most: int = 100_000
    ) -> int:
        is_whole = node is not None and type(node).__name__ == "Literal" and str(node.this).isdecimal()
        if node is not None and is_whole and least <= (number := int(node.this)) <= most:
            return number
        raise ExpressionRefused(
            _("“%(part)s”: a whole number from %(least)d to %(most)d is expected there.")
            % {"part": _shown(whole), "least": least, "most": most}
        )


COMPARISONS: "Mapping[str, Callable[[ir.Value, ir.Value], ir.Value]]" = {
    "EQ": lambda left, right: left == right,
    "NEQ": lambda left, right: left != right,
    "LT": lambda left, right: left < right,
    "LTE": lambda left, right: left <= right,
    "GT": lambda left, right: left > right,
    "GTE": lambda left, right: left >= right,
}
TEXTS: "Mapping[str, Callable[[ir.Value], ir.Value]]" = {
    "Length": lambda text: text.length().cast("int64"),
    "Lower": lambda text: text.lower(),
    "Trim": trimmed,
    "Upper": lambda text: text.upper(),
}
NUMBERS: "Mapping[str, Callable[[ir.Value], ir.Value]]" = {
    "Abs": values.absolute,
    "Ceil": values.ceil,
    "Floor": values.floor,
}
PARTS_OF_DATES: "Mapping[str, Callable[[ir.Value], ir.Value]]" = {
    "Day": lambda day: day.day(),
    "Month": lambda day: day.month(),
    "Year": lambda day: day.year(),
}


def _named(node: "exp.Expr") -> str:
    """The name of this column: without quotation marks, SQL makes no difference between cases."""
    return str(node.name if node.this.args.get("quoted") else node.name.lower())


def _number(written_as: str) -> "ir.Value":
    """Exactly as it is written: whole, decimal, or of 64 bits where it has an exponent."""
    import ibis

    if written_as.removeprefix("-").isdigit() and abs(int(written_as)) < 2**63:
        return ibis.literal(int(written_as), type="int64")
    try:
        number, near = Decimal(written_as), float(written_as)
    except (InvalidOperation, ValueError) as error:
        raise ExpressionRefused(_("“%(text)s” is not a number.") % {"text": written_as}) from error
    if not isfinite(near):
        raise ExpressionRefused(_("“%(text)s” is too large a number.") % {"text": written_as})
    _sign, digits, exponent = number.as_tuple()
    decimals = max(-int(exponent), 0)
    if "e" in written_as.lower() or max(len(digits), decimals) > values.MOST_DIGITS:
        return ibis.literal(near, type="float64")
    return ibis.literal(number, type=f"decimal({max(len(digits), decimals)}, {decimals})")


def _day(node: "exp.Expr", value: "ir.Value", kind: Kind) -> "ir.Value":
    """What is written as a text beside dates, as a date. Raises ExpressionRefused if it is none."""
    import ibis

    if type(node).__name__ != "Literal" or kind_of(value) != Kind.TEXT:
        return value
    try:
        if kind == Kind.DATE:
            return ibis.literal(date.fromisoformat(node.this).isoformat()).cast("date")
        return ibis.literal(datetime.fromisoformat(node.this).isoformat(" ")).cast(MOMENT)
    except ValueError as error:
        raise ExpressionRefused(
            _("“%(text)s” is not a date: it is written as '2024-12-31'.") % {"text": node.this}
        ) from error


def _decimal_type(whole: "exp.Expr", target: "exp.Expr") -> tuple[int, int]:
    """How many digits, and how many of them are decimals."""
    given = [str(each.this.this) for each in target.expressions] or ["18", "6"]
    digits, decimals = [int(each) if each.isdigit() else -1 for each in [*given, "0"][:2]]
    if not 1 <= digits <= values.MOST_DIGITS or not 0 <= decimals <= digits:
        raise ExpressionRefused(_("“%(part)s”: there are 38 digits at most.") % {"part": _shown(whole)})
    return digits, decimals


def _mismatch(node: "exp.Expr", found: Kind, expected: set[Kind]) -> ExpressionRefused:
    return ExpressionRefused(
        _("“%(part)s” needs %(expected)s, and is given %(found)s.")
        % {
            "part": _shown(node),
            "expected": _(" or ").join(str(kind.label) for kind in sorted(expected)),
            "found": found.label,
        }
    )


def _unknown(name: str, names: "Mapping[str, ir.Value]") -> str:
    # Steps are made of expressions: they are not there yet when this module is read.
    from apps.datasets.recipes.steps.base import nearest

    if near := nearest(name, names):
        return _("there is no column “%(name)s” here; “%(near)s” perhaps?") % {"name": name, "near": near}
    return _("there is no column “%(name)s” here. There are: %(known)s.") % {"name": name, "known": ", ".join(names)}


def _shown(node: "exp.Expr") -> str:
    text = node.sql(dialect="duckdb")
    return text if len(text) <= 60 else f"{text[:59]}…"
