"""Sources as people keep them, and the files that they send."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.models import AuditEvent
from apps.collection.collecting import collect
from apps.collection.connectors.file.fetching import lake_name
from apps.collection.enums import LegalBasis, RunState, SourceState
from apps.collection.exceptions import RunAlreadyActive, SourceInUse, SourceRefused
from apps.collection.models import Run, Source, StoredFile
from apps.collection.sourcing import (
    change_source,
    close_source,
    create_source,
    delete_source,
    keep_upload,
    open_source,
)
from tests.accounts.factories import UserFactory
from tests.collection.factories import RunFactory, SourceFactory

pytestmark = pytest.mark.django_db

CONTENT = b"town;people\nLille;236234\n"


def upload(content=CONTENT, name="towns.csv"):
    return keep_upload(file=SimpleUploadedFile(name, content), name=name)


def file_config(stored):
    return {"upload": {"digest": stored.digest, "name": stored.name}}


def last_event():
    event = AuditEvent.objects.latest("pk")
    return event.action, event.details


@pytest.mark.parametrize("make", [BytesIO, lambda content: SimpleUploadedFile("x", content)], ids=["open", "uploaded"])
def test_a_file_that_is_sent_is_kept_under_its_digest(lake_folder, make):
    stored = keep_upload(file=make(CONTENT), name="towns.csv")

    assert (stored.name, stored.size) == ("towns.csv", len(CONTENT))
    assert (lake_folder / lake_name(stored.digest)).read_bytes() == CONTENT


def test_the_same_file_sent_twice_is_kept_once():
    first, second = upload(), upload(name="again.csv")

    assert first == second
    assert [file.name for file in StoredFile.objects.all()] == ["again.csv"]


def test_a_source_begins_as_a_draft():
    person = UserFactory()

    source = create_source(name="Communes de l’Eure", kind="tiny", config={"rows": 3}, by=person)

    assert (source.slug, source.state, source.created_by) == ("communes-de-leure", SourceState.DRAFT, person)
    assert source.config["rows"] == 3
    assert last_event() == ("source_created", {"kind": "tiny"})


def test_two_sources_of_alike_names_have_each_its_identifier():
    sources = [create_source(name=name, kind="tiny", config={}, by=None) for name in ("Été", "Ete", "été !")]

    assert [source.slug for source in sources] == ["ete", "ete-2", "ete-3"]


def test_a_source_is_tied_to_the_file_that_it_names():
    source = create_source(name="Towns", kind="file", config=file_config(upload()), by=None)
    other = upload(b"a;b\n1;2\n")

    change_source(source=source, changes={"config": file_config(other)}, by=None)

    assert [file.pk for file in source.files.all()] == [other.pk]


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"kind": "magic"}, "kind"),
        ({"config": {"rows": "many"}}, "config.rows"),
        ({"config": {"colour": "red"}}, "config.colour"),
        ({"name": ""}, "name"),
        ({"retention_days": 0}, "retention_days"),
        ({"legal_basis": "because"}, "legal_basis"),
        ({"kind": "file", "config": {"upload": {"digest": "0" * 64, "name": "a.csv"}}}, "config"),
    ],
)
def test_what_is_not_valid_is_told_by_field(fields, at_fault):
    asked = {"name": "Towns", "kind": "tiny", "config": {}} | fields

    with pytest.raises(SourceRefused) as refused:
        create_source(**asked, by=None)

    assert at_fault in refused.value.fields
    assert str(refused.value.message)


def test_changing_a_source_tells_which_fields_were_changed():
    source = SourceFactory(name="Before", retention_days=10)

    changed = change_source(source=source, changes={"name": "After", "retention_days": 10}, by=None)

    assert changed.name == "After"
    assert last_event() == ("source_changed", {"fields": ["name"]})


def test_changing_nothing_leaves_no_trace():
    change_source(source=SourceFactory(name="Same"), changes={"name": "Same"}, by=None)

    assert not AuditEvent.objects.exists()


def test_the_state_of_a_source_is_not_changed_by_hand():
    with pytest.raises(TypeError):
        change_source(source=SourceFactory(), changes={"state": "open"}, by=None)


@pytest.mark.parametrize("missing", ["purpose", "legal_basis"])
def test_a_source_is_opened_once_it_says_why_and_by_what_right(missing):
    source = SourceFactory(state=SourceState.DRAFT, **{missing: ""})

    with pytest.raises(SourceRefused):
        open_source(source=source, by=None)
    change_source(source=source, changes={"purpose": "Planning", "legal_basis": LegalBasis.NO_PERSONAL_DATA}, by=None)
    source = open_source(source=source, by=None)

    assert source.is_open
    assert last_event()[0] == "source_opened"


def test_an_open_source_keeps_its_purpose():
    with pytest.raises(SourceRefused):
        change_source(source=SourceFactory(), changes={"purpose": ""}, by=None)


def test_closing_a_source_stops_what_goes_on():
    run = RunFactory()

    source = close_source(source=run.source, by=None)

    assert source.state == SourceState.CLOSED
    assert Run.objects.get().state == RunState.CANCELLED


def test_opening_or_closing_twice_leaves_one_trace():
    source = SourceFactory()

    for _time in range(2):
        close_source(source=source, by=None)
    for _time in range(2):
        open_source(source=source, by=None)

    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["source_closed", "source_opened"]


@pytest.mark.django_db(transaction=True)
def test_deleting_a_source_deletes_all_that_it_collected(lake_folder):
    run = collect(run_id=RunFactory().pk)

    delete_source(source=run.source, by=None)

    assert not Source.objects.exists()
    assert not Run.objects.exists()
    assert not [path for path in lake_folder.rglob("*") if path.is_file()]


def test_a_source_is_not_deleted_while_it_is_collected():
    with pytest.raises(RunAlreadyActive):
        delete_source(source=RunFactory().source, by=None)


@pytest.mark.django_db(transaction=True)
def test_a_source_that_a_dataset_reads_is_not_deleted(lake_folder):
    from apps.datasets.models import Dataset, Entity, Recipe

    run = collect(run_id=RunFactory().pk)
    entity = Entity.objects.create(dataset=Dataset.objects.create(name="Towns", slug="towns"), name="town")
    Recipe.objects.create(entity=entity).dependencies.create(source=run.source)

    with pytest.raises(SourceInUse):
        delete_source(source=run.source, by=None)

    assert Run.objects.get().segments.count() == 3
    assert len(list(lake_folder.rglob("*.parquet"))) == 3
