"""Sources written down: applied, applied again, exported; and those of the demonstration, collected."""

from pathlib import Path

import pytest
from django.conf import settings

from apps.collection.bundle import SourceDocument, apply_source
from apps.collection.collecting import collect
from apps.collection.enums import RunState, SourceState
from apps.collection.exceptions import SourceRefused
from apps.collection.models import Source, StoredFile
from apps.collection.requesting import request_run
from apps.core.declarations import Outcome
from apps.core.projects import ProjectFile, apply_project, export_project
from tests.collection.damage import IN_COLLECTION

pytestmark = pytest.mark.django_db

DEMONSTRATION = Path(settings.BASE_DIR) / "projects" / "demo"
FIELDS = {
    "slug": "towns",
    "name": "Towns",
    "settings": {"delimiter": "semicolon"},
    "purpose": "Planning",
    "legal_basis": "no_personal_data",
    "is_open": True,
}


@pytest.fixture
def towns(tmp_path):
    path = tmp_path / "towns.csv"
    path.write_text("town;people\nLille;236234\n")
    return ProjectFile(path)


def document(file, **changes):
    return SourceDocument(**FIELDS | {"file": file} | changes)


def test_a_document_makes_a_source_with_its_file(towns):
    outcome = apply_source(document(towns))

    source = Source.objects.get()
    assert outcome == Outcome.CREATED
    assert (source.slug, source.state, source.kind) == ("towns", SourceState.OPEN, "file")
    assert source.config["upload"] == {"digest": towns.sha256, "name": "towns.csv"}
    assert [file.pk for file in source.files.all()] == [towns.sha256]


def test_the_same_document_changes_nothing(towns, lake_folder):
    apply_source(document(towns))
    files = {path: path.stat().st_mtime_ns for path in lake_folder.rglob("*")}

    assert apply_source(document(towns)) == Outcome.UNCHANGED
    assert {path: path.stat().st_mtime_ns for path in lake_folder.rglob("*")} == files


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": "Cities"}, {"name": "Cities"}),
        ({"max_rejected_share": 2.5}, {"max_rejected_share": 2.5}),
        ({"columns": ["town"]}, {"columns": ["town"]}),
        ({"is_open": False}, {"state": SourceState.CLOSED}),
        ({"is_open": False, "purpose": "Another"}, {"state": SourceState.CLOSED, "purpose": "Another"}),
    ],
)
def test_another_document_changes_the_source(towns, changes, expected):
    apply_source(document(towns))

    outcomes = [apply_source(document(towns, **changes)) for _time in range(2)]

    source = Source.objects.get()
    assert outcomes == [Outcome.CHANGED, Outcome.UNCHANGED]
    assert {name: getattr(source, name) for name in expected} == expected


def test_another_content_of_the_file_changes_the_source(towns):
    apply_source(document(towns))
    towns.path.write_text("town;people\nCaen;107229\n")

    outcome = apply_source(document(ProjectFile(towns.path)))

    assert outcome == Outcome.CHANGED
    assert StoredFile.objects.filter(sources=None).count() == 1


def test_settings_that_do_not_hold_are_refused(towns):
    with pytest.raises(SourceRefused):
        apply_source(document(towns, settings={"delimiter": "dot"}))


def test_an_exported_project_is_that_which_was_applied(towns, tmp_path):
    apply_source(document(towns, max_rejected_rows=3))

    export_project(root=tmp_path / "project", kinds=["source"])
    Source.objects.all().delete()
    applied = apply_project(root=tmp_path / "project")
    again = apply_project(root=tmp_path / "project")

    assert [(each.key, each.outcome) for each in [*applied, *again]] == [
        ("towns", Outcome.CREATED),
        ("towns", Outcome.UNCHANGED),
    ]
    assert (Source.objects.get().is_open, Source.objects.get().max_rejected_rows) == (True, 3)


@pytest.mark.django_db(transaction=True)
def test_every_source_of_the_demonstration_is_collected():
    apply_project(root=DEMONSTRATION)

    runs = [collect(run_id=request_run(source=source, by=None).pk) for source in Source.objects.all()]

    collected = {run.source.slug: (run.state, run.rows_kept, run.rows_rejected) for run in runs}
    damaged = collected.pop("suivi-diabete")
    assert collected == {
        "breast-cancer": (RunState.SUCCEEDED, 569, 0),
        "vins": (RunState.SUCCEEDED, 178, 0),
        "diabete": (RunState.SUCCEEDED, 442, 0),
        "exercices": (RunState.SUCCEEDED, 20, 0),
    }
    assert (damaged[0], damaged[2]) == (RunState.SUCCEEDED, len(IN_COLLECTION))
