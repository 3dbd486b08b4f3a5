"""Full-text search: French words, whatever their accents and their endings.

The embedded PostgreSQL has no `unaccent`, so accents are folded here, in what is searched and in what is looked for.
Endings are those of words without accents: « écoles » finds « école », « visitée » does not find « visiter ».
What is searched are the texts that anyone who may read the dataset may read, the same for everyone: if some searched
more columns than others, what is found would tell of columns that are hidden.

A table has no column for it: an index on the expression is made once the version is published (`indexing.py`), and a
search that comes before gives the same rows, only later. Measured on four short texts a row, the index costs fifty
times the COPY of the rows: nobody should wait for it to read them.
"""

from apps.datasets.enums import ColumnType, Confidentiality
from apps.datasets.reading.sql import Statement, literal, quote
from apps.datasets.schema import EntitySchema

# What a text is sorted by, in a search: no column can be called so.
RANK = "_rank"
ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕÚÙÛÜÝŸ’"
PLAIN = "aaaaaaceeeeiiiinooooouuuuyyAAAAAACEEEEIIIINOOOOOUUUUYY'"
LIGATURES = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}
# PostgreSQL indexes a megabyte of words at most; what a row holds beyond is not searched.
LONGEST_TEXT = 100_000


def searched_columns(schema: EntitySchema) -> tuple[str, ...]:
    return tuple(
        column.name
        for column in schema.columns
        if column.type == ColumnType.TEXT and column.level == Confidentiality.PUBLIC
    )


def text_of(schema: EntitySchema) -> str:
    """The SQL of all that is searched of a row, for either engine. There must be a column to search."""
    # Neither concat nor concat_ws is immutable.
    texts = " || ' ' || ".join(f"coalesce({quote(name)}, '')" for name in searched_columns(schema))
    return f"left({texts}, {LONGEST_TEXT})"


def words_of(text: str) -> str:
    """The SQL of the words of a text: immutable, so that it can be indexed."""
    return f"to_tsvector('french'::regconfig, {folded(text)})"


def document_of(schema: EntitySchema) -> str:
    """The SQL of the words of a row."""
    return words_of(text_of(schema))


def searching(schema: EntitySchema, table: str, words: str) -> Statement:
    """The rows of this table that have these words, as a table, with how well they match."""
    document = document_of(schema)
    rank = f"ts_rank({document}, {ASKED}) AS {quote(RANK)}"
    return Statement(
        f"(SELECT *, {rank} FROM {table} seen WHERE {document} @@ {ASKED}) searched",  # noqa: S608 -- names are quoted
        (words, words),
    )


def folded(text: str) -> str:
    """The SQL of this text without its accents."""
    plain = f"translate({text}, {literal(ACCENTED)}, {literal(PLAIN)})"
    for letter, letters in LIGATURES.items():
        plain = f"replace({plain}, '{letter}', '{letters}')"
    return plain


# What is looked for, as PostgreSQL understands it; the words are its parameter.
ASKED = f"websearch_to_tsquery('french'::regconfig, {folded('%s')})"
