"""Datasets as people design them: what is kept, what is refused and why, what is raised by a change."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.accounts.models import AuditEvent
from apps.datasets import tables
from apps.datasets.design import design_of
from apps.datasets.designing import change_dataset, change_design, create_dataset, delete_dataset
from apps.datasets.enums import ColumnType, Confidentiality, Mask, PersonalData
from apps.datasets.exceptions import BuildAlreadyActive, DatasetRefused, RecipeRefused, SchemaRefused
from apps.datasets.models import Build, Dataset, Version
from apps.datasets.reading import Table
from apps.datasets.reading.serving import served_table
from apps.datasets.requesting import request_build
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.accounts.factories import UserFactory
from tests.collection.factories import SourceFactory
from tests.datasets.factories import GRENOBLE, STEPS, TOWNS, VOIRON, built, design, make_dataset, source_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


def with_columns(*columns):
    return replace(TOWNS, columns=columns)


def column(name="code", type_=ColumnType.TEXT, **fields):
    return ColumnSchema(name=name, type=type_, **fields)


def actions():
    return list(AuditEvent.objects.filter(subject_type="datasets.dataset").values_list("action", flat=True))


def test_a_dataset_is_kept_with_its_entity_and_its_recipe():
    someone = UserFactory()
    source = SourceFactory()
    wanted = design(TOWNS, STEPS, source.slug)

    dataset = create_dataset(name="Communes de l’Isère", design=wanted, by=someone)

    assert (dataset.slug, dataset.created_by, dataset.current_version) == ("communes-de-lisere", someone, None)
    assert design_of(dataset) == wanted
    assert dataset.entities.get().schema == wanted.schema.main == TOWNS
    assert source_of(dataset) == source
    assert actions() == ["dataset_created"]


def test_two_datasets_of_one_name_cannot_be():
    make_dataset(name="Communes")

    with pytest.raises(DatasetRefused) as refusal:
        make_dataset(name="Communes")

    assert set(refusal.value.fields) == {"name"}


def test_an_identifier_that_is_taken_is_numbered():
    make_dataset(name="Communes", slug="communes-2")
    make_dataset(name="Communes !", slug="communes")

    assert make_dataset(name="Communes ?").slug == "communes-3"


@pytest.mark.parametrize(
    ("schema", "column_at_fault"),
    [
        (EntitySchema(name="town", columns=()), ""),
        (EntitySchema(name="Ville !", columns=TOWNS.columns), ""),
        (with_columns(column("save")), "save"),
        (with_columns(column("id")), "id"),
        (with_columns(column("Code")), "Code"),
        (with_columns(column(), column()), "code"),
        (with_columns(column("price", ColumnType.DECIMAL, digits=3, decimals=4)), "price"),
        (with_columns(column(max_length=20_000_000)), "code"),
        (with_columns(column(label="x" * 121)), "code"),
    ],
    ids=["no column", "entity", "method", "id", "capital", "twice", "decimals", "length", "label"],
)
def test_an_entity_that_cannot_become_a_table_is_refused(schema, column_at_fault):
    with pytest.raises(SchemaRefused) as refusal:
        make_dataset(schema=schema)

    assert column_at_fault in [fault.column for fault in refusal.value.faults]
    assert not Dataset.objects.exists()


def test_a_recipe_is_judged_by_the_columns_that_were_collected():
    source = SourceFactory()
    make_dataset(GRENOBLE, source=source)
    steps = [{"step": "map", "columns": {"code": "Code", "name": "Name", "population": "Population"}}]

    with pytest.raises(RecipeRefused) as refusal:
        make_dataset(source=source, steps=steps, name="Other")

    assert [(fault.step, fault.column) for fault in refusal.value.faults] == [(1, "name")]


def test_a_recipe_that_leaves_a_column_without_value_is_refused_before_anything_is_collected():
    with pytest.raises(RecipeRefused) as refusal:
        make_dataset(steps=[{"step": "map", "columns": {"code": "Code", "name": "Nom"}}])

    assert [fault.column for fault in refusal.value.faults] == ["population"]


def test_a_recipe_reads_what_is_there():
    with pytest.raises(RecipeRefused, match="there is no source “another”"):
        create_dataset(name="x", design=design(TOWNS, STEPS, "another"), by=None)


def test_changes_are_recorded_by_their_names_and_only_if_there_are_any():
    dataset = make_dataset()

    change_dataset(dataset=dataset, changes={"visibility": "internal"}, by=None)
    change_dataset(dataset=dataset, changes={"visibility": "public", "name": dataset.name}, by=None)

    assert actions() == ["dataset_changed", "dataset_created"]
    assert AuditEvent.objects.first().details == {"fields": ["visibility"]}


def test_an_identifier_never_changes():
    with pytest.raises(TypeError):
        change_dataset(dataset=make_dataset(), changes={"slug": "other"}, by=None)


def test_what_does_not_change_raises_no_version():
    dataset = make_dataset()

    changed = change_design(dataset=dataset, design=design_of(dataset), by=None)

    assert (changed.schema_version, changed.entities.get().recipe.number) == (1, 1)
    assert actions() == ["dataset_created"]


def test_each_part_of_a_design_has_a_version_of_its_own():
    dataset = make_dataset()
    source = source_of(dataset).slug
    told = replace(TOWNS, columns=tuple(replace(each, description="What it is") for each in TOWNS.columns))
    trimmed = design(told, [*STEPS, {"step": "trim"}], source)

    after_schema = change_design(dataset=dataset, design=design(told, STEPS, source), by=None)
    after_recipe = change_design(dataset=dataset, design=trimmed, by=None)

    assert (after_schema.schema_version, after_recipe.schema_version) == (2, 2)
    assert after_recipe.entities.get().recipe.number == 2
    dataset.refresh_from_db()
    assert design_of(dataset) == trimmed


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_table_left")
def test_what_is_found_to_say_who_people_are_is_hidden_at_once_and_everywhere():
    dataset = make_dataset(GRENOBLE, visibility="public")
    built(dataset)
    request_build(dataset=dataset, by=None)
    name, *others = TOWNS.columns
    marked = replace(TOWNS, columns=(replace(name, personal_data=PersonalData.DIRECT), *others))

    change_design(dataset=dataset, design=design(marked, STEPS, source_of(dataset).slug), by=None)
    table = Table.of(dataset.versions.get(), AnonymousUser())

    assert name.name not in table.names
    assert table.hidden == 1
    assert {build.pinned_schema.main.columns[0].personal_data for build in dataset.builds.all()} == {
        PersonalData.DIRECT
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_table_left")
def test_what_becomes_confidential_is_no_longer_served_by_a_process_that_remembers_it():
    dataset = make_dataset(GRENOBLE, slug="towns", visibility="public")
    built(dataset)
    before = served_table("towns", "", AnonymousUser())
    name, *others = TOWNS.columns
    masked = replace(name, confidentiality=Confidentiality.RESTRICTED, mask=Mask.START)
    marked = replace(TOWNS, columns=(masked, *others))

    change_design(dataset=dataset, design=design(marked, STEPS, source_of(dataset).slug), by=None)
    after = served_table("towns", "", AnonymousUser())

    assert (before.is_whole, dict(after.masks)) == (True, {name.name: Mask.START})


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_table_left")
def test_what_is_no_longer_read_by_right_stays_hidden_until_a_version_shows_it():
    dataset = make_dataset(GRENOBLE, visibility="public")
    before = design_of(dataset)
    name, *others = TOWNS.columns
    marked = replace(TOWNS, columns=(replace(name, personal_data=PersonalData.SENSITIVE), *others))
    change_design(dataset=dataset, design=design(marked, STEPS, source_of(dataset).slug), by=None)
    built(dataset)

    change_design(dataset=dataset, design=before, by=None)
    before = Table.of(dataset.versions.get(), AnonymousUser())
    built(dataset)
    after = Table.of(dataset.current_version, AnonymousUser())

    assert (before.hidden, after.hidden) == (1, 0)


def test_a_recipe_of_a_source_that_is_not_there_is_refused():
    dataset = make_dataset()

    with pytest.raises(RecipeRefused):
        change_design(dataset=dataset, design=design(TOWNS, STEPS, "nowhere"), by=None)


@pytest.mark.django_db(transaction=True)
def test_deleting_a_dataset_leaves_nothing_of_it(lake_folder, no_table_left):
    dataset = make_dataset(GRENOBLE)
    built(dataset)
    built(dataset, GRENOBLE, VOIRON)
    source = source_of(dataset)

    delete_dataset(dataset=dataset, by=None)

    assert [model.objects.count() for model in (Dataset, Version, Build)] == [0, 0, 0]
    assert tables.existing_tables() == set()
    assert not (lake_folder / f"datasets/{dataset.pk}").exists()
    assert source.runs.count() == 2
    assert "dataset_deleted" in actions()


def test_a_dataset_that_is_being_built_is_not_deleted():
    dataset = make_dataset(GRENOBLE)
    request_build(dataset=dataset, by=None)

    with pytest.raises(BuildAlreadyActive):
        delete_dataset(dataset=dataset, by=None)
