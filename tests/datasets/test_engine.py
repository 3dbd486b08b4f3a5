"""Segments in, rows and rejects out: what holds whatever the values are."""

import subprocess
import sys
import threading
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from apps.datasets.engine import Landed, Making, clean, connect, preview, rejects_page
from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.exceptions import CleaningCancelled, RecipeRefused
from apps.datasets.recipes.document import Recipe
from tests.datasets.recipes.cleaned import (
    clean_cells,
    clean_segments,
    column,
    entity,
    mapped,
    read_cells,
    recipe,
    write_segment,
)

VISIT = entity(
    column("patient", is_key=True),
    column("visited_on", ColumnType.DATE, is_key=True),
    column("age", ColumnType.INTEGER),
    column("price", ColumnType.DECIMAL, digits=10, decimals=2),
    column("email", is_unique=True),
)
RULES = mapped(VISIT)
SOUND = {"patient": "p", "visited_on": "2024-01-01", "age": "4", "price": "1.50", "email": None}


@pytest.fixture(autouse=True)
def _own_work(settings, tmp_path):
    settings.DATASETS_WORK_DIR = tmp_path / "work"


def cells(*rows):
    """Rows that say how they differ from a sound one, as columns."""
    return {name: [(SOUND | row)[name] for row in rows] for name in SOUND}


def making(directory, *segments):
    return Making(
        schema=VISIT,
        recipe=RULES,
        inputs=(Landed(files=segments),),
        rows_to=directory / "rows",
        rejects_to=directory / "rejects",
    )


def test_rows_are_typed_numbered_and_say_where_they_come_from(tmp_path):
    outcome = clean_cells(tmp_path, RULES, VISIT, cells({}, {"patient": "q", "age": "x"}, {"patient": "r"}))

    assert outcome.table.schema.names == ["id", *VISIT.names, "_input", "_run", "_part", "_row"]
    assert [str(kind) for kind in outcome.table.schema.types] == [
        "int64",
        "string",
        "date32[day]",
        "int64",
        "decimal128(10, 2)",
        "string",
        "int16",
        "int64",
        "int16",
        "int64",
    ]
    assert outcome.rows[1] == {
        "id": 2,
        "patient": "r",
        "visited_on": date(2024, 1, 1),
        "age": 4,
        "price": Decimal("1.50"),
        "email": None,
        "_input": 0,
        "_run": 1,
        "_part": 0,
        "_row": 3,
    }


def test_a_rejected_row_has_all_its_reasons_and_is_kept_as_it_was(tmp_path):
    wrong = {"patient": " ", "visited_on": "31/02/2024", "age": "4.5", "price": "1.505", "email": 'é"\n\x00'}

    outcome = clean_cells(tmp_path, RULES, VISIT, cells({}, wrong))

    (reject,) = outcome.rejects
    assert (reject.run, reject.part, reject.row) == (1, 0, 2)
    assert [(each.code, each.column, each.value) for each in reject.reasons] == [
        (RejectReason.MISSING, "patient", " "),
        (RejectReason.NOT_A_DATE, "visited_on", "31/02/2024"),
        (RejectReason.NOT_AN_INTEGER, "age", "4.5"),
        (RejectReason.OUT_OF_RANGE, "price", "1.505"),
        (RejectReason.CONTROL_CHARACTER, "email", 'é"\n␀'),
    ]
    assert reject.record == wrong


def test_the_first_of_the_rows_with_the_same_key_is_kept(tmp_path):
    rows = [{}, {"age": "5"}, {"visited_on": "2024-01-02"}, {"age": "6"}]

    outcome = clean_cells(tmp_path, RULES, VISIT, cells(*rows))

    assert [row["_row"] for row in outcome.rows] == [1, 3]
    assert outcome.faults == {row: [("duplicate", "patient, visited_on")] for row in (2, 4)}
    assert outcome.rejects[0].reasons[0].value == "p, 2024-01-01"


def test_values_that_are_written_differently_and_mean_the_same_are_duplicates(tmp_path):
    schema = entity(column("price", ColumnType.DECIMAL, is_unique=True))

    outcome = clean_cells(tmp_path, mapped(schema), schema, {"price": ["1.5", " 1.50", "01.5", "2", "", ""]})

    assert [row["_row"] for row in outcome.rows] == [1, 4, 5, 6]


def test_a_good_row_is_not_lost_to_a_bad_one_with_the_same_key(tmp_path):
    outcome = clean_cells(tmp_path, RULES, VISIT, cells({"age": "x"}, {}))

    assert [row["_row"] for row in outcome.rows] == [2]
    assert outcome.faults == {1: [("not_a_number", "age")]}


def test_a_row_that_repeats_several_things_says_each(tmp_path):
    rows = [{"email": "a@b.fr"}, {"email": "a@b.fr"}, {"patient": "q", "email": "a@b.fr"}]

    outcome = clean_cells(tmp_path, RULES, VISIT, cells(*rows))

    assert {row: sorted(faults) for row, faults in outcome.faults.items()} == {
        2: [("duplicate", "email"), ("duplicate", "patient, visited_on")],
        3: [("duplicate", "email")],
    }


def test_most_rows_may_be_duplicates(tmp_path):
    schema = entity(column("code", is_key=True))
    codes = [str(number % 70) for number in range(7_000)]

    outcome = clean_cells(tmp_path, mapped(schema), schema, {"code": codes})

    assert [row["code"] for row in outcome.rows] == codes[:70]
    assert outcome.cleaned.counts.rejected == 6_930


def test_segments_are_read_in_the_order_of_their_rows(tmp_path):
    schema = entity(column("code", is_key=True), column("more"))
    segments = [
        write_segment(tmp_path, {"code": ["a", "f"], "more": ["", ""]}, run=2),
        write_segment(tmp_path, {"code": ["c", "d"], "more": ["", ""]}, part=1),
        write_segment(tmp_path, {"code": ["b", "e"], "more": ["", ""]}, seq=1, first=3),
        write_segment(tmp_path, {"code": ["a", "b"], "more": ["", ""]}, seq=0),
    ]

    outcome = clean_segments(tmp_path, mapped(schema), schema, segments)

    outcome.assert_nothing_is_lost(8)
    assert [row["code"] for row in outcome.rows] == ["a", "b", "e", "c", "d", "f"]


def test_rows_that_claim_the_same_place_stop_the_cleaning(tmp_path):
    schema = entity(column("code", ColumnType.INTEGER))
    segments = [write_segment(tmp_path, {"code": [code]}, seq=seq) for seq, code in enumerate(["1", "a"])]

    with pytest.raises(RuntimeError, match="2 rows came to visit, 1 were kept and 0 set aside"):
        clean_segments(tmp_path, mapped(schema), schema, segments)


def test_a_column_that_some_segments_lack_is_empty_there(tmp_path):
    schema = entity(column("code"), column("more"))
    segments = [
        write_segment(tmp_path, {"code": ["a"]}),
        write_segment(tmp_path, {"code": ["b"], "more": ["x"]}, run=2),
    ]

    outcome = clean_segments(tmp_path, mapped(schema), schema, segments)

    assert [(row["code"], row["more"]) for row in outcome.rows] == [("a", None), ("b", "x")]


def test_segments_without_any_row_give_none(tmp_path):
    outcome = clean_cells(tmp_path, RULES, VISIT, {name: [] for name in VISIT.names})

    assert outcome.table.schema.names[:2] == ["id", "patient"]


def test_a_column_may_only_be_filled(tmp_path):
    schema = entity(column("country"))
    rules = recipe({"step": "fill", "columns": {"country": "France"}})

    outcome = clean_cells(tmp_path, rules, schema, {"unused": ["a", "b"]})

    assert [row["country"] for row in outcome.rows] == ["France", "France"]


def test_the_reasons_are_counted(tmp_path):
    outcome = clean_cells(
        tmp_path, RULES, VISIT, cells({"age": "x"}, {"age": "y"}, {"age": "1.5", "price": "z"}, {}, {})
    )

    assert [(each.code, each.column, each.count) for each in outcome.cleaned.reasons] == [
        ("not_a_number", "age", 2),
        ("duplicate", "patient, visited_on", 1),
        ("not_a_number", "price", 1),
        ("not_an_integer", "age", 1),
    ]


def test_the_statements_that_were_run_are_told_without_the_paths(tmp_path):
    outcome = clean_cells(tmp_path, RULES, VISIT, cells({}))

    assert 'FROM "visit__input_1"' in outcome.sql
    assert str(tmp_path) not in outcome.sql


def test_a_recipe_that_does_not_fit_the_segments_is_refused(tmp_path):
    segment = write_segment(tmp_path, {"patient": ["p"]})

    with pytest.raises(RecipeRefused, match="email"):
        clean_segments(tmp_path, RULES, VISIT, [segment])


NAMES = [
    'a"b',
    "a'b",
    '"; DROP TABLE segments; --',
    "numéro de dossier",
    "âge",
    "É",
    "é",
    "{}",
    "%s",
    "a.b",
    "a\\b",
    "select",
    "row",
    "x" * 60,
    "血圧",
    "_source",
    "patient__fault",
    "reasons",
    "id",
    "a?b$1:c",
]


def test_columns_of_the_source_may_have_any_name(tmp_path):
    schema = entity(*(column(f"c{rank}", ColumnType.INTEGER) for rank in range(len(NAMES))))
    rules = recipe({"step": "map", "columns": {f"c{rank}": name for rank, name in enumerate(NAMES)}})
    numbers = {name: [str(rank), "x"] for rank, name in enumerate(NAMES)}

    outcome = clean_cells(tmp_path, rules, schema, numbers)

    assert [outcome.rows[0][name] for name in schema.names] == list(range(len(NAMES)))
    assert outcome.rejects[0].record == dict.fromkeys(NAMES, "x")


def test_files_may_have_any_name(tmp_path):
    directory = tmp_path / "it's [a] *dir*?"
    directory.mkdir()

    assert clean_cells(directory, RULES, VISIT, cells({})).cleaned.counts.kept == 1


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "patient": st.sampled_from(["p", "q", "", None]) | st.text(max_size=8),
                "visited_on": st.sampled_from(["2024-01-01", "2024-02-30", None]) | st.text(max_size=12),
                "age": st.sampled_from(["1", "x"]) | st.text(max_size=6),
                "price": st.none() | st.decimals().map(str) | st.floats().map(str),
                "email": st.none() | st.sampled_from(["a", "b"]) | st.text(max_size=3),
            }
        ),
        min_size=1,
        max_size=40,
    )
)
@effort(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_texts_each_row_is_kept_or_rejected_and_none_is_lost(tmp_path, rows):
    with TemporaryDirectory(dir=tmp_path) as directory:
        outcome = clean_cells(Path(directory), RULES, VISIT, cells(*rows))

        again = clean_cells(Path(directory), RULES, VISIT, cells(*rows))

    assert (again.rows, again.rejects) == (outcome.rows, outcome.rejects)
    assert len({(row["patient"], row["visited_on"]) for row in outcome.rows}) == len(outcome.rows)
    # Nothing that was written is null in what is kept.
    for row in outcome.rows:
        written = (SOUND | rows[row["_row"] - 1]).items()
        assert [name for name, text in written if text and text.strip() and row[name] is None] == []


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
@effort(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_written_in_french_are_read_back_exactly(tmp_path, numbers):
    step = {"step": "parse_number", "columns": ["value"]}
    french = [repr(number).replace(".", ",").replace("-", "−") for number in numbers]

    assert read_cells(tmp_path, ColumnType.FLOAT, french, step) == numbers


@given(st.lists(st.dates(), min_size=1, max_size=50))
@effort(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dates_written_in_french_are_read_back_exactly(tmp_path, days):
    step = {"step": "parse_date", "columns": ["value"], "formats": ["%d/%m/%Y"]}
    french = [f"{day.day:02}/{day.month}/{day.year:04}" for day in days]

    assert read_cells(tmp_path, ColumnType.DATE, french, step) == days


def test_what_is_read_reads_the_same_once_written_again(tmp_path):
    schema = entity(column("seen_on", ColumnType.DATE), column("weight", ColumnType.FLOAT), column("town"))
    steps = (
        {"step": "trim"},
        {"step": "parse_number", "columns": ["weight"], "locale": "en"},
        {"step": "parse_date", "columns": ["seen_on"], "formats": ["%d/%m/%Y", "%Y-%m-%d"]},
    )
    cells = {"seen_on": ["1/2/2024", ""], "weight": ["1,234.5", "−3"], "town": [" Aix ", None]}

    once = clean_cells(tmp_path, mapped(schema, *steps), schema, cells)
    written = {name: [None if row[name] is None else str(row[name]) for row in once.rows] for name in schema.names}
    twice = clean_cells(tmp_path, mapped(schema, *steps), schema, written)

    assert twice.rows == once.rows


def test_a_cleaning_that_is_to_stop_stops_and_says_so(tmp_path):
    segment = write_segment(tmp_path, cells(*[{"patient": str(number)} for number in range(200_000)]))
    asked = []

    def should_stop():
        asked.append(threading.current_thread())
        return len(asked) > 2

    with pytest.raises(CleaningCancelled):
        clean(
            makings=[making(tmp_path, segment)],
            others={},
            should_stop=should_stop,
        )

    assert set(asked) == {threading.current_thread()}
    assert list((tmp_path / "work").iterdir()) == []


def test_a_failure_to_ask_is_not_swallowed(tmp_path):
    segment = write_segment(tmp_path, cells({}))

    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        clean(
            makings=[making(tmp_path, segment)],
            others={},
            should_stop=fail,
        )


def test_a_preview_shows_the_first_rows_and_the_first_rejects(tmp_path):
    rows = [{"patient": str(number), "age": "x" if number % 2 else "4"} for number in range(3_000)]
    segment = write_segment(tmp_path, cells(*rows))

    shown = preview(recipe=RULES, schema=VISIT, inputs=[Landed(files=(segment,))], others={}, limit=3)

    assert shown.records == 1_000
    assert [row["patient"] for row in shown.rows] == ["0", "2", "4"]
    assert list(shown.rows[0]) == list(VISIT.names)
    assert [reject.row for reject in shown.rejects] == [2, 4, 6]


def test_rejects_are_read_by_page_by_reason_and_by_column(tmp_path):
    rows = [{"patient": str(number), "age": "x"} for number in range(5)] + [{"price": "y", "age": "1.5"}]
    clean_cells(tmp_path, RULES, VISIT, cells(*rows))
    path = tmp_path / "rejects.parquet"

    page = rejects_page(path, offset=1, limit=2)

    assert ([reject.row for reject in page.rejects], page.total) == ([2, 3], 6)
    assert page.counts[0].count == 5
    assert rejects_page(path, reason="not_a_number", column="price", offset=0, limit=10).total == 1
    # The reason and the column must be of the same fault.
    assert rejects_page(path, reason="not_an_integer", column="price", offset=0, limit=10).total == 0


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('{other}')",
        "COPY (SELECT 1) TO '{other}'",
        "ATTACH '{other}'",
        "SELECT * FROM glob('/*')",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '10GB'",
    ],
)
def test_the_engine_reaches_nothing_but_the_files_that_it_is_given(tmp_path, statement):
    segment = write_segment(tmp_path, {"a": ["1"]})

    with connect(reads=[segment]) as connection:
        assert connection.execute("SELECT count(*) FROM read_parquet(?)", [str(segment)]).fetchall() == [(1,)]
        with pytest.raises(duckdb.Error):
            connection.execute(statement.format(other=tmp_path / "other.parquet"))


def test_the_engine_keeps_to_its_memory_and_its_cores(tmp_path, settings):
    settings.DUCKDB_MEMORY_MB, settings.DUCKDB_THREADS = 64, 1

    with connect() as connection:
        limits = connection.execute("SELECT current_setting('memory_limit'), current_setting('threads')").fetchone()

    assert limits == ("61.0 MiB", 1)


def test_the_engine_is_not_loaded_until_it_is_used():
    code = "import apps.datasets.engine, sys; print([m for m in ('duckdb', 'ibis', 'pyarrow') if m in sys.modules])"
    program = f"import django; django.setup(); {code}"

    done = subprocess.run([sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, text=True)

    assert done.stdout.strip() == "[]", done.stderr


def test_rows_stay_in_order_whatever_is_joined_and_set_aside(tmp_path):
    """Which engines do not promise: two builds of the same files must number their rows alike."""
    schema = entity(column("code", is_key=True), column("town"), column("area", ColumnType.INTEGER, maximum="5"))
    step = {"step": "join", "source": "areas", "by": {"town": "town"}, "set": {"area": "area"}}
    document = mapped(schema).as_document() | {"steps": [step]}
    document["inputs"][0]["steps"][0]["columns"].pop("area")
    segments = [
        write_segment(
            tmp_path,
            {
                "code": [f"{part % 20}-{row}" for row in range(40 + part)],
                "town": [f"t{row % 7}" for row in range(40 + part)],
            },
            part=part,
        )
        for part in range(25)
    ]
    areas = write_segment(tmp_path, {"town": [f"t{n}" for n in range(7)], "area": [str(n) for n in range(7)]}, run=2)
    others = {"source:areas": Landed(files=(areas,))}

    first, second = (
        clean_segments(tmp_path, Recipe.from_document(document), schema, segments, others=others) for _time in range(2)
    )

    first.assert_nothing_is_lost(sum(40 + part for part in range(25)))
    assert {reason.code for each in first.rejects for reason in each.reasons} == {"duplicate", "too_large"}
    assert (first.rows, first.rejects) == (second.rows, second.rejects)
