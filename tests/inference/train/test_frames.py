"""Rows are read from what was published, and a query sees nothing else."""

from datetime import date

import numpy as np
import pytest

from apps.core import lake
from apps.inference.enums import FieldType
from apps.inference.failures import FilesDamaged, FilesGone, QueryFailed, TooManyCategories, TooManyRows
from apps.inference.fields import MAX_CATEGORIES, signature_of
from apps.inference.frames import read_rows, signed, take
from apps.inference.querying import QueryRefused, describe
from apps.inference.spec import ModelSpec
from tests.inference.train_factories import classifier, regression, reports_dataset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]


@pytest.fixture
def version():
    return reports_dataset(120).current_version


def by_query(query: str, **changes) -> ModelSpec:
    return regression("d", data={"dataset": "d", "query": query}, **changes)


def test_the_rows_of_an_entity_come_in_their_order_without_those_that_have_no_answer(version):
    rows = read_rows(version, classifier("d", slices=["is_odd"], split={"by": "time", "column": "received_on"}))

    assert len(rows) == 115  # five have no service
    assert list(rows.ids) == sorted(rows.ids)
    assert rows.columns["words"][0] == "a hole in the road near number 1"  # the first one has no service
    assert rows.columns["received_on"][0] == date(2025, 2, 2)
    assert set(rows.columns) == {"words", "channel", "age", "service", "is_odd", "received_on"}
    assert set(rows.target) == {"lighting", "roads", "parks"}
    assert np.isnan(rows.inputs["age"][10, 0])
    assert {name: array.shape for name, array in rows.inputs.items()} == dict.fromkeys(
        ("words", "channel", "age"), (115, 1)
    )


def test_a_condition_keeps_rows(version):
    data = {"dataset": "d", "entity": "report", "where": "channel = 'web' AND age > 30"}

    rows = read_rows(version, regression("d", data=data))

    assert 0 < len(rows) < 60
    assert set(rows.columns["channel"]) == {"web"}


def test_a_query_tells_its_own_rows_apart_or_by_the_id_that_it_gives(version):
    told = "channel, age, received_on, days FROM report WHERE age IS NOT NULL ORDER BY random()"

    with_id = read_rows(version, by_query(f"SELECT id, {told}"))
    without = read_rows(version, by_query(f"SELECT {told}"))
    again = read_rows(version, by_query(f"SELECT {told}"))

    assert list(with_id.ids) == sorted(with_id.ids) != list(range(1, len(with_id) + 1))
    assert list(without.ids) == list(range(1, len(without) + 1))
    assert without.columns == again.columns


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_parquet('https://example.org/rows.parquet')",
        "SELECT 1) ; CREATE TABLE x AS (SELECT 1",
        "SELECT nothing FROM report",
        "SELECT * FROM nowhere",
        "DELETE FROM report",
        "COPY report TO '/tmp/stolen.csv'",
        "SELECT getenv('DATABASE_URL') AS days, 'web' AS channel FROM report",
        "",
    ],
)
def test_a_query_that_would_see_or_do_anything_else_is_refused(version, query):
    spec = by_query(query or "SELECT")

    with pytest.raises(QueryRefused):
        describe(version.pinned_schema, spec.data)


def test_a_query_that_fails_on_the_rows_says_so_without_quoting_them(version):
    with pytest.raises(QueryFailed) as failed:
        read_rows(version, by_query("SELECT channel, 1 AS age, received_on, CAST(words AS DOUBLE) AS days FROM report"))

    assert failed.value.details == {"error": "ConversionException"}


def test_more_rows_than_are_allowed_are_not_held(version, settings):
    settings.TRAINING_MAX_ROWS = 50

    with pytest.raises(TooManyRows):
        read_rows(version, regression("d"))


def test_files_that_changed_or_are_gone_are_told(version, lake_folder):
    table = version.tables.get()
    (lake_folder / table.snapshot).write_bytes(b"PAR1 something else")

    with pytest.raises(FilesDamaged):
        read_rows(version, regression("d"))
    lake.delete([table.snapshot])
    with pytest.raises(FilesGone):
        read_rows(version, regression("d"))


# --- The signature --------------------------------------------------------------------------------
def test_a_field_says_what_its_column_says_and_what_its_rows_are(version):
    spec = classifier("d")
    rows = read_rows(version, spec)
    words, channel, age = signed(spec, describe(version.pinned_schema, spec.data), rows).fields

    assert (words.type, words.label, words.is_sensitive, words.is_required) == ("text", "What is said", True, True)
    assert (channel.type, channel.choices, channel.is_sensitive) == ("category", ("web", "phone"), False)
    assert (age.type, age.unit, age.is_required) == (FieldType.INTEGER, "years", False)
    assert (age.minimum, age.maximum, age.lowest, age.highest) == (0, 120, 20, 79)


def test_what_a_declaration_says_wins(version):
    spec = classifier(
        "d",
        features=[
            {"name": "words", "label": "Text", "is_sensitive": False, "max_length": 500},
            {"name": "age", "type": "number", "minimum": 18, "is_required": True, "unit": "y"},
        ],
    )
    rows = read_rows(version, spec)
    words, age = signed(spec, describe(version.pinned_schema, spec.data), rows).fields

    assert (words.label, words.is_sensitive, words.max_length) == ("Text", False, 500)
    assert (age.type, age.minimum, age.is_required, age.unit) == (FieldType.NUMBER, 18, True, "y")


def test_a_column_that_a_query_makes_may_come_from_what_is_personal(version):
    query = "SELECT channel, age, upper(words) AS loud, received_on, days FROM report"

    columns = describe(version.pinned_schema, by_query(query).data)

    assert {name: column.personal_data for name, column in columns.items()} == {
        "channel": "none",
        "age": "none",
        "loud": "indirect",
        "received_on": "none",
        "days": "none",
    }
    assert columns["age"].unit == "years"


def test_too_many_categories_are_no_list(version):
    spec = classifier("d", features=[{"name": "words", "type": "category"}])
    columns = describe(version.pinned_schema, spec.data)

    with pytest.raises(TooManyCategories):
        signature_of(spec, columns, values={"words": [str(at) for at in range(MAX_CATEGORIES + 1)]}, target=["a", "b"])


def test_some_rows_are_all_of_each(version):
    rows = read_rows(version, classifier("d"))

    some = take(rows, [3, 1])

    assert some.ids == [rows.ids[3], rows.ids[1]]
    assert some.columns["words"] == [rows.columns["words"][3], rows.columns["words"][1]]
    assert some.target.tolist() == [rows.target[3], rows.target[1]]
    assert (some.inputs["age"] == rows.inputs["age"][[3, 1]]).all()
