"""`GET /api/v1/datasets/<slug>/export/`: rows as a file, whole before it is sent."""

import csv
import gc
import io
import json

import pytest
from django.core.cache import cache
from django.db import connection
from rest_framework.test import APIClient

from apps.datasets import exporting
from apps.datasets.enums import ColumnType
from apps.datasets.reading import RowQuery, Table
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.datasets.reading.tables import publish

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


def body(version, query: str) -> bytes:
    answer = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/export/?{query}")
    assert answer.status_code == 200, answer.content
    return answer.getvalue()


def test_json_lines_hold_every_row_whatever_its_characters():
    version = publish(schema=SCHEMA, rows=[[text, 0.1, True, "2026-11-22T12:00:00Z"] for text in HARD])

    lines = [json.loads(line) for line in body(version, "format=jsonl").splitlines()]

    assert [line["text"] for line in lines] == HARD
    assert lines[0] == {"id": 1, "text": HARD[0], "number": 0.1, "ok": True, "at": "2026-11-22T12:00:00+00:00"}


def test_csv_holds_every_row_as_json_would_write_it():
    version = publish(schema=SCHEMA, rows=[[text, 0.1, False, "2026-11-22T12:00:00Z"] for text in HARD])

    lines = list(csv.DictReader(io.StringIO(body(version, "format=csv").decode(), newline="")))

    assert [line["text"] for line in lines] == [text or "" for text in HARD]
    assert lines[0]["ok"] == "false"
    assert lines[0]["at"] == "2026-11-22T12:00:00+00:00"


def test_an_export_is_filtered_sorted_and_named_after_its_version():
    version = publish(schema=SCHEMA, rows=[["a", n, None, None] for n in range(5)])
    slug = version.dataset.slug

    answer = APIClient().get(f"/api/v1/datasets/{slug}/export/?number__gte=3&order=-number&columns=number")

    assert answer.getvalue() == b"number\n4\n3\n"
    assert answer["Content-Disposition"] == f'attachment; filename="{slug}-v1.csv"'
    assert answer["Content-Type"].startswith("text/csv")


def test_whoever_accepts_the_file_only_gets_it():
    version = publish(schema=SCHEMA, rows=[])

    answer = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/export/", headers={"Accept": "text/csv"})

    assert answer.status_code == 200


@pytest.mark.parametrize("query", ["format=xlsx", "limit=5", "cursor=x", "count=exact", "nobody=1"])
def test_what_means_nothing_in_an_export_is_refused(query):
    version = publish(schema=SCHEMA, rows=[])

    answer = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/export/?{query}")

    assert answer.status_code == 400


def test_an_export_that_cannot_begin_is_an_error_and_not_an_empty_file():
    version = publish(schema=SCHEMA, rows=[])
    type(version).objects.filter(pk=version.pk).update(table="nowhere")

    answer = APIClient(raise_request_exception=False).get(f"/api/v1/datasets/{version.dataset.slug}/export/")

    assert answer.status_code == 409
    assert answer.json()["code"] == "version_gone"


def test_an_export_that_fails_in_the_middle_is_an_error_and_not_a_shorter_file():
    version = publish(schema=SCHEMA, rows=[["x" * 5000, n, None, None] for n in range(400)])
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE data."{version.table}" RENAME TO behind')
        columns = "id, text, number / (399 - number) AS number, ok, at"
        cursor.execute(f'CREATE VIEW data."{version.table}" AS SELECT {columns} FROM data.behind')  # noqa: S608 -- ours

    answer = APIClient(raise_request_exception=False).get(f"/api/v1/datasets/{version.dataset.slug}/export/")

    assert answer.status_code == 500


def test_an_export_says_how_long_it_is():
    version = publish(schema=SCHEMA, rows=[["a", 1, None, None]])
    table = Table(version=version, columns=SCHEMA.columns)

    made = exporting.export(table=table, query=RowQuery(columns=table.names), to=exporting.Format.CSV)

    assert made.size == len(b"".join(made.chunks))


def test_an_export_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(exporting, "LONGEST_MS", 1)
    version = publish(schema=SCHEMA, rows=[["x" * 5000, n, None, None] for n in range(400)])

    answer = APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/export/")

    assert answer.json()["code"] == "query_too_long"


@pytest.mark.parametrize("leave", ["before", "during", "without a word"])
def test_a_reader_who_leaves_gives_the_place_back(leave, settings, tmp_path):
    settings.DATASETS_WORK_DIR = tmp_path
    version = publish(schema=SCHEMA, rows=[["x" * 5000, n, None, None] for n in range(400)])
    table = Table(version=version, columns=SCHEMA.columns)

    for _time in range(exporting.AT_ONCE + 1):
        made = exporting.export(table=table, query=RowQuery(columns=table.names), to=exporting.Format.CSV)
        if leave == "during":
            next(made.chunks)
        if leave != "without a word":
            made.chunks.close()
        del made

    assert list(tmp_path.iterdir()) == []


def test_asking_for_the_head_of_an_export_keeps_no_place():
    version = publish(schema=SCHEMA, rows=[["a", 1, None, None]])

    answers = [APIClient().head(f"/api/v1/datasets/{version.dataset.slug}/export/") for _n in range(5)]

    assert {answer.status_code for answer in answers} == {200}


def test_too_many_exports_at_once_are_told_to_wait():
    version = publish(schema=SCHEMA, rows=[["x" * 5000, n, None, None] for n in range(400)])
    table = Table(version=version, columns=SCHEMA.columns)
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
