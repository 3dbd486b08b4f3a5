"""Files of each format: told by their content, read whole, and again from any record on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.collection.connectors.base import Window
from apps.collection.connectors.texts import text_array
from apps.collection.exceptions import ConfigError
from tests.collection.connectors.formats import CONNECTOR, FILES, LANDED, read, small_steps

__all__ = ["read", "small_steps"]


# --- All of them ----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_each_format_is_told_by_its_content_and_read_whole(read, name):
    stream, rows, rejected = read(FILES[name], "no-ending")

    names = [column.name.removeprefix("@") for column in stream.columns]
    found = [{key.removeprefix("@"): value for key, value in row.items() if key != "_row"} for row in rows]
    # A workbook has one kind of number: those without decimals are written without them.
    is_workbook = stream.details["format"] == "workbook"
    landed = [row | {"rate": row["rate"].removesuffix(".0")} if is_workbook else row for row in LANDED]
    assert found == [{key: value for key, value in row.items() if key in names} for row in landed]
    assert [row["_row"] for row in rows] == list(range(1, 41))
    assert rejected == []
    assert stream.details["format"] == {"xlsx": "workbook", "ods": "workbook"}.get(name, name.split()[0])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.usefixtures("small_steps")
def test_each_format_is_gone_on_with_after_any_batch(uploaded, name):
    config = uploaded(FILES[name])
    (part,) = CONNECTOR.partitions(config, "", Window()).parts

    batches = list(CONNECTOR.read(config, part, None))
    rows = [row for batch in batches for row in batch.rows.to_pylist()]

    assert len(batches) > 4
    for rank, batch in enumerate(batches):
        rest = [row for each in CONNECTOR.read(config, part, batch.cursor) for row in each.rows.to_pylist()]
        assert rest == rows[sum(each.rows.num_rows for each in batches[: rank + 1]) :]


@pytest.mark.parametrize("name", FILES)
def test_a_sample_shows_the_first_records(uploaded, name):
    first = next(CONNECTOR.sample(uploaded(FILES[name])))

    assert first.rows.num_rows > 0


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_stops_before_its_end_is_told_or_loses_nothing(read, name):
    content = FILES[name][: len(FILES[name]) * 2 // 3]

    if name == "jsonl":
        _stream, rows, rejected = read(content)
        numbers = [row["_row"] for row in rows] + [row for row, _reason, _details in rejected]
        assert numbers == list(range(1, len(rows) + 2))
    else:
        with pytest.raises(ConfigError) as caught:
            read(content)
        assert caught.value.code in ("truncated_file", "truncated_archive", "damaged_file")


def test_a_format_may_be_told_where_the_content_misleads(read):
    _stream, rows, _rejected = read(b'{"a";"b"\n1;2\n', format="csv", header=True, quote="none")

    assert rows == [{'{"a"': "1", '"b"': "2", "_row": 1}]


def test_a_file_with_the_name_of_another_format_is_read_as_what_it_is(read):
    stream, rows, _rejected = read(b"a;b\n1;2\n", "table.json")

    assert "format" not in stream.details
    assert rows == [{"a": "1", "b": "2", "_row": 1}]


def test_the_name_of_the_file_is_a_column_where_one_asks_for_it(read):
    stream, rows, _rejected = read(b"a;File\n1;2\n", "mars.csv", add_file_name=True)

    assert [column.name for column in stream.columns] == ["a", "File", "file_2"]
    assert rows == [{"a": "1", "File": "2", "file_2": "mars.csv", "_row": 1}]


# --- Doubles --------------------------------------------------------------------------------------
@given(st.lists(st.one_of(st.floats(), st.integers(-(10**18), 10**18).map(float)), min_size=1, max_size=20))
def test_doubles_are_written_together_as_they_are_one_by_one(values):
    assert text_array(values).to_pylist() == [repr(value) for value in values]
