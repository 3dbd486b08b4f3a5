"""Restoring a former version: what readers get, what is told of it, and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import AuditEvent
from apps.datasets.building import build
from apps.datasets.design import Design, design_of
from apps.datasets.designing import change_design, delete_dataset
from apps.datasets.enums import BuildPhase, BuildState, PersonalData
from apps.datasets.exceptions import AlreadyServed, BuildAlreadyActive
from apps.datasets.models import Build, Version
from apps.datasets.reading import Table
from apps.datasets.reading.engines import SnapshotGone
from apps.datasets.requesting import cancel_build, request_build, request_due_builds
from apps.datasets.restoring import request_restoration
from apps.datasets.retention import drop_replaced_tables
from apps.datasets.telling import failure_of, verdict_of
from tests.accounts.factories import UserFactory
from tests.datasets.factories import GRENOBLE, NAMELESS, VOIRON, built, main_table, make_dataset, model_of, rows_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

LATER = timedelta(minutes=11)


@pytest.fixture
def first():
    """A version with a row set aside, replaced a while ago by another: its table is gone."""
    dataset = make_dataset(GRENOBLE, NAMELESS, max_rejected_share=60)
    version = built(dataset).version
    built(dataset, VOIRON)
    drop_replaced_tables(now=timezone.now() + LATER)
    version.refresh_from_db()
    return version


def restored(version: Version, **options) -> Build:
    done = build(build_id=request_restoration(version=version, by=None, **options).pk)
    assert done is not None
    version.dataset.refresh_from_db()
    return done


def test_a_former_version_is_published_again_under_a_new_number(first):
    done = restored(first)

    version = first.dataset.current_version
    assert (done.state, done.phase, done.is_held) == (BuildState.PUBLISHED, BuildPhase.PUBLISH, False)
    assert (version.number, version.parent.number, version.build, done.restores) == (3, 2, done, first)
    assert list(rows_of(version).values_list("code", flat=True)) == ["38185"]
    assert (main_table(version).sha256, version.rows) == (main_table(first).sha256, first.rows)
    assert first.dataset.versions.get(number=2).replaced_at


def test_it_tells_what_was_told_of_its_rows_when_they_were_made(first):
    done = restored(first)

    made = first.build
    assert (done.rows_in, done.rows_kept, done.rows_rejected) == (2, 1, 1)
    assert verdict_of(done) == verdict_of(made)
    assert done.outputs.get().reasons == made.outputs.get().reasons
    assert list(done.runs.all()) == list(made.runs.all())
    assert not done.has_rejects


def test_each_version_has_files_of_its_own(first, lake_folder):
    version = restored(first).version

    (lake_folder / main_table(first).snapshot).unlink()

    assert (lake_folder / main_table(version).snapshot).exists()


def test_its_manifest_names_the_version_it_restores_and_only_files_that_are_there(first):
    version = restored(first).version

    files = version.manifest["entities"][0]["files"]
    assert (version.manifest["version"], version.manifest["restores"], version.manifest["parent"]) == (3, 1, 2)
    assert [(file["role"], file["sha256"]) for file in files] == [("rows", main_table(first).sha256)]
    assert version.manifest["read"] == first.manifest["read"]


def test_what_was_restored_can_be_restored(first):
    restored(first)
    second = first.dataset.versions.get(number=2)
    restored(second)

    version = restored(first.dataset.versions.get(number=3)).version

    assert (version.number, list(rows_of(version).values_list("code", flat=True))) == (5, ["38185"])


def test_it_is_in_the_audit_trail_who_asked_and_what_came_of_it(first):
    person = UserFactory()
    asked = request_restoration(version=first, by=person)
    build(build_id=asked.pk)

    events = {each.action: each for each in AuditEvent.objects.filter(actor=person)}

    assert events["restoration_requested"].details == {"version": 1, "build": asked.pk}
    assert events["version_published"].details == {"version": 3, "rows": 1, "restores": 1}


def test_the_clock_does_not_undo_it_before_something_new_is_collected(first):
    restored(first)

    assert request_due_builds(now=timezone.now()) == []


def test_a_build_of_the_same_rows_after_it_publishes_nothing(first):
    restored(first)

    done = built(first.dataset, GRENOBLE, NAMELESS)

    assert done.state == BuildState.UNCHANGED


def test_a_version_that_is_served_is_not_restored(first):
    with pytest.raises(AlreadyServed):
        request_restoration(version=first.dataset.versions.get(number=2), by=None)


def test_nothing_is_restored_while_the_dataset_is_built(first):
    request_build(dataset=first.dataset, by=None)

    with pytest.raises(BuildAlreadyActive):
        request_restoration(version=first, by=None)


def test_nothing_is_restored_from_files_that_are_gone(first, lake_folder):
    (lake_folder / main_table(first).snapshot).unlink()

    with pytest.raises(SnapshotGone):
        request_restoration(version=first, by=None)


def test_files_that_changed_are_not_published(first, lake_folder):
    asked = request_restoration(version=first, by=None)
    with (lake_folder / main_table(first).snapshot).open("ab") as file:
        file.write(b"more")

    done = build(build_id=asked.pk)

    assert (done.state, done.error_code) == (BuildState.FAILED, "version_files_damaged")
    assert main_table(first).snapshot in failure_of(done).advice
    assert first.dataset.versions.count() == 2
    assert not list((lake_folder / f"datasets/{first.dataset_id}/builds/{done.pk}").glob("*.parquet"))


def test_one_that_is_cancelled_leaves_the_version_that_was_served(first):
    asked = request_restoration(version=first, by=None)

    cancel_build(build=asked, by=None)

    first.dataset.refresh_from_db()
    assert build(build_id=asked.pk) is None
    assert first.dataset.current_version.number == 2


def test_what_has_come_to_be_read_by_right_stays_hidden(first):
    dataset, everybody = first.dataset, UserFactory()
    Version.objects.filter(number=2).update(schema=marked(first.dataset.versions.get(number=2).schema))

    version = restored(first).version

    assert [column.name for column in Table.of(first, everybody).columns] == ["code", "population"]
    assert [column.name for column in Table.of(version, everybody).columns] == ["code", "population"]
    assert dataset.current_version == version


def marked(schema):
    """The same, where names are sensitive."""
    (entity,) = schema["entities"]
    columns = [
        column | {"personal_data": PersonalData.SENSITIVE} if column["name"] == "name" else column
        for column in entity["columns"]
    ]
    return {"entities": [entity | {"columns": columns}]}


def test_a_version_comes_back_with_the_structure_it_had(first):
    dataset = first.dataset
    design = design_of(dataset)
    shorter = replace(first.pinned_schema.main, columns=first.pinned_schema.main.columns[:2])
    recipe = {"inputs": [{**design.documents["town"]["inputs"][0]}]}
    recipe["inputs"][0]["steps"] = [{"step": "map", "columns": {"code": "Code", "name": "Nom"}}]
    change_design(
        dataset=dataset,
        design=Design(model=model_of(shorter), recipes={"town": type(design.recipes["town"]).from_document(recipe)}),
        by=None,
    )
    built(dataset)

    version = restored(first).version

    assert (version.schema, version.schema_version) == (first.schema, first.schema_version)
    assert rows_of(version).get().population == 158198


def test_a_dataset_whose_version_was_restored_can_be_deleted(first):
    restored(first)

    delete_dataset(dataset=first.dataset, by=None)

    assert not Build.objects.exists()
