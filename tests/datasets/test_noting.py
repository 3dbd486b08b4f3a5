"""What is said of a version: written before or after it is published, and what is proposed."""

from dataclasses import replace

import pytest

from apps.accounts.models import AuditEvent
from apps.datasets.building import build
from apps.datasets.design import Design, design_of
from apps.datasets.designing import change_design
from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.models import Version
from apps.datasets.noting import proposed_note, structure_changes, write_note
from apps.datasets.reading import Table
from apps.datasets.recipes.document import Recipe
from apps.datasets.requesting import request_build
from apps.datasets.restoring import request_restoration
from apps.datasets.schema import ColumnSchema
from tests.accounts.factories import UserFactory
from tests.datasets.factories import GRENOBLE, STEPS, TOWNS, VOIRON, built, make_dataset, model_of

DEPARTMENT = ColumnSchema(name="department", type=ColumnType.TEXT, label="Département")
MAYOR = ColumnSchema(name="mayor", type=ColumnType.TEXT, label="Maire", personal_data=PersonalData.DIRECT)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]


@pytest.fixture
def towns():
    dataset = make_dataset(GRENOBLE, VOIRON)
    built(dataset)
    return dataset


def latest(dataset) -> Version:
    return dataset.versions.order_by("-number").first()


def with_columns(dataset, *columns, rules=()):
    """The design of a dataset with these columns more, filled with a word, and these rules."""
    steps = [*STEPS, *({"step": "fill", "columns": {column.name: "Isère"}} for column in columns)]
    recipe = {"inputs": [{**design_of(dataset).documents["town"]["inputs"][0], "steps": steps}], "rules": list(rules)}
    model = model_of(replace(TOWNS, columns=(*TOWNS.columns, *columns)))
    change_design(dataset=dataset, design=Design(model=model, recipes={"town": Recipe.from_document(recipe)}), by=None)


def test_a_note_written_before_its_version_is_there_is_published_with_it():
    asked = request_build(dataset=make_dataset(GRENOBLE), by=None)

    write_note(build=asked, note="  The first towns.\n", by=None)
    build(build_id=asked.pk)

    assert Version.objects.get().note == "The first towns."


def test_a_note_written_afterwards_is_that_of_the_version(towns):
    person = UserFactory()

    write_note(build=latest(towns).build, note="Two towns.", by=person)

    assert latest(towns).note == "Two towns."
    assert AuditEvent.objects.get(action="version_noted").actor == person


def test_a_note_can_be_taken_away(towns):
    write_note(build=latest(towns).build, note="Two towns.", by=None)

    write_note(build=latest(towns).build, note=" ", by=None)

    assert latest(towns).note == ""


def test_of_a_first_version_it_is_proposed_to_say_how_many_rows_it_has(towns):
    assert proposed_note(latest(towns)) == "Communes: 2 rows."


def test_it_is_proposed_to_say_which_rows_came_went_and_changed(towns):
    built(towns, {**GRENOBLE, "Population": "1"}, {"Code": "38000", "Nom": "Abymes", "Population": "2"})

    assert proposed_note(latest(towns)) == "1 row added, 1 removed, 1 changed."


def test_it_is_proposed_to_say_which_columns_are_new(towns):
    with_columns(towns, DEPARTMENT)
    built(towns)

    assert proposed_note(latest(towns)) == "New column: Département."


def test_no_column_that_is_read_by_right_is_named_in_a_proposal(towns):
    with_columns(towns, DEPARTMENT, MAYOR)
    built(towns)

    assert proposed_note(latest(towns)) == "New column: Département."


def test_it_is_proposed_to_say_which_checks_no_longer_hold_and_which_hold_again(towns):
    many = {"rule": "row_count", "min": 2, "severity": "warn", "name": "Enough towns"}
    with_columns(towns, rules=[many])
    built(towns, GRENOBLE, VOIRON, {**VOIRON, "Code": "38564"})
    built(towns, GRENOBLE)
    fewer = proposed_note(latest(towns))
    built(towns, GRENOBLE, VOIRON)

    assert "No longer holds: Rule “Enough towns”." in fewer
    assert "Holds again: Rule “Enough towns”." in proposed_note(latest(towns))


def test_of_a_version_that_was_restored_it_is_proposed_to_say_which(towns):
    built(towns, VOIRON)
    build(build_id=request_restoration(version=towns.versions.get(number=1), by=None).pk)

    assert proposed_note(latest(towns)) == "The rows of version 1, published again."


def test_of_rows_that_are_no_longer_kept_it_is_proposed_to_say_how_many_there_are(towns, lake_folder):
    built(towns, VOIRON)
    for path in lake_folder.rglob("town.parquet"):
        path.unlink()

    assert proposed_note(latest(towns)) == "Communes: 1 row."


def test_the_structure_is_compared_as_its_reader_sees_it(towns):
    version, person = latest(towns), UserFactory()
    before = Table.all_of(version, person)
    columns = (TOWNS.columns[0], replace(TOWNS.columns[2], type=ColumnType.TEXT), DEPARTMENT)
    after = [
        replace(table, columns=columns, schema=replace(table.schema, name=name, label=name))
        for table in before
        for name in ("town", "street")
    ]

    told = structure_changes(before, after)

    assert told == [
        "New table: street.",
        "Column changed: Habitants (town), Whole number before, Text now.",
        "New column: Département (town).",
        "Column removed: Nom (town).",
    ]
