"""Full-text search in snapshots: DuckDB reads the texts, PostgreSQL says which of them have the words.

The very function that searches tables (`searching.py`) decides, so that a snapshot gives the same rows in the same
order: no other engine cuts texts into words, drops stop words and takes endings off in the same way. PostgreSQL looks
at some 25,000 short texts a second; DuckDB first passes over those that cannot have the words, a million a second.
"""

import re
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias

from apps.datasets.reading.searching import ACCENTED, ASKED, LIGATURES, PLAIN, RANK, text_of, words_of
from apps.datasets.reading.sql import Statement, all_of, quote
from apps.datasets.schema import ROW_ID, EntitySchema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDED = [*zip(ACCENTED, PLAIN, strict=True), *((ligature, letters[0]) for ligature, letters in LIGATURES.items())]
# A letter without its accent → all those that it may have been.
UNFOLDED = {
    plain: f"[{plain}{''.join(a for a, p in FOLDED if p == plain)}]" for plain in {p for _accented, p in FOLDED}
}
Ask: TypeAlias = Callable[[Statement], list[tuple[Any, ...]]]

FOUND = "_found"
TEXTS_AT_ONCE = 1_000
# What the stemmer of French may have put at the end of a stem in place of what was written: *iqu* for *ic*, *ent* for
# *ence*, *ant* for *amment*, *eux* for *euse*, *abl* for *abil*, *al* for *aux*, *i* for *y*. Its first two letters
# are always those of the word.
REWRITTEN = re.compile(r"(?<=..)(qu|nt|[xli])$")
# What PostgreSQL tells of a query: its words between quotes, and how they are joined.
TOKENS = re.compile(r"'((?:[^']|'')+)'|(&|<->|<\d+>)|(\|)|([()])")


def find_words(
    connected: "DuckDBPyConnection",
    *,
    schema: EntitySchema,
    place: str,
    words: str,
    conditions: Sequence[Statement],
    ask: Ask,
    seconds: float,
) -> Statement:
    """The rows of this file that meet these conditions and have these words, as a table, with how well they match.

    `ask` is how PostgreSQL is asked. Raises TimeoutError if that takes longer.
    """
    connected.execute(f"CREATE OR REPLACE TABLE {FOUND} ({ROW_ID} BIGINT, {quote(RANK)} FLOAT)")
    ((told,),) = ask(Statement(f"SELECT querytree({ASKED})", (words,)))
    possible = possible_texts(schema, told)
    if possible:
        _note_matches(connected, schema, place, all_of([*conditions, possible]), words, ask, monotonic() + seconds)
    return Statement(f"(SELECT stored.*, {quote(RANK)} FROM {place} stored JOIN {FOUND} USING ({ROW_ID})) searched")  # noqa: S608 -- names are ours


def possible_texts(schema: EntitySchema, told: str) -> Statement | None:
    """The condition that every text with these words meets, for DuckDB; None if there is nothing to look for.

    `told` is what PostgreSQL tells of the query: `'ecol' & ('premier' <-> 'visit' | 'mair')`, or T if texts without
    some words are sought, which any text may be.
    """
    if told in {"", "T"}:
        return Statement("TRUE") if told else None
    pieces, values = [], []
    for stem, both, either, parenthesis in TOKENS.findall(told):
        if stem:
            pieces.append(f"regexp_matches({text_of(schema)}, ?)")
            values.append(pattern_of(beginning(stem.replace("''", "'").replace("\\\\", "\\"))))
        else:
            pieces.append("AND" if both else "OR" if either else parenthesis)
    return Statement(f"({' '.join(pieces)})", tuple(values))


def beginning(stem: str) -> str:
    """What every word of this stem begins with, its accents folded."""
    return REWRITTEN.sub("", stem)


def pattern_of(start: str) -> str:
    """What finds this in a text whose accents and ligatures are there still: folding the text takes four times as long.

    An *e* after an *o* or an *a* may be in the same letter as it.
    """
    pieces = [
        f"{UNFOLDED.get(letter, re.escape(letter))}{'?' if letter == 'e' and before in {'o', 'a'} else ''}"
        for before, letter in zip(f" {start}", start, strict=False)
    ]
    return f"(?i){''.join(pieces)}"


def _note_matches(
    connected: "DuckDBPyConnection",
    schema: EntitySchema,
    place: str,
    where: Statement,
    words: str,
    ask: Ask,
    deadline: float,
) -> None:
    """Note which of these rows have the words, and how well they match."""
    noting = connected.cursor()  # the connection itself, which may be interrupted, reads meanwhile
    document = words_of("texts.text")
    sql = (
        f"SELECT texts.id, ts_rank({document}, {ASKED}) FROM unnest(%s::bigint[], %s::text[]) texts (id, text)"  # noqa: S608 -- ours
        f" WHERE {document} @@ {ASKED}"
    )
    connected.execute(f"SELECT {ROW_ID}, {text_of(schema)} FROM {place} WHERE {where.sql}", list(where.values))  # noqa: S608 -- names are quoted
    while texts := connected.fetchmany(TEXTS_AT_ONCE):
        if monotonic() > deadline:
            raise TimeoutError
        ranks, written = zip(*texts, strict=True)
        if found := ask(Statement(sql, (words, list(ranks), list(written), words))):
            noting.execute(f"INSERT INTO {FOUND} SELECT unnest(?), unnest(?)", [*map(list, zip(*found, strict=True))])
