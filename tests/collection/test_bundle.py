"""Sources written down: applied, applied again, exported; and those of the demonstration, collected."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from apps.collection.bundle import SourceDocument, apply_source
from apps.collection.connectors import CONNECTORS
from apps.collection.enums import SourceState
from apps.collection.exceptions import SourceRefused
from apps.collection.models import Source, StoredFile
from apps.collection.sealing import unseal
from apps.core.declarations import Outcome
from apps.core.projects import ProjectFile, apply_project, export_project
from apps.core.projects.notation import read_documents
from tests.collection.locked import Locked

pytestmark = pytest.mark.django_db

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


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mode": "incremental", "key": ["town"]}, {"mode": "incremental", "key_columns": ["town"]}),
        ({"parallel_parts": 4, "max_rows": 9, "max_minutes": 8, "max_megabytes": 7}, {"parallel_parts": 4}),
        ({"schedule": {"cron": "0 6 * * 1"}}, {"cron": "0 6 * * 1", "is_scheduled": True}),
        ({"schedule": {"cron": "0 6 * * 1", "is_active": False}}, {"is_scheduled": False}),
        ({"contract": {"columns": [{"name": "town"}]}}, {"expected_columns": [{"name": "town", "type": ""}]}),
        ({"contract": {"on_new": "stop"}}, {"on_new_column": "stop", "on_missing_column": "stop"}),
        ({"sheet": {"licence": "ODbL", "confidentiality": "internal"}}, {"licence": "ODbL"}),
    ],
)
def test_everything_that_a_person_decides_is_applied_exported_and_applied_again(towns, tmp_path, changes, expected):
    outcomes = [apply_source(document(towns, **changes)) for _time in range(2)]
    source = Source.objects.get()

    export_project(root=tmp_path / "project", kinds=["source"])
    (again,) = apply_project(root=tmp_path / "project")

    assert outcomes == [Outcome.CREATED, Outcome.UNCHANGED]
    assert {name: getattr(source, name) for name in expected} == expected
    assert again.outcome == Outcome.UNCHANGED


def test_defaults_are_not_written(towns, tmp_path):
    apply_source(SourceDocument(slug="towns", name="Towns", file=towns))

    export_project(root=tmp_path / "project", kinds=["source"])

    written = (tmp_path / "project/sources/towns.yaml").read_text()
    assert written == "kind: source\nslug: towns\nname: Towns\nfile: files/sources/towns/towns.csv\n"


def test_a_schedule_that_is_taken_away_stops(towns):
    apply_source(document(towns, schedule={"cron": "0 6 * * 1", "time_zone": "Europe/Paris"}))

    outcomes = [apply_source(document(towns)) for _time in range(2)]

    assert outcomes == [Outcome.CHANGED, Outcome.UNCHANGED]
    assert not Source.objects.get().is_scheduled


def test_the_kind_of_a_source_does_not_change(towns):
    apply_source(document(towns))

    with pytest.raises(SourceRefused, match="does not change"):
        apply_source(document(None, connector="tiny", settings={}))


def test_the_guide_shows_every_field_and_is_right():
    guide = (Path(settings.BASE_DIR) / "docs/how-to/write-a-project.md").read_text()
    (example,) = (block for block in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL) if "legal_basis" in block)

    ((written,), faults) = read_documents(example, file="towns.yaml")

    shown = SourceDocument.model_validate({k: v for k, v in written.value.items() if k != "kind"}, extra="forbid")
    assert faults == []
    assert set(SourceDocument.model_fields) - shown.model_fields_set == {"description", "file"}
    for group in (shown.schedule, shown.contract, shown.sheet):
        assert group.model_fields_set == set(type(group).model_fields)


# --- Secrets --------------------------------------------------------------------------------------
VARIABLE = "SOURCE_MY_BANK_PASSWORD"


@pytest.fixture
def bank(monkeypatch):
    """A document of a source with a password, as an export would name it."""
    monkeypatch.setitem(CONNECTORS._by_kind, Locked.kind, Locked())
    monkeypatch.setenv(VARIABLE, "h0rse")

    def bank(password=None, **changes):
        secrets = {"password": password or {"env": VARIABLE}}
        return SourceDocument(slug="my-bank", name="Bank", connector="locked", **{"secrets": secrets} | changes)

    return bank


def stored():
    return unseal(Source.objects.get().secrets)


def test_a_secret_is_read_from_the_environment(bank):
    outcomes = [apply_source(bank()) for _time in range(2)]

    assert outcomes == [Outcome.CREATED, Outcome.UNCHANGED]
    assert stored() == {"password": "h0rse"}
    assert "password" not in Source.objects.get().config


def test_another_value_of_the_variable_changes_the_secret(bank, monkeypatch):
    apply_source(bank())
    monkeypatch.setenv(VARIABLE, "battery")

    assert apply_source(bank()) == Outcome.CHANGED
    assert stored() == {"password": "battery"}


def test_a_missing_variable_is_an_error_that_names_it(bank, monkeypatch):
    monkeypatch.delenv(VARIABLE)

    with pytest.raises(SourceRefused, match=VARIABLE):
        apply_source(bank())


@pytest.mark.parametrize("secrets", [{"password": {"env": VARIABLE}}, {}])
def test_a_secret_that_is_stored_stays_without_its_variable(bank, monkeypatch, secrets):
    apply_source(bank())
    monkeypatch.delenv(VARIABLE)

    assert apply_source(bank(secrets=secrets)) == Outcome.UNCHANGED
    assert stored() == {"password": "h0rse"}


def test_a_secret_of_a_demonstration_may_be_a_plain_text(bank):
    apply_source(bank("not a secret"))

    assert stored() == {"password": "not a secret"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"secrets": {"key": "x"}}, "There is no such field"),
        ({"secrets": {"host": "x"}}, "has no such secret: host"),
        ({"secrets": {}, "settings": {"password": "x"}}, "name it in “secrets”"),
    ],
)
def test_a_secret_in_the_wrong_place_is_refused(bank, changes, said):
    with pytest.raises(SourceRefused, match=said):
        apply_source(bank(**changes))


def test_an_export_names_variables_and_never_a_secret(bank, tmp_path, monkeypatch):
    apply_source(bank())
    monkeypatch.delenv(VARIABLE)

    export_project(root=tmp_path / "project", kinds=["source"])
    (again,) = apply_project(root=tmp_path / "project")

    written = (tmp_path / "project/sources/my-bank.yaml").read_text()
    assert f"env: {VARIABLE}" in written
    assert "h0rse" not in written
    assert again.outcome == Outcome.UNCHANGED


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
