"""What is computed, and what is left out on purpose."""

from datetime import date
from decimal import Decimal

import pytest

from apps.datasets.enums import ColumnType
from apps.datasets.exceptions import RecipeRefused
from apps.datasets.recipes.checking import check
from tests.datasets.recipes.cleaned import clean_cells, column, entity, mapped, recipe

ADULTS = {"step": "filter", "where": "age >= 18"}


@pytest.fixture(autouse=True)
def _own_work(settings, tmp_path):
    settings.DATASETS_WORK_DIR = tmp_path / "work"


def refused(schema, *steps):
    rules = mapped(schema, *steps)
    with pytest.raises(RecipeRefused) as error:
        check(rules, schema, [schema.names], {})
    return [(fault.step, fault.column, str(fault.message)) for fault in error.value.faults]


def test_a_column_is_computed_from_others_read_as_their_types(tmp_path):
    schema = entity(
        column("age", ColumnType.INTEGER),
        column("price", ColumnType.DECIMAL, digits=10, decimals=2),
        column("band"),
        column("total", ColumnType.DECIMAL, digits=12, decimals=2),
        column("half", ColumnType.FLOAT),
        column("next_on", ColumnType.DATE),
        column("is_adult", ColumnType.BOOLEAN),
    )
    rules = recipe(
        {"step": "map", "columns": {"age": "age", "price": "price", "_days": "days", "next_on": "next_on"}},
        {
            "step": "compute",
            "columns": {
                "band": "case when age >= 18 then 'adult' when age < 18 then 'minor' end",
                "total": "price * age",
                "half": "age / 2",
                "next_on": "case when cast(_days as integer) > 0 then next_on end",
                "is_adult": "age >= 18",
            },
        },
    )
    cells = {
        "age": ["34", " 17 ", None],
        "price": ["12.50", "0.10", "3"],
        "days": ["3", "x", "1"],
        "next_on": ["2024-02-29", "2024-03-01", "2024-03-01"],
    }

    made = clean_cells(tmp_path, rules, schema, cells)

    assert [(row["band"], row["total"], row["half"], row["next_on"], row["is_adult"]) for row in made.rows] == [
        ("adult", Decimal("425.00"), 17.0, date(2024, 2, 29), True),
        ("minor", Decimal("1.70"), 8.5, None, False),
        (None, None, None, date(2024, 3, 1), None),
    ]


def test_what_is_whole_goes_into_a_column_of_whole_numbers_and_what_is_not_is_set_aside(tmp_path):
    schema = entity(column("half", ColumnType.INTEGER))
    rules = recipe(
        {"step": "map", "columns": {"_whole": "whole"}},
        {"step": "compute", "columns": {"half": "cast(_whole as integer) / 2"}},
    )

    made = clean_cells(tmp_path, rules, schema, {"whole": ["4", "5", None]})

    assert [row["half"] for row in made.rows] == [2, None]
    assert made.faults == {2: [("not_an_integer", "half")]}


def test_all_the_columns_of_a_step_are_computed_from_what_was_there_before(tmp_path):
    schema = entity(column("first"), column("second"))
    rules = mapped(schema, {"step": "compute", "columns": {"first": "second", "second": "first"}})

    made = clean_cells(tmp_path, rules, schema, {"first": ["a"], "second": ["b"]})

    assert (made.rows[0]["first"], made.rows[0]["second"]) == ("b", "a")


def test_a_value_that_does_not_read_makes_what_is_computed_of_it_null_and_keeps_its_fault(tmp_path):
    schema = entity(column("age", ColumnType.INTEGER), column("double", ColumnType.INTEGER))
    rules = recipe({"step": "map", "columns": {"age": "age"}}, {"step": "compute", "columns": {"double": "age * 2"}})

    made = clean_cells(tmp_path, rules, schema, {"age": ["x", "2"]})

    assert made.faults == {1: [("not_a_number", "age")]}


def test_rows_for_which_the_condition_is_not_true_are_left_out_and_are_no_faults(tmp_path):
    schema = entity(column("age", ColumnType.INTEGER))

    made = clean_cells(tmp_path, mapped(schema, ADULTS), schema, {"age": ["18", "17", None, "unknown"]})

    assert [row["age"] for row in made.rows] == [18]
    assert made.faults == {2: [("filtered", "")], 3: [("filtered", "")], 4: [("not_a_number", "age")]}
    assert (made.cleaned.counts.rejected, made.cleaned.counts.left_out) == (1, 2)


def test_a_fault_that_a_step_found_is_told_even_if_the_filter_looks_at_that_column(tmp_path):
    schema = entity(column("seen_on", ColumnType.DATE), column("age", ColumnType.INTEGER))
    read = {"step": "parse_date", "columns": ["seen_on"], "formats": ["%d/%m/%Y"]}
    rules = mapped(schema, read, {"step": "filter", "where": "seen_on >= '2024-01-01' and age > 1"}, ADULTS)
    cells = {"seen_on": ["31/02/2024", "31/12/2023", "01/01/2024", "31/02/2024"], "age": ["20", "20", "20", "0"]}

    made = clean_cells(tmp_path, rules, schema, cells)

    # What cannot be true, whatever that value is, is left out.
    assert made.faults == {1: [("not_a_date", "seen_on")], 2: [("filtered", "")], 4: [("filtered", "")]}


def test_expressions_that_do_not_fit_are_refused_with_their_step_and_column():
    schema = entity(column("age", ColumnType.INTEGER), column("seen_on", ColumnType.DATE))

    assert refused(
        schema,
        {"step": "compute", "columns": {"age": "agee + 1", "seen_on": "age", "zz": "1"}},
        {"step": "filter", "where": "age"},
        {"step": "filter", "where": "age >"},
    ) == [
        (2, "age", "there is no column “agee” here; “age” perhaps?"),
        (2, "seen_on", "the expression gives a number, and the column is of type “Date”."),
        (2, "zz", "the dataset has no such column: add it to the dataset, or take it out of the recipe."),
        (3, "", "the expression gives a number: a condition is true or false."),
        (4, "", "it is not written as an expression should be, near “>” (character 5)."),
    ]


def test_computing_and_filtering_are_told_in_words():
    schema = entity(column("age", ColumnType.INTEGER, label="Age"))
    rules = mapped(schema, {"step": "compute", "columns": {"age": "age + 1"}}, ADULTS)

    assert [step.tell(schema) for step in rules.inputs[0].steps[1:]] == [
        "Compute: “Age” = age + 1.",
        "Keep only the rows where: age >= 18.",
    ]
