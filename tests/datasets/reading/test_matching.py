"""Searching snapshots: the same rows as in the table that held them, in the same order."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from apps.datasets.enums import ColumnType
from apps.datasets.reading import Table, count_rows, parse_aggregate, parse_query, read_groups, read_json
from apps.datasets.reading.engines import QueryTooLong, snapshots
from apps.datasets.reading.matching import beginning, possible_texts
from apps.datasets.reading.searching import folded
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.datasets.reading.tables import add_tables, make_dataset

pytestmark = pytest.mark.django_db

NOTES = EntitySchema(
    name="note",
    columns=(
        ColumnSchema(name="title", type=ColumnType.TEXT),
        ColumnSchema(name="text", type=ColumnType.TEXT),
        ColumnSchema(name="year", type=ColumnType.INTEGER),
    ),
)
ROWS = [
    ["L’école", "Première visite à l'école élémentaire", 2024],
    ["ÉCOLES", "Les écoles visitées, l’ÉCOLE", 2025],
    ["Cœur", "Une sœur et son cœur, chez Lætitia", 2026],
    ["Chevaux", "Les chevaux royaux ; un cheval, un royaume", 2026],
    ["Porte-monnaie", "Trouvé un porte-monnaie rue d'Aujourd'hui", 2024],
    ["Nid-de-poule", "Nids-de-poule à réparer : http://exemple.fr/voirie?x=1 et a@exemple.fr", 2025],
    ["Prix", "12,50 € puis 12.50 ou -3 %", 2025],
    ["<b>Gras</b>", "Le <a href='mairie'>lien</a> & l&eacute;gende", 2026],
    [None, "Absence ; absences. Fréquemment, fréquent. Publication, publique, publicité", None],
    ["O'Brien", None, 2026],
    ["", "", 2026],
    [None, None, None],
    ["mairie", "mairie mairie", 2024],
    ["la mairie", "et la mairie de quartier", 2024],
    ["日本 Москва", "Straße ŒUVRE Ÿ", 2024],
    ["Apaisement", "Heureuse, heureux ; nationaux, nationale, nation", 2023],
]
SEARCHES = [
    "école",
    "ECOLES",
    "l'école",
    "coeur",
    "cœur",
    "LAETITIA",
    "cheval",
    "royal",
    "porte-monnaie",
    "monnaie",
    "nids-de-poule",
    "poule",
    "aujourd’hui",
    "12,50",
    "12.50",
    "exemple.fr",
    "a@exemple.fr",
    "lien mairie",
    "mairie",
    "mairie -quartier",
    "-mairie",
    '"première visite"',
    '"visite première"',
    "visite or cheval",
    "visite or -mairie",
    "(visite or cheval) école",
    "le la de",
    "la mairie",
    "o'brien",
    "absence",
    "fréquemment",
    "fréquent",
    "publication",
    "publique",
    "heureux",
    "nationaux",
    "personne",
    "'\"(&|!<->:*",
    "\\ ' \\'",
    "москва",
    "日本",
    "œuvre",
    "straße",
]


def ids(table: Table, words: str, **asked: str) -> list[int]:
    parameters = QueryDict(mutable=True)
    parameters.update({"q": words, "columns": "id"} | asked)
    return [row["id"] for row in json.loads(read_json(table, parse_query(parameters, table)).rows)]


@pytest.fixture
def both(lake_folder) -> tuple[Table, Table]:
    """The same rows in the database and in a file."""
    version = add_tables(make_dataset(), {NOTES: ROWS}, has_snapshots=True)
    return Table.of(version, AnonymousUser()), Table.of(version, AnonymousUser(), is_snapshot=True)


def test_a_snapshot_gives_the_rows_of_the_table_in_the_same_order(both):
    served, snapshot = both

    found = {words: ids(snapshot, words) for words in SEARCHES}

    assert found == {words: ids(served, words) for words in SEARCHES}
    assert found["coeur"] == [3]
    assert found["le la de"] == []
    assert found["mairie"] == [13, 14]


def test_what_is_found_in_a_snapshot_is_filtered_sorted_counted_and_grouped(both):
    served, snapshot = both
    parameters = QueryDict("q=école or mairie&year__lt=2025&order=-id&count=exact")
    groups = QueryDict("q=école or mairie&group_by=year&order=year")

    counts = [count_rows(table, parse_query(parameters, table)) for table in both]

    assert ids(snapshot, "école or mairie", year__lt="2025", order="-id") == [14, 13, 1]
    assert counts == [3, 3]
    assert (
        read_groups(snapshot, parse_aggregate(groups, snapshot)).groups.replace(b" ", b"")
        == read_groups(served, parse_aggregate(groups, served)).groups
    )


def test_the_pages_of_what_is_found_follow_each_other(both):
    _served, snapshot = both
    found, cursor = [], ""

    while cursor is not None:
        parameters = QueryDict(mutable=True)
        parameters.update({"q": "mairie or école", "limit": "1"} | ({"cursor": cursor} if cursor else {}))
        page = read_json(snapshot, parse_query(parameters, snapshot))
        found += [row["id"] for row in json.loads(page.rows)]
        cursor = page.next_cursor

    assert found == ids(snapshot, "mairie or école")
    assert len(found) == 4


def test_more_texts_than_are_looked_at_once_are_all_looked_at(lake_folder, monkeypatch):
    monkeypatch.setattr("apps.datasets.reading.matching.TEXTS_AT_ONCE", 7)
    version = add_tables(make_dataset(), {NOTES: ROWS * 3}, has_snapshots=True)
    table = Table.of(version, AnonymousUser(), is_snapshot=True)

    assert sorted(ids(table, "mairie")) == [13, 14, 29, 30, 45, 46]


def test_a_search_that_lasts_is_stopped(both):
    _served, snapshot = both

    with snapshots(snapshot, longest_ms=0.001) as engine, pytest.raises(QueryTooLong):
        engine.source(snapshot, "mairie", ())


ENDINGS = (
    *("", "ication", "icateur", "logie", "usion", "ution", "ence", "ences", "ativement", "ivement", "eusement", "euse"),
    *(
        "ablement",
        "iquement",
        "ièrement",
        "ité",
        "abilité",
        "icité",
        "ivité",
        "ative",
        "icative",
        "eaux",
        "aux",
        "euses",
    ),
    *(
        "amment",
        "emment",
        "iemment",
        "ments",
        "issaient",
        "eraient",
        "asse",
        "ions",
        "ière",
        "y",
        "ye",
        "ç",
        "enne",
        "euses",
    ),
    *("onne", "ette", "elle", "eille", "ée", "ès", "és", "iers", "ement", "âtes", "oux"),
)
WRITTEN = st.one_of(
    st.sampled_from(
        ["École", "l’école", "Œuvre", "ex æquo", "mairies", "fréquemment", "<a>", "http://a.fr/b", *"-' \""]
    ),
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
)
TEXTS = st.lists(WRITTEN, min_size=1, max_size=12).map("".join)


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=5), rank=st.integers())
def test_no_text_that_has_the_words_is_passed_over(db, texts, rank):
    """Whatever the words: PostgreSQL finds nothing that DuckDB did not let through."""
    words = texts[rank % len(texts)][:200]
    asked = f"websearch_to_tsquery('french', {folded('%s')})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT querytree({asked})", [words])
        told = cursor.fetchone()[0]
        cursor.execute(
            f"SELECT t FROM unnest(%s::text[]) x (t) WHERE to_tsvector('french', {folded('t')}) @@ {asked}",  # noqa: S608 -- a test's own
            [texts, words],
        )
        found = [text for (text,) in cursor.fetchall()]

    possible = possible_texts(NOTES, told)

    assert not found or possible is not None
    if possible:
        assert all(_lets_through(possible, text) for text in found)


def test_every_french_word_begins_as_its_stem_does():
    """On all the words of the interface, and on these with every ending that the stemmer knows how to rewrite."""
    catalogue = (Path(settings.BASE_DIR) / "locale/fr/LC_MESSAGES/django.po").read_text()
    written = sorted({word.lower() for word in re.findall(r"[A-Za-zÀ-ÿœŒ]{3,}", catalogue)})
    words = [word + ending for word in written for ending in ENDINGS]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {folded('w')}, ts_lexize('french_stem', {folded('w')}) FROM unnest(%s::text[]) x (w)",  # noqa: S608 -- a test's own
            [words],
        )
        stemmed = [(word, stem) for word, stems in cursor.fetchall() for stem in stems]

    assert len(stemmed) > 100_000
    assert [(word, stem) for word, stem in stemmed if not word.startswith(beginning(stem))] == []


def _lets_through(possible, text: str) -> bool:
    import duckdb

    columns = "SELECT ? AS title, NULL AS text"
    with duckdb.connect() as engine:
        found = engine.execute(f"SELECT {possible.sql} FROM ({columns})", [*possible.values, text]).fetchall()  # noqa: S608 -- a test's own
    return bool(found[0][0])
