"""Quality rules: what they ask of rows and of tables, measured and set aside, and what is wrong with them."""

import re
from datetime import date, timedelta

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.datasets.engine import Landed, Making, Measured, Measuring, clean, measure, rejects_page
from apps.datasets.enums import ColumnType
from apps.datasets.exceptions import RecipeRefused
from apps.datasets.recipes.checking import check
from apps.datasets.recipes.compiling import compile_input, judged, sound, typed
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.rules import RULES
from apps.datasets.recipes.rules.base import Table
from apps.datasets.recipes.telling import tell
from apps.datasets.schema import DatasetSchema, EntitySchema
from tests.datasets.recipes.cleaned import clean_cells, column, write_segment
from tests.datasets.recipes.engines import SPARK_GROUP, on_duckdb, on_spark

VISIT = EntitySchema(
    name="visit",
    columns=(
        column("age", ColumnType.INTEGER),
        column("weight", ColumnType.FLOAT),
        column("town"),
        column("seen_on", ColumnType.DATE),
    ),
)
# One rule of each kind that looks at rows, and what it says of a row, naively: whether it breaks it.
ON_ROWS = {
    '{"rule": "required", "columns": ["age", "town"]}': lambda row: row["age"] is None or row["town"] is None,
    '{"rule": "range", "columns": ["age"], "min": 1, "max": 3}': lambda row: (
        row["age"] is not None and not 1 <= row["age"] <= 3
    ),
    '{"rule": "range", "columns": ["seen_on"], "min": "2024-01-02"}': lambda row: (
        row["seen_on"] is not None and row["seen_on"] < date(2024, 1, 2)
    ),
    '{"rule": "pattern", "columns": ["town"], "pattern": "[ab]+"}': lambda row: (
        row["town"] is not None and not re.fullmatch("[ab]+", row["town"])
    ),
    '{"rule": "set", "columns": ["town"], "values": ["a", "b"]}': lambda row: row["town"] not in (None, "a", "b"),
    '{"rule": "condition", "where": "age * 2 <= weight or town is null"}': lambda row: (
        row["town"] is not None and None not in (row["age"], row["weight"]) and row["age"] * 2 > row["weight"]
    ),
}
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "age": st.none() | st.integers(-1, 5),
            "weight": st.none() | st.integers(0, 9).map(float),
            "town": st.none() | st.sampled_from(["a", "b", "ab", "c", "é"]),
            "seen_on": st.none() | st.integers(0, 3).map(lambda days: date(2024, 1, 1) + timedelta(days=days)),
        }
    ),
    min_size=1,
    max_size=30,
)
# Each example reads and writes real files.
THOROUGHLY = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _own_work(settings, tmp_path):
    settings.DATASETS_WORK_DIR = tmp_path / "work"


def with_rules(*rules, schema=VISIT):
    steps = [{"step": "map", "columns": {name: name for name in schema.names}}]
    return Recipe.from_document({"inputs": [{"source": "visits", "steps": steps}], "rules": list(rules)})


def written(path, rows, schema=VISIT):
    kinds = {"integer": pa.int64(), "float": pa.float64(), "text": pa.string(), "date": pa.date32()}
    columns = {each.name: pa.array([row[each.name] for row in rows], kinds[each.type]) for each in schema.columns}
    lineage = {"_input": pa.int16(), "_run": pa.int64(), "_part": pa.int16(), "_row": pa.int64()}
    places = {name: pa.array(range(len(rows)), kind) for name, kind in lineage.items()}
    pq.write_table(pa.table(columns | places), path)
    return path


def measured(directory, rules, rows, before=None):
    recipe = with_rules(*rules)
    entity = Measuring(
        schema=VISIT,
        rules=recipe.rules,
        rows=written(directory / "rows.parquet", rows),
        before=before and written(directory / "before.parquet", before),
        schema_before=before and VISIT,
    )
    found, _sql = measure([entity])
    assert Measured.from_json(found["visit"].as_json()) == found["visit"]
    return found["visit"]


def refused(*rules, schema=VISIT, dataset=None):
    with pytest.raises(RecipeRefused) as error:
        check(with_rules(*rules, schema=schema), schema, [schema.names], {}, dataset)
    return [str(fault) for fault in error.value.faults]


@THOROUGHLY
@given(ROWS)
def test_rules_on_rows_find_what_a_naive_reading_finds(tmp_path, rows):
    rules = [yaml.safe_load(written_as) for written_as in ON_ROWS]
    titles = [rule.title for rule in with_rules(*rules).rules]

    found = measured(tmp_path, rules, rows)

    assert found.rows == len(rows)
    assert {title: found.found[title]["broken"] for title in titles} == {
        title: sum(map(breaks, rows)) for title, breaks in zip(titles, ON_ROWS.values(), strict=True)
    }


@THOROUGHLY
@given(ROWS)
def test_rules_that_quarantine_set_aside_the_rows_that_break_them_with_each_reason(tmp_path, rows):
    rules = [yaml.safe_load(written_as) | {"severity": "quarantine"} for written_as in ON_ROWS]
    recipe = with_rules(*rules)
    titles = [rule.title for rule in recipe.rules]
    cells = {name: [None if row[name] is None else str(row[name]) for row in rows] for name in VISIT.names}

    made = clean_cells(tmp_path, recipe, VISIT, cells)

    expected = {
        number: [("rule_broken", title) for title, breaks in zip(titles, ON_ROWS.values(), strict=True) if breaks(row)]
        for number, row in enumerate(rows, start=1)
    }
    assert made.faults == {number: reasons for number, reasons in expected.items() if reasons}


@THOROUGHLY
@given(ROWS)
def test_a_unique_rule_counts_and_sets_aside_all_but_the_first(tmp_path, rows):
    rule = {"rule": "unique", "columns": ["age", "town"]}
    keys = [(row["age"], row["town"]) for row in rows]
    later = {
        rank + 1: [("rule_broken", "unique(age, town)")]
        for rank, key in enumerate(keys)
        if None not in key and key in keys[:rank]
    }
    cells = {name: [None if row[name] is None else str(row[name]) for row in rows] for name in VISIT.names}

    assert measured(tmp_path, [rule], rows).found["unique(age, town)"]["broken"] == len(later)
    assert clean_cells(tmp_path, with_rules(rule | {"severity": "quarantine"}), VISIT, cells).faults == later


@SPARK_GROUP
def test_rules_mean_the_same_on_spark(tmp_path, spark):
    rows = [
        {"age": age, "weight": weight, "town": town, "seen_on": date(2024, 1, day)}
        for age, weight, town, day in [(1, 2.0, "a", 1), (5, 1.0, "c", 2), (None, 9.0, None, 3), (1, 2.0, "a", 1)]
    ]
    rules = [yaml.safe_load(each) for each in ON_ROWS]
    cells = {name: [None if row[name] is None else str(row[name]) for row in rows] for name in VISIT.names}
    files = {"landed": write_segment(tmp_path, cells), "visit": written(tmp_path / "visit.parquet", rows)}
    quarantining = with_rules(*(rule | {"severity": "quarantine"} for rule in rules))
    places = {"_run": "int64", "_part": "int16", "_row": "int64"}
    segment = ibis.table(dict.fromkeys(VISIT.names, "string") | places, name="landed")
    source = segment.mutate(_input=ibis.literal(0, type="int16"))
    compiled = compile_input(quarantining, 0, VISIT, source, with_source=True)
    table = Table(rows=typed(VISIT, name="visit"), schema=VISIT, outline={"edge_1": 2.0})
    both = [{"rule": "unique", "columns": ["age", "town"]}, {"rule": "distribution", "column": "age", "max_shift": 1}]
    asked = {
        f"r{rank}_{name}": scalar
        for rank, rule in enumerate(with_rules(*rules, *both).rules)
        for name, scalar in rule.measures(table).items()
    }

    why = judged(compiled, quarantining, 0)
    for expression in (
        sound(compiled, VISIT).order_by("_row"),
        why.select("_row", told=why["_reasons"].map(lambda each: each.column)).order_by("_row"),
        table.rows.aggregate(**asked),
    ):
        here, there = on_duckdb(expression, files), on_spark(spark, expression, files)
        assert [tuple(row) for row in there] == [tuple(row) for row in here]


def test_a_value_that_cannot_be_read_is_told_once_and_the_value_of_a_broken_rule_as_it_was(tmp_path):
    rules = [
        {"rule": "required", "columns": ["age"], "severity": "quarantine"},
        {"rule": "condition", "name": "light", "where": "weight < age", "severity": "quarantine"},
    ]
    cells = {"age": ["x", " 3", None], "weight": ["1", "4.0", "1"], "town": [None] * 3, "seen_on": [None] * 3}

    made = clean_cells(tmp_path, with_rules(*rules), VISIT, cells)

    assert made.faults == {
        1: [("not_a_number", "age")],
        2: [("rule_broken", "light")],
        3: [("rule_broken", "required(age)")],
    }
    assert made.rejects[1].reasons[0].value == "4.0,  3"


def test_a_row_that_refers_to_none_against_a_rule_is_counted_or_set_aside(tmp_path):
    town = EntitySchema(name="town", columns=(column("code", is_key=True),))
    visit = EntitySchema(name="visit", columns=(column("place"),))
    rule = {"rule": "foreign_key", "columns": ["place"], "entity": "town", "references": ["code"]}

    def made(severity):
        folder = tmp_path / severity
        folder.mkdir()
        cells = {town.name: {"code": ["a", "b"]}, visit.name: {"place": ["a", "a", "zz", None]}}
        makings = [
            Making(
                schema=schema,
                recipe=with_rules(*([rule | {"severity": severity}] if schema == visit else []), schema=schema),
                inputs=(Landed(files=(write_segment(folder, cells[schema.name], run=rank),)),),
                rows_to=folder / f"{schema.name}.rows",
                rejects_to=folder / f"{schema.name}.rejects",
            )
            for rank, schema in enumerate((town, visit), start=1)
        ]
        clean(makings=makings, others={})
        asked = [Measuring(schema=each.schema, rules=each.recipe.rules, rows=each.rows_to) for each in makings]
        return makings[1], measure(asked)[0]["visit"]

    _making, counted = made("block")
    making, aside = made("quarantine")

    assert (counted.rows, counted.found) == (4, {"foreign_key(place)": {"broken": 1}})
    assert (aside.rows, aside.found) == (3, {})
    (reject,) = rejects_page(making.rejects_to).rejects
    assert [(each.code, each.column, each.value) for each in reject.reasons] == [
        ("rule_broken", "foreign_key(place)", "zz")
    ]


def test_what_tables_are_judged_by_is_measured_beside_the_version_before(tmp_path):
    def row(age, town, day=1):
        return {"age": age, "weight": None, "town": town, "seen_on": date(2024, 1, day)}

    before = [row(age, "a" if age < 50 else "b") for age in range(100)]
    now = [row(age + 50, "a" if age < 25 else "c", 3) for age in range(100)] + [row(None, None)]
    rules = [
        {"rule": "distribution", "column": "age", "max_shift": 0.25},
        {"rule": "distribution", "column": "town", "max_shift": 0.25},
        {"rule": "freshness", "column": "seen_on", "max_days": 1},
        {"rule": "completeness", "columns": ["age"], "min_share": 99},
        {"rule": "row_count", "max_change": 10},
    ]

    found = measured(tmp_path, rules, now, before)

    assert (found.rows, found.rows_before) == (101, 100)
    assert list(found.found_before["distribution(age)"].values()) == [0, *[10] * 10]
    assert list(found.found["distribution(age)"].values()) == [1, 0, 0, 0, 0, 0, 10, 10, 10, 10, 60]
    assert found.found_before["distribution(town)"] == {"missing": 0, "bin_0": 50, "bin_1": 50, "bin_2": 0}
    assert found.found["distribution(town)"] == {"missing": 1, "bin_0": 25, "bin_1": 0, "bin_2": 75}
    assert found.found["freshness(seen_on)"] == {"newest": "2024-01-03"}
    assert found.found["completeness(age)"] == {"age": 100}


def test_a_table_without_rows_is_measured(tmp_path):
    rules = [*(yaml.safe_load(each) for each in ON_ROWS), {"rule": "distribution", "column": "age", "max_shift": 1}]

    assert measured(tmp_path, rules, [], []).rows == 0


def test_rules_that_do_not_fit_the_entity_are_refused_with_their_number():
    other = EntitySchema(name="town", columns=(column("code", ColumnType.INTEGER, is_key=True),))
    dataset = DatasetSchema(entities=(VISIT, other))

    assert refused(
        {"rule": "required", "columns": ["agee"]},
        {"rule": "range", "columns": ["town"], "min": 1},
        {"rule": "range", "columns": ["seen_on"], "min": "yesterday"},
        {"rule": "set", "columns": ["age"], "values": [1, "x"]},
        {"rule": "condition", "where": "age +"},
        {"rule": "condition", "where": "age + 1"},
        {"rule": "freshness", "column": "age", "max_days": 1},
        {"rule": "distribution", "column": "seen_on", "max_shift": 1},
        {"rule": "row_count", "min": 1, "severity": "quarantine"},
        {"rule": "foreign_key", "columns": ["town"], "entity": "city", "references": ["code"], "name": "city"},
        {"rule": "foreign_key", "columns": ["town"], "entity": "town", "references": ["code"]},
        dataset=dataset,
    ) == [
        "Rule 1, column “agee”: the dataset has no such column; “age” perhaps?",
        "Rule 2, column “town”: this rule is not for a column of type “Text”.",
        "Rule 3, column “seen_on”: “yesterday” is not of the type of the column: Date.",
        "Rule 4, column “age”: “x” is not of the type of the column: Whole number.",
        "Rule 5: it is not written as an expression should be, near “+” (character 5).",
        "Rule 6: the expression gives a number: a condition is true or false.",
        "Rule 7, column “age”: only a date is more or less recent.",
        "Rule 8, column “seen_on”: only numbers, texts, and yes or no are compared in this way.",
        "Rule 9: it is about the whole table: it may block or warn, not set rows aside.",
        "Rule 10: the dataset has no entity “city”.",
        "Rule 11, column “town”: it is not of the type of “code”, to which it refers.",
    ]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"rule": "explode"}, "Rule 1: there is no rule “explode”. There are: completeness, condition"),
        ({"columns": ["age"]}, "Rule 1: “rule” is missing"),
        ({"rule": "range", "columns": ["age"]}, "Rule 1: a range needs “min”, “max” or both."),
        ({"rule": "row_count"}, "Rule 1: a count of rows needs"),
        ({"rule": "pattern", "columns": ["town"], "pattern": "(?=a)"}, "Rule 1: engines do not all read “(?=a)” alike"),
        (
            {"rule": "required", "columns": ["age"], "severity": "explode"},
            "Rule 1: “severity” may be block, quarantine",
        ),
    ],
)
def test_a_rule_that_is_not_written_as_it_should_be_is_refused(rule, words):
    with pytest.raises(RecipeRefused) as error:
        with_rules(rule)

    assert str(error.value).startswith(words)


def test_two_rules_may_not_have_the_same_name():
    with pytest.raises(RecipeRefused, match="several rules are called “required\\(age\\)”"):
        with_rules({"rule": "required", "columns": ["age"]}, {"rule": "required", "columns": ["age"]})


def test_a_module_among_the_rules_is_a_kind_of_rule():
    kinds = {kind.model_fields["rule"].annotation.__args__[0] for kind in RULES}

    assert kinds == {
        "completeness",
        "condition",
        "distribution",
        "foreign_key",
        "freshness",
        "pattern",
        "range",
        "required",
        "row_count",
        "set",
        "unique",
    }


def test_rules_are_told_in_words():
    recipe = with_rules(
        {"rule": "range", "columns": ["age"], "min": 0, "max": 120},
        {"rule": "freshness", "column": "seen_on", "max_days": 1, "severity": "warn"},
    )

    told = [(each.sentence, each.severity) for each in tell(recipe, VISIT) if each.severity]

    assert told == [
        ("From 0 to 120: “age”.", "block"),
        ("The latest “seen_on” is 1 day old at most.", "warn"),
    ]
