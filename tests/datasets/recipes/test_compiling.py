from types import SimpleNamespace

import ibis
import pytest

from apps.datasets.enums import ColumnType
from apps.datasets.exceptions import RecipeRefused
from apps.datasets.recipes.checking import check, check_input
from apps.datasets.recipes.compiling import compile_input, judged, landed, sound
from apps.datasets.recipes.together import duplicates
from tests.datasets.recipes.cleaned import column, entity, mapped, recipe

SCHEMA = entity(
    column("patient", is_key=True),
    column("age", ColumnType.INTEGER),
    column("weight", ColumnType.FLOAT, is_unique=True),
    column("price", ColumnType.DECIMAL),
    column("is_seen", ColumnType.BOOLEAN),
    column("seen_on", ColumnType.DATE),
    column("changed_at", ColumnType.DATETIME),
)
FRENCH = (
    {"step": "trim"},
    {"step": "parse_number", "columns": ["age", "weight", "price"], "locale": "fr"},
    {"step": "parse_date", "columns": ["seen_on"], "formats": ["%d/%m/%Y", "%d/%m/%y"]},
    {"step": "parse_date", "columns": ["changed_at"], "formats": ["%d/%m/%Y %H:%M"]},
    {"step": "fill", "columns": {"is_seen": "non"}},
    {"step": "cast", "columns": {"age": "integer"}},
)


def refusal(*steps, schema=None, columns=("Âge", "Nom", "Date de visite")):
    schema = schema or entity(column("age", ColumnType.INTEGER))
    with pytest.raises(RecipeRefused) as refused:
        check(recipe(*steps), schema, [columns], {})
    return [str(fault) for fault in refused.value.faults]


MAP = {"step": "map", "columns": {"age": "Âge"}}


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark"])
def test_one_recipe_is_written_in_the_language_of_both_engines(dialect, monkeypatch):
    # Spark itself, which is not installed, would register this option.
    monkeypatch.setattr(
        "ibis.backends.sql.compilers.pyspark.options", SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    )
    rules = mapped(SCHEMA, *FRENCH)

    rows = compile_input(rules, 0, SCHEMA, landed(SCHEMA.names, name="visits"), with_source=True)

    for expression in (sound(rows, SCHEMA), judged(rows, rules, 0), duplicates(sound(rows, SCHEMA), SCHEMA)):
        assert "TRY_CAST" in ibis.to_sql(expression, dialect=dialect)


def test_columns_that_the_recipe_does_not_take_are_read_only_for_the_rejects():
    schema = entity(column("age", ColumnType.INTEGER))
    rules, source = mapped(schema), landed(["age", "unused"], name="visits")

    kept = sound(compile_input(rules, 0, schema, source), schema)
    all_of_it = judged(compile_input(rules, 0, schema, source, with_source=True), rules, 0)

    assert "unused" not in ibis.to_sql(kept, dialect="duckdb")
    assert "unused" in ibis.to_sql(all_of_it, dialect="duckdb")


def test_a_recipe_that_fits_is_accepted():
    draft, faults = check_input(mapped(SCHEMA, *FRENCH), 0, SCHEMA, SCHEMA.names, {})

    assert not faults
    assert draft.filled == set(SCHEMA.names)


def test_a_column_that_the_source_has_not_is_told_with_the_nearest():
    assert refusal({"step": "map", "columns": {"age": "age"}}) == [
        "Step 1, column “age”: the source has no column “age”; “Âge” perhaps?"
    ]


def test_a_column_that_looks_like_none_of_the_source_is_told_with_all():
    (said,) = refusal({"step": "map", "columns": {"age": "zzz"}})

    assert "It has: “Âge”, “Nom”, “Date de visite”." in said


def test_the_place_of_a_row_is_no_column_of_the_source():
    (said,) = refusal({"step": "map", "columns": {"age": "_row"}})

    assert "the source has no column “_row”" in said


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (
            ({"step": "map", "columns": {"age": "Âge", "agee": "Nom"}},),
            "Step 1, column “agee”: the dataset has no such",
        ),
        ((MAP, MAP), "Step 2, column “age”: a step before already gives it a value."),
        ((MAP, {"step": "trim", "columns": ["nom"]}), "Step 2, column “nom”: the dataset has no such column"),
        (({"step": "trim", "columns": ["age"]}, MAP), "Step 1, column “age”: it has no value yet"),
        (
            (MAP, {"step": "parse_date", "columns": ["age"], "formats": ["%d/%m/%Y"]}),
            "Step 2, column “age”: this step is not for a column of type “Whole number”.",
        ),
        (
            (MAP, {"step": "parse_number", "columns": ["age"]}, {"step": "parse_number", "columns": ["age"]}),
            "Step 3, column “age”: a step before already reads it.",
        ),
        ((MAP, {"step": "cast", "columns": {"age": "float"}}), "Step 2, column “age”: it is cast to “Number”, but"),
        (({"step": "trim"},), "Column “age”: no step gives it a value"),
    ],
)
def test_a_step_that_does_not_fit_is_told_with_its_number_and_column(steps, said):
    assert refusal(*steps)[0].startswith(said)


def test_a_date_has_no_hour():
    schema = entity(column("seen_on", ColumnType.DATE))
    parse = {"step": "parse_date", "columns": ["seen_on"], "formats": ["%d/%m/%Y %H:%M"]}

    (said,) = refusal({"step": "map", "columns": {"seen_on": "Date de visite"}}, parse, schema=schema)

    assert said.startswith("Step 2, column “seen_on”: a date has no hour")


def test_values_that_must_differ_are_not_filled():
    schema = entity(column("patient", is_key=True))

    (said,) = refusal({"step": "fill", "columns": {"patient": "x"}}, schema=schema)

    assert said.startswith("Step 1, column “patient”: its values must differ")


def test_every_fault_is_told_at_once():
    assert len(refusal({"step": "map", "columns": {"a": "x", "b": "y"}})) == 5


@pytest.mark.parametrize(("cast", "kind"), [("integer", ColumnType.FLOAT), ("date", ColumnType.DATETIME)])
def test_what_is_cast_may_be_narrower_than_its_column(cast, kind):
    schema = entity(column("value", kind))

    check(mapped(schema, {"step": "cast", "columns": {"value": cast}}), schema, [schema.names], {})
