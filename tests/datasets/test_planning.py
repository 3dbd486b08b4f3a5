"""Builds that read only what came since: when they may, why they do not, and that they make what a full one makes."""

from dataclasses import replace
from random import Random

import pyarrow.parquet as pq
import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.collection.enums import RunMode
from apps.datasets.building import build
from apps.datasets.design import design_of
from apps.datasets.designing import change_design
from apps.datasets.enums import BuildState, FullReason
from apps.datasets.models import Dataset
from apps.datasets.recipes.document import Recipe
from apps.datasets.requesting import request_build
from tests.accounts.factories import UserFactory
from tests.datasets.factories import GRENOBLE, VOIRON, built, collect_rows, make_dataset, rows_of, source_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

MEYLAN = {"Code": "38229", "Nom": "Meylan", "Population": "17000"}


def added(dataset, *rows, **plan):
    """A build of this dataset, once these rows came besides the others."""
    run = collect_rows(source_of(dataset), list(rows), mode=RunMode.INCREMENTAL)
    run.plan |= plan
    run.save()
    return built(dataset)


def with_recipe(dataset, **changes):
    document = design_of(dataset).recipes["town"].as_document() | changes
    recipes = {"town": Recipe.from_document(document)}
    return change_design(dataset=dataset, design=replace(design_of(dataset), recipes=recipes), by=None)


def all_of(done, folder):
    """What a build made: rows and rejects as they were written, and the counts."""
    output = done.outputs.get()
    return (
        pq.read_table(folder / output.snapshot).to_pylist(),
        pq.read_table(folder / output.rejects).to_pylist(),
        (output.rows_in, output.rows_kept, output.rows_rejected, output.rows_left_out),
        output.reasons,
        output.inputs,
    )


def test_only_what_came_since_is_read_and_added(lake_folder):
    dataset = make_dataset(GRENOBLE, VOIRON)
    first = built(dataset)
    (lake_folder / source_of(dataset).runs.get().segments.get().name).unlink()

    done = added(dataset, MEYLAN)

    assert (first.base, first.full_because) == (None, FullReason.FIRST)
    assert (done.base, done.full_because) == (first.version, "")
    assert list(rows_of(done.version).values_list("id", "name")) == [(1, "Grenoble"), (2, "Voiron"), (3, "Meylan")]
    assert (done.version.manifest["base"], len(done.version.manifest["read"])) == (1, 2)


def random_rows(random):
    """Rows with faults and keys that come again."""
    return [
        {
            "Code": str(random.randrange(12)) if random.random() > 0.05 else "",
            "Nom": random.choice(["Aix", " Die ", "", "Gap"]),
            "Population": random.choice(["1", "2", "3", "many", ""]),
        }
        for _row in range(random.randrange(1, 9))
    ]


@pytest.mark.parametrize("seed", range(4))
def test_rows_that_are_added_are_those_that_a_full_build_makes_with_the_same_rejects_and_counts(lake_folder, seed):
    random = Random(seed)
    dataset = make_dataset(GRENOBLE, *random_rows(random), max_rejected_share=100)
    built(dataset)
    for time in range(3):
        done = added(dataset, MEYLAN | {"Code": f"new{time}"}, *random_rows(random))
        assert (done.state, bool(done.base)) == (BuildState.PUBLISHED, True)
    by_parts = all_of(done, lake_folder)

    Dataset.objects.filter(pk=dataset.pk).update(current_version=None)
    dataset.refresh_from_db()
    at_once = built(dataset)

    assert at_once.full_because == FullReason.FIRST
    assert by_parts == all_of(at_once, lake_folder)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("key", [[], ["Code"]], ids=["all that landed", "merged by key"])
def test_rows_that_are_updated_are_those_that_a_full_build_makes(lake_folder, seed, key):
    random = Random(seed)
    dataset = with_recipe(make_dataset(GRENOBLE, max_rejected_share=100), mode="upsert")
    built(dataset)
    for _time in range(2):
        added(dataset, MEYLAN | {"Population": str(random.random())[2:9]}, *random_rows(random), key=key)
    before = dataset.current_version

    done = added(dataset, VOIRON | {"Population": str(seed)}, *random_rows(random), key=key)
    Dataset.objects.filter(pk=dataset.pk).update(current_version=before)
    full = build(build_id=request_build(dataset=dataset, by=None, is_full=True).pk)

    columns = ["id", "code", "name", "population"]
    assert (done.base, full.base, full.full_because) == (before, None, FullReason.ASKED)
    assert list(rows_of(done.version).values(*columns)) == list(rows_of(full.version).values(*columns))


def test_nothing_new_or_a_source_collected_anew_makes_a_full_build():
    dataset = make_dataset(GRENOBLE)
    built(dataset)

    assert built(dataset).full_because == FullReason.NOTHING_NEW
    assert built(dataset, GRENOBLE, VOIRON).full_because == FullReason.COLLECTED_ANEW


def test_a_recipe_that_changed_makes_a_full_build():
    dataset = make_dataset(GRENOBLE)
    built(dataset)
    with_recipe(dataset, steps=[{"step": "trim"}])

    assert added(dataset, VOIRON).full_because == FullReason.DESIGN_CHANGED


def test_another_engine_makes_a_full_build(settings):
    dataset = make_dataset(GRENOBLE)
    built(dataset)
    settings.VERSION = "another"

    assert added(dataset, VOIRON).full_because == FullReason.ENGINE_CHANGED


def test_records_that_replace_others_make_a_full_build_unless_rows_are_updated():
    dataset = make_dataset(GRENOBLE)
    built(dataset)

    assert added(dataset, VOIRON, key=["Code"]).full_because == FullReason.MERGED
    assert added(dataset, GRENOBLE | {"Population": "3"}, key=["Code"]).full_because == FullReason.MERGED


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": [{"step": "deduplicate", "columns": ["name"]}]},
        {"rules": [{"rule": "unique", "columns": ["name"], "severity": "quarantine"}]},
    ],
    ids=["duplicates", "a rule"],
)
def test_what_becomes_of_a_row_by_others_makes_a_full_build(changes):
    dataset = with_recipe(make_dataset(GRENOBLE), **changes)
    built(dataset)

    assert added(dataset, VOIRON).full_because == FullReason.OTHER_ROWS


def test_rejects_that_were_forgotten_make_a_full_build():
    dataset = make_dataset(GRENOBLE)
    built(dataset).outputs.update(rejects="")

    assert added(dataset, VOIRON).full_because == FullReason.REJECTS_FORGOTTEN


def test_the_page_of_a_build_says_what_it_read_and_why(client):
    client.force_login(UserFactory(role=Role.AI_DEVELOPER, language="en"))
    dataset = make_dataset(GRENOBLE)
    first = built(dataset)
    done = added(dataset, VOIRON)

    pages = [
        client.get(reverse("datasets:build", args=[dataset.slug, each.pk])).content.decode() for each in (first, done)
    ]

    assert "All that was collected: there is no version to add to" in pages[0]
    assert "Only what came since version 1" in pages[1]
