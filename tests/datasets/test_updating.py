"""Datasets whose rows stay when they are not seen again: what is read updates the version before, by the key."""

import json

import pyarrow.parquet as pq
import pytest

from apps.collection.enums import RunMode
from apps.datasets.design import Design, design_of
from apps.datasets.designing import change_design
from apps.datasets.enums import BuildMode, BuildState, ColumnType
from apps.datasets.exceptions import RecipeRefused
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.telling import tell
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.datasets.factories import (
    GRENOBLE,
    NAMELESS,
    TOWNS,
    UNCOUNTED,
    VOIRON,
    built,
    collect_rows,
    make_dataset,
    model_of,
    rows_of,
    source_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

MEYLAN = {"Code": "38229", "Nom": "Meylan", "Population": "17000"}


def updated(dataset, *, schema=TOWNS, **changes):
    """The dataset, whose towns are updated from now on."""
    document = design_of(dataset).recipes["town"].as_document() | {"mode": "upsert"} | changes
    recipes = {"town": Recipe.from_document(document)}
    return change_design(dataset=dataset, design=Design(model=model_of(schema), recipes=recipes), by=None)


def names_of(done):
    return list(rows_of(done.version).values_list("code", "name", "population"))


def test_rows_that_are_not_seen_again_stay_and_those_that_are_take_the_place_of_the_ones_before():
    dataset = updated(make_dataset(GRENOBLE, VOIRON, MEYLAN))
    built(dataset)

    done = built(dataset, VOIRON, GRENOBLE | {"Population": "160000"})

    assert names_of(done) == [("38185", "Grenoble", 160000), ("38229", "Meylan", 17000), ("38563", "Voiron", 20248)]


def test_what_became_of_the_rows_of_the_version_before_is_counted_and_told():
    dataset = updated(make_dataset(GRENOBLE, VOIRON, MEYLAN))
    first = built(dataset)

    done = built(dataset, VOIRON, GRENOBLE | {"Population": ""}, GRENOBLE | {"Code": "01004"})

    output = done.outputs.get()
    counts = {"added": 1, "changed": 1, "unchanged": 1, "kept": 1, "removed": 0}
    assert (first.outputs.get().update, output.update) == (None, counts)
    assert (output.rows_in, output.rows_kept, output.rows_rejected, output.rows_left_out) == (6, 4, 0, 2)
    assert output.inputs == [{"name": source_of(dataset).slug, "read": 3, "kept": 3, "rejected": 0, "left_out": 0}]
    manifest = done.version.manifest
    assert manifest["entities"][0]["rows"]["update"] == counts
    assert {each.get("version") for each in manifest["read"]} == {None, first.version.number}


def test_the_same_rows_collected_again_make_no_version():
    dataset = updated(make_dataset(GRENOBLE, VOIRON))
    built(dataset, GRENOBLE, VOIRON)
    built(dataset, VOIRON | {"Population": "3"})

    assert built(dataset, VOIRON | {"Population": "3"}).state == BuildState.UNCHANGED


def test_of_what_several_runs_say_the_last_is_kept_and_nothing_is_a_fault():
    dataset = updated(make_dataset(GRENOBLE, VOIRON))
    run = collect_rows(source_of(dataset), [GRENOBLE | {"Population": "160000"}])
    run.mode = RunMode.INCREMENTAL
    run.save()

    done = built(dataset)

    assert names_of(done) == [("38185", "Grenoble", 160000), ("38563", "Voiron", 20248)]
    assert (done.rows_rejected, done.rows_left_out) == (0, 1)


def test_a_row_that_cannot_be_read_leaves_the_one_before_in_place():
    dataset = updated(make_dataset(GRENOBLE, VOIRON, max_rejected_share=50))
    built(dataset)

    done = built(dataset, GRENOBLE | {"Population": "many"}, MEYLAN)

    assert set(names_of(done)) == {
        ("38229", "Meylan", 17000),
        ("38185", "Grenoble", 158198),
        ("38563", "Voiron", 20248),
    }
    assert (done.rows_rejected, done.outputs.get().update["kept"]) == (1, 2)


def test_the_gate_judges_what_is_read_and_not_what_stays():
    dataset = updated(make_dataset(*(GRENOBLE | {"Code": f"{number:05}"} for number in range(90))))
    built(dataset)

    held = built(dataset, NAMELESS, UNCOUNTED, MEYLAN)

    assert held.state == BuildState.HELD
    assert [check.name for check in held.judged.blocking] == ["rejected_share"]


def test_rows_of_before_that_break_a_rule_of_today_are_set_aside_as_they_were(lake_folder):
    dataset = updated(make_dataset(GRENOBLE, VOIRON, max_rejected_share=60))
    built(dataset)
    rule = {"rule": "range", "columns": ["population"], "max": "100000", "severity": "quarantine"}
    updated(dataset, rules=[rule])

    done = built(dataset, MEYLAN, VOIRON)

    assert {name for _code, name, _count in names_of(done)} == {"Meylan", "Voiron"}
    assert done.outputs.get().update == {"added": 1, "changed": 0, "unchanged": 1, "kept": 0, "removed": 1}
    (reject,) = pq.read_table(lake_folder / done.outputs.get().rejects).to_pylist()
    assert json.loads(reject["record"]) == {"code": "38185", "name": "Grenoble", "population": "158198"}
    assert [reason["code"] for reason in reject["reasons"]] == ["rule_broken"]


def test_a_column_that_the_version_before_had_not_is_empty_in_the_rows_that_stay():
    dataset = updated(make_dataset(GRENOBLE, VOIRON))
    built(dataset)
    wider = EntitySchema(name="town", columns=(*TOWNS.columns, ColumnSchema(name="seen_at", type=ColumnType.DATETIME)))
    steps = [{"step": "map", "columns": {"code": "Code", "name": "Nom", "population": "Population", "seen_at": "Vu"}}]
    collect_rows(source_of(dataset), [GRENOBLE | {"Vu": "2026-01-02 03:04:05.5+01:00"}])
    updated(dataset, schema=wider, inputs=[{"source": source_of(dataset).slug, "steps": steps}])
    first = built(dataset)

    again = built(dataset, VOIRON | {"Vu": ""})

    seen = {code: at.isoformat() if at else None for code, at in rows_of(first.version).values_list("code", "seen_at")}
    assert seen == {"38185": "2026-01-02T02:04:05.500000+00:00", "38563": None}
    assert again.outputs.get().update == {"added": 0, "changed": 0, "unchanged": 1, "kept": 1, "removed": 0}


def test_rows_without_a_key_cannot_be_updated():
    keyless = EntitySchema(name="town", columns=(ColumnSchema(name="name", type=ColumnType.TEXT),))
    dataset = make_dataset(GRENOBLE, schema=keyless, steps=[{"step": "map", "columns": {"name": "Nom"}}])

    with pytest.raises(RecipeRefused, match="key"):
        updated(dataset, schema=keyless)


def test_a_recipe_says_that_it_updates():
    recipe = Recipe.from_document(
        {"mode": "upsert", "inputs": [{"source": "s", "steps": [{"step": "map", "columns": {"code": "Code"}}]}]}
    )

    assert recipe.as_document()["mode"] == BuildMode.UPSERT
    assert any("version before" in str(each.sentence) for each in tell(recipe, TOWNS))
