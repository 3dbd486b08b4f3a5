"""The text of an expression read as a tree: sqlglot parses it, and what is not of the language is refused.

The allow-list is of nodes and of what each may carry: SQL has many ways to say more than one thinks.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from django.utils.translation import gettext as _
from pydantic import Field

if TYPE_CHECKING:
    from sqlglot import exp

LONGEST = 2_000
MOST_TOKENS = 500
DEEPEST = 30

Written = Annotated[str, Field(min_length=1, max_length=LONGEST)]

# What each node of the language carries. `safe`, `coalesce` and their like are what the parser notes of the dialect.
NODES: Mapping[str, frozenset[str]] = {
    name: frozenset(parts.split())
    for name, parts in {
        "Add": "this expression",
        "Sub": "this expression",
        "Mul": "this expression",
        "Div": "this expression typed safe",
        "Mod": "this expression",
        "Neg": "this",
        "Paren": "this",
        "And": "this expression",
        "Or": "this expression",
        "Not": "this",
        "EQ": "this expression",
        "NEQ": "this expression",
        "LT": "this expression",
        "LTE": "this expression",
        "GT": "this expression",
        "GTE": "this expression",
        "Is": "this expression",
        "In": "this expressions",
        "Between": "this low high",
        "Like": "this expression negate",
        "ILike": "this expression negate",
        "Case": "this ifs default",
        "If": "this true",
        "DPipe": "this expression safe",
        "Column": "this",
        "Identifier": "this quoted",
        "Literal": "this is_string",
        "Boolean": "this",
        "Null": "",
        "Cast": "this to",
        "TryCast": "this to safe",
        "DataType": "this expressions nested",
        "DataTypeParam": "this",
        "Var": "this",
        "Abs": "this",
        "Ceil": "this",
        "Coalesce": "this expressions",
        "Concat": "expressions safe coalesce",
        "DateDiff": "this expression unit date_part_boundary",
        "Day": "this",
        "Floor": "this",
        "Greatest": "this expressions ignore_nulls",
        "Least": "this expressions ignore_nulls",
        "Length": "this",
        "Lower": "this",
        "Month": "this",
        "Nullif": "this expression",
        "RegexpLike": "this expression",
        "Replace": "this expression replacement",
        "Round": "this decimals",
        "Substring": "this start length",
        "Trim": "this",
        "Upper": "this",
        "Year": "this",
    }.items()
}
FUNCTIONS = (
    "abs",
    "cast",
    "ceil",
    "coalesce",
    "concat",
    "date_diff",
    "day",
    "floor",
    "greatest",
    "least",
    "length",
    "lower",
    "month",
    "nullif",
    "regexp_matches",
    "replace",
    "round",
    "substr",
    "trim",
    "try_cast",
    "upper",
    "year",
)


class ExpressionRefused(ValueError):
    """What is written is not of the language, or does not fit the columns; the message says what to correct."""


# The same expression is checked and bound again for each input.
@lru_cache(maxsize=512)
def parse(text: str) -> "exp.Expr":
    """The tree of this expression. Raises ExpressionRefused."""
    import sqlglot
    from sqlglot.errors import ParseError, TokenError

    if any(not (each.isprintable() or each in "\n\t\u00a0\u202f") for each in text):
        raise ExpressionRefused(_("it holds a character that cannot be seen."))
    try:
        _bound(text)
        trees = sqlglot.parse(text, dialect="duckdb")
    except ParseError as error:
        raise ExpressionRefused(_unread(error)) from error
    except TokenError as error:
        raise ExpressionRefused(_("a quotation mark or a comment that is opened is never closed.")) from error
    if len(trees) != 1 or trees[0] is None:
        raise ExpressionRefused(_("it must be one expression, without semicolon."))
    for node in trees[0].walk():
        _check(node)
    return trees[0]


def _bound(text: str) -> None:
    """Refuse what is too long or too deep before it is parsed: parsers call themselves at each level."""
    from sqlglot import TokenType, tokenize

    tokens = tokenize(text, dialect="duckdb")
    if len(text) > LONGEST or len(tokens) > MOST_TOKENS:
        raise ExpressionRefused(_("it is too long: compute a part of it in a working column first."))
    opening = {TokenType.L_PAREN, TokenType.CASE, TokenType.L_BRACKET, TokenType.L_BRACE}
    closing = {TokenType.R_PAREN, TokenType.END, TokenType.R_BRACKET, TokenType.R_BRACE}
    depth = signs = 0
    for token in tokens:
        depth += (token.token_type in opening) - (token.token_type in closing)
        signs = signs + 1 if token.token_type in {TokenType.NOT, TokenType.DASH, TokenType.TILDE} else 0
        if depth + signs > DEEPEST:
            raise ExpressionRefused(_("it is too deep: compute a part of it in a working column first."))


def _check(node: "exp.Expr") -> None:
    from sqlglot import exp

    name = type(node).__name__
    if name not in NODES and isinstance(node, exp.Func):
        called = node.name if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        raise ExpressionRefused(
            _("there is no function “%(name)s” here. There are: %(known)s.")
            % {"name": called, "known": ", ".join(FUNCTIONS)}
        )
    carried = {part for part, value in node.args.items() if value is not None and value is not False and value != []}
    if name not in NODES or not carried <= NODES[name]:
        raise ExpressionRefused(
            _("“%(part)s” is not of the language of expressions.") % {"part": node.sql(dialect="duckdb")[:80]}
        )


def _unread(error: Exception) -> str:
    found = getattr(error, "errors", None) or [{}]
    near, column = found[0].get("highlight") or "", found[0].get("col") or 0
    if not near:
        return _("it is not written as an expression should be.")
    return _("it is not written as an expression should be, near “%(near)s” (character %(place)d).") % {
        "near": near,
        "place": max(column - len(near) + 1, 1),
    }
