"""`GET /api/v1/datasets/<slug>/export/`: rows as a file, whole before it is sent."""

import csv
import gc
import io
import json

import duckdb
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from pyarrow import parquet
from rest_framework.test import APIClient

from apps.core import lake
from apps.datasets import exporting
from apps.datasets.enums import ColumnType
from apps.datasets.reading import RowQuery, Table
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.datasets.reading.tables import add_tables, make_dataset, publish

# Another connection reads them: they must be committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_cache")]

SCHEMA = EntitySchema(
    name="line",
    columns=(
        ColumnSchema(name="text", type=ColumnType.TEXT),
        ColumnSchema(name="number", type=ColumnType.FLOAT),
        ColumnSchema(name="ok", type=ColumnType.BOOLEAN),
        ColumnSchema(name="at", type=ColumnType.DATETIME),
    ),
)
HARD = ['a\\b "c"\nd', "é,;\t", "", None, "\x01\x02", "=1+1"]


@pytest.fixture(autouse=True)
def _no_table_left(request):
    gc.collect()  # an answer that another test left unread gives its place back only when it goes
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA data CASCADE; CREATE SCHEMA data")
    cache.clear()


@pytest.fixture(autouse=True)
def _lake(lake_folder):
    """Files are written from snapshots."""


def published(rows):
    return publish(schema=SCHEMA, rows=rows, has_snapshots=True)


def body(version, query: str) -> bytes:
    answer = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/export/?{query}")
    assert answer.status_code == 200, answer.content
    return answer.getvalue()


def test_json_lines_hold_every_row_whatever_its_characters():
    version = published(rows=[[text, 0.1, True, "2026-11-22T12:00:00Z"] for text in HARD])

    lines = [json.loads(line) for line in body(version, "format=jsonl").splitlines()]

    assert [line["text"] for line in lines] == HARD
    assert lines[0] == {"id": 1, "text": HARD[0], "number": 0.1, "ok": True, "at": "2026-11-22T12:00:00+00:00"}


def test_csv_holds_every_row_as_json_would_write_it():
    version = published(rows=[[text, 0.1, False, "2026-11-22T12:00:00Z"] for text in HARD])

    lines = list(csv.DictReader(io.StringIO(body(version, "format=csv").decode(), newline="")))

    assert [line["text"] for line in lines] == [text or "" for text in HARD]
    assert lines[0]["ok"] == "false"
    assert lines[0]["at"] == "2026-11-22T12:00:00+00:00"


def test_an_export_is_filtered_sorted_and_named_after_its_version():
    version = published(rows=[["a", n, None, None] for n in range(5)])
    slug = version.dataset.slug

    answer = APIClient().get(f"/api/v1/datasets/{slug}/export/?number__gte=3&order=-number&columns=number")

    assert answer.getvalue() == b"number\n4\n3\n"
    assert answer["Content-Disposition"] == f'attachment; filename="{slug}-v1.csv"'
    assert answer["Content-Type"].startswith("text/csv")


def test_whoever_accepts_the_file_only_gets_it():
    version = published(rows=[])

    answer = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/export/", headers={"Accept": "text/csv"})

    assert answer.status_code == 200


@pytest.mark.parametrize("query", ["format=xlsx", "limit=5", "cursor=x", "count=exact", "nobody=1"])
def test_what_means_nothing_in_an_export_is_refused(query):
    version = published(rows=[])

    answer = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/export/?{query}")

    assert answer.status_code == 400


def test_an_export_that_cannot_begin_is_an_error_and_not_an_empty_file():
    version = published(rows=[])
    version.tables.update(snapshot="nowhere.parquet")

    answer = APIClient(raise_request_exception=False).get(f"/api/v1/datasets/{version.dataset.slug}/export/")

    assert answer.status_code == 410
    assert answer.json()["code"] == "snapshot_gone"


def test_an_export_that_fails_in_the_middle_is_an_error_and_not_a_shorter_file(settings, tmp_path):
    settings.DATASETS_WORK_DIR = tmp_path / "work"
    version = published(rows=[["x" * 5000, n, None, None] for n in range(400)])
    with lake.reading(version.tables.get().snapshot) as path:
        content = bytearray(path.read_bytes())
        content[len(content) // 4 : len(content) // 2] = b"?" * (len(content) // 2 - len(content) // 4)
        path.write_bytes(content)

    answer = APIClient(raise_request_exception=False).get(f"/api/v1/datasets/{version.dataset.slug}/export/")

    assert answer.status_code == 500
    assert list((tmp_path / "work").iterdir()) == []


def test_an_export_says_how_long_it_is():
    version = published(rows=[["a", 1, None, None]])
    table = Table.of(version, AnonymousUser())

    made = exporting.export(table=table, query=RowQuery(columns=table.names), to=exporting.Format.CSV)

    assert made.size == len(b"".join(made.chunks))


@pytest.mark.parametrize("leave", ["before", "during", "without a word"])
def test_a_reader_who_leaves_gives_the_place_back(leave, settings, tmp_path):
    settings.DATASETS_WORK_DIR = tmp_path / "work"
    version = published(rows=[["x" * 5000, n, None, None] for n in range(400)])
    table = Table.of(version, AnonymousUser())

    for _time in range(exporting.AT_ONCE + 1):
        made = exporting.export(table=table, query=RowQuery(columns=table.names), to=exporting.Format.CSV)
        if leave == "during":
            next(made.chunks)
        if leave != "without a word":
            made.chunks.close()
        del made

    assert list((tmp_path / "work").iterdir()) == []


def test_asking_for_the_head_of_an_export_keeps_no_place():
    version = published(rows=[["a", 1, None, None]])

    answers = [APIClient().head(f"/api/v1/datasets/{version.dataset.slug}/export/") for _n in range(5)]

    assert {answer.status_code for answer in answers} == {200}


def test_too_many_exports_at_once_are_told_to_wait():
    version = published(rows=[["x" * 5000, n, None, None] for n in range(400)])
    table = Table.of(version, AnonymousUser())
    query = RowQuery(columns=table.names)
    begun = [exporting.export(table=table, query=query, to=exporting.Format.CSV) for _n in range(exporting.AT_ONCE)]
    for each in begun:
        next(each.chunks)

    answer = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/export/")
    for each in begun:
        each.chunks.close()

    assert answer.status_code == 503
    assert answer.json()["code"] == "exports_busy"
    assert answer["Retry-After"] == "5"
    assert body(version, "format=jsonl").count(b"\n") == 400


# --- Former versions ------------------------------------------------------------------------------
FORMER = EntitySchema(name="line", columns=(*SCHEMA.columns, ColumnSchema(name="cost", type=ColumnType.DECIMAL)))
FORMER_ROWS = [
    *[[text, 0.1, True, "2026-11-22T12:00:00.5Z", "1.5"] for text in HARD],
    ["#x", 1e20, False, "1969-07-20T20:17:40Z", "-0.000001"],
    [" l’école ", 1e-7, None, None, None],
    ["null", None, None, None, "123456789012"],
    ["\\.", float("nan"), None, None, None],
    ["c\rd", float("-inf"), None, None, None],
    ["LES ÉCOLES", 3.0, None, None, None],
]


@pytest.fixture
def twice():
    """The same rows in a former version and in that of today."""
    dataset = make_dataset()
    add_tables(dataset, {FORMER: FORMER_ROWS}, has_snapshots=True)
    return add_tables(dataset, {FORMER: FORMER_ROWS}, has_snapshots=True)


def told(text: bytes, to: str) -> list[dict]:
    """The rows of a file, numbers as numbers: engines do not write them in the same digits."""
    if to == "parquet":
        return [
            {name: repr(value) for name, value in row.items()}
            for row in parquet.read_table(io.BytesIO(text)).to_pylist()
        ]
    if to == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    rows = list(csv.DictReader(io.StringIO(text.decode(), newline="")))
    numbers = {"number", "cost"}
    return [row | {name: row[name] and repr(float(row[name])) for name in numbers & set(row)} for row in rows]


@pytest.mark.parametrize("to", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize(
    "query", ["", "order=-number&columns=text,number,at", "q=ecole", "cost__gt=0&ok=true", "q=personne"]
)
def test_a_former_version_is_exported_as_that_of_today(twice, to, query):
    today, before = (body(twice, f"format={to}&{query}{version}") for version in ("", "&version=1"))

    assert told(before, to) == told(today, to)
    assert len(told(before, to)) == {"": len(FORMER_ROWS), "q=ecole": 2, "q=personne": 0, "cost__gt=0&ok=true": 6}.get(
        query, len(FORMER_ROWS)
    )


def test_an_empty_text_and_none_are_told_apart_in_the_csv_of_a_former_version(twice):
    lines = body(twice, "columns=text&version=1&id__in=3,4").splitlines()

    assert lines == [b"text", b'""', b""]


def test_the_file_of_a_former_version_is_named_after_it(twice):
    answer = APIClient().get(f"/api/v1/datasets/{twice.dataset.slug}/export/?version=1")

    assert answer["Content-Disposition"] == f'attachment; filename="{twice.dataset.slug}-v1.csv"'
    assert int(answer["Content-Length"]) == len(answer.getvalue())


def test_words_that_take_too_long_to_find_are_given_up(twice, monkeypatch):
    monkeypatch.setattr(exporting, "LONGEST_MS", 0.001)

    answer = APIClient().get(f"/api/v1/datasets/{twice.dataset.slug}/export/?version=1&q=ecole")

    assert answer.json()["code"] == "query_too_long"


# --- Large ones -----------------------------------------------------------------------------------
LARGE = """
SELECT i AS id, md5(i::text) AS text, (i * 7919 % 300007)::double AS number, i % 3 = 0 AS ok, to_timestamp(i) AS at
FROM range(1, 300000) r(i)
"""

LONG = """
SELECT i AS id, repeat(md5(i::text), 32) AS text, NULL::double AS number, NULL::boolean AS ok, NULL::timestamptz AS at
FROM range(1, 200001) r(i)
"""


@pytest.fixture
def large():
    """A version of many rows, of which the file is all there is."""
    version = published(rows=[])
    with lake.writing("tests/large.parquet") as draft, duckdb.connect() as engine:
        engine.execute(f"COPY ({LARGE}) TO '{draft.path}' (FORMAT parquet, ROW_GROUP_SIZE 20000)")
    version.tables.update(snapshot="tests/large.parquet")
    return version


def test_rows_are_in_their_order_whatever_reads_them_at_once(large):
    lines = body(large, "format=csv&columns=id&number__gte=1000").split()[1:]

    assert len(lines) == 299_000
    assert [int(line) for line in lines] == sorted(int(line) for line in lines)


def test_rows_that_are_looked_up_are_in_their_order_too(large):
    numbers = ",".join(str(number) for number in range(1, 100))

    lines = body(large, f"format=csv&columns=id&number__in={numbers}").split()[1:]

    assert len(lines) == 99
    assert [int(line) for line in lines] == sorted(int(line) for line in lines)


@pytest.mark.parametrize("to", exporting.Format.values)
def test_long_rows_take_no_more_memory_than_there_is(to):
    version = published(rows=[])
    with lake.writing("tests/long.parquet") as draft, duckdb.connect() as engine:
        engine.execute(f"COPY ({LONG}) TO '{draft.path}' (FORMAT parquet, ROW_GROUP_SIZE 50000)")
    version.tables.update(snapshot="tests/long.parquet")

    content = body(version, f"format={to}&columns=id,text")

    if to == "parquet":
        assert parquet.read_metadata(io.BytesIO(content)).num_rows == 200_000
    else:
        assert content.count(b"\n") == 200_000 + (to == "csv")


def test_rows_are_in_the_order_that_is_asked_for(large):
    lines = body(large, "format=csv&columns=number&order=number").split()[1:]

    assert len(lines) == 299_999
    assert [float(line) for line in lines] == sorted(float(line) for line in lines)


def test_an_export_that_takes_too_long_is_stopped(large, monkeypatch):
    monkeypatch.setattr(exporting, "LONGEST_MS", 20)

    answer = APIClient().get(f"/api/v1/datasets/{large.dataset.slug}/export/?order=-text")

    assert answer.json()["code"] == "query_too_long"
