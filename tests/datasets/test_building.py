"""Builds: what is published, what is not, and what becomes of a build whatever happens to it."""

import errno
import json
import logging
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pyarrow.parquet as pq
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection
from django.utils import timezone

from apps.core.leases import reap_all
from apps.datasets import building, engine, tables
from apps.datasets.building import build
from apps.datasets.design import design_of
from apps.datasets.designing import change_dataset, change_design
from apps.datasets.enums import BuildPhase, BuildState
from apps.datasets.models import Build, Version
from apps.datasets.publishing import publish
from apps.datasets.recipes.steps.trim import Trim
from apps.datasets.requesting import cancel_build, request_build
from apps.datasets.telling import failure_of, verdict_of
from tests.datasets.factories import (
    GRENOBLE,
    NAMELESS,
    UNCOUNTED,
    VOIRON,
    built,
    collect_rows,
    main_table,
    make_dataset,
    rows_of,
    source_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

LATER = timedelta(hours=1)


def test_a_dataset_is_published_from_its_source():
    dataset = make_dataset(GRENOBLE, VOIRON)

    done = built(dataset)

    assert (done.state, done.phase, done.rows_in, done.rows_kept) == ("published", BuildPhase.PUBLISH, 2, 2)
    assert done.finished_at >= done.started_at
    assert not done.is_held
    assert dataset.current_version == done.version
    assert list(rows_of(done.version).values()) == [
        {"id": 1, "code": "38185", "name": "Grenoble", "population": 158198},
        {"id": 2, "code": "38563", "name": "Voiron", "population": 20248},
    ]


def test_what_does_not_pass_is_set_aside_with_its_reasons_and_counted(lake_folder):
    dataset = make_dataset(GRENOBLE, NAMELESS, UNCOUNTED, VOIRON, GRENOBLE, max_rejected_share=60)

    done = built(dataset)

    assert (done.rows_in, done.rows_kept, done.rows_rejected) == (5, 2, 3)
    assert sorted((each["code"], each["column"], each["count"]) for each in done.outputs.get().reasons) == [
        ("duplicate", "code", 1),
        ("missing", "name", 1),
        ("not_a_number", "population", 1),
    ]
    rejects = pq.read_table(lake_folder / done.outputs.get().rejects).to_pylist()
    assert {json.loads(row["record"])["Code"] for row in rejects} == {"38000", "38001", "38185"}


def test_a_version_says_all_that_it_took_to_make_it(lake_folder):
    dataset = make_dataset(GRENOBLE, VOIRON)

    version = built(dataset).version

    manifest = version.manifest
    content = (lake_folder / main_table(version).snapshot).read_bytes()
    run = source_of(dataset).runs.get()
    assert (version.number, version.rows, version.parent) == (1, 2, None)
    assert (version.size, main_table(version).sha256) == (len(content), sha256(content).hexdigest())
    assert manifest["schema"] == version.schema
    assert version.pinned_schema == design_of(dataset).schema
    assert manifest["model"] == dataset.model
    assert manifest["recipes"]["town"]["inputs"][0]["steps"][0]["step"] == "map"
    [made] = manifest["entities"]
    assert made["rows"] == {
        "read": 2,
        "kept": 2,
        "rejected": 0,
        "left_out": 0,
        "reasons": [],
        "inputs": [{"name": source_of(dataset).slug, "read": 2, "kept": 2, "rejected": 0, "left_out": 0}],
    }
    assert made["files"][0] == {
        "role": "rows",
        "name": "town.parquet",
        "size": version.size,
        "sha256": main_table(version).sha256,
    }
    assert [(each["run"], each["source"]) for each in manifest["read"]] == [(run.pk, source_of(dataset).slug)]
    assert manifest["read"][0]["segments"][0]["sha256"] == run.segments.get().sha256
    assert set(manifest["engine"]) == {"name", "ecluse", "duckdb", "ibis-framework", "pyarrow"}
    beside = lake_folder / f"datasets/{dataset.pk}/builds/{version.build_id}/manifest.json"
    assert json.loads(beside.read_text()) == manifest


def test_a_new_version_takes_the_place_of_the_one_before_whose_table_stays_for_its_readers():
    dataset = make_dataset(GRENOBLE)
    first = built(dataset).version

    second = built(dataset, GRENOBLE, VOIRON).version

    first.refresh_from_db()
    assert (second.number, second.parent, dataset.current_version) == (2, first, second)
    assert first.replaced_at == second.published_at
    assert second.replaced_at is None
    assert (rows_of(first).count(), rows_of(second).count()) == (1, 2)


def test_the_same_rows_collected_again_make_no_version(lake_folder):
    dataset = make_dataset(GRENOBLE, VOIRON)
    first = built(dataset)

    again = built(dataset, GRENOBLE, VOIRON)

    assert again.state == BuildState.UNCHANGED
    assert dataset.current_version == first.version
    assert Version.objects.count() == 1
    assert again.outputs.get().snapshot == ""
    assert not (lake_folder / f"datasets/{dataset.pk}/builds/{again.pk}/town.parquet").exists()
    assert (lake_folder / again.outputs.get().rejects).exists()


@pytest.mark.parametrize(
    "rows",
    [[GRENOBLE, VOIRON | {"Nom": "Voirons"}], [VOIRON, GRENOBLE], [GRENOBLE], [GRENOBLE, VOIRON | {"Population": ""}]],
    ids=["a value", "the order", "a row less", "a value gone"],
)
def test_rows_that_differ_in_anything_make_a_version(rows):
    dataset = make_dataset(GRENOBLE, VOIRON)
    built(dataset)

    assert built(dataset, *rows).state == BuildState.PUBLISHED


def test_the_same_rows_by_another_recipe_make_a_version():
    dataset = make_dataset(GRENOBLE)
    built(dataset)
    trim(dataset)

    assert built(dataset).state == BuildState.PUBLISHED


def test_nothing_is_published_when_the_gate_is_closed():
    dataset = make_dataset(GRENOBLE)
    first = built(dataset).version

    held = built(dataset, GRENOBLE, NAMELESS, UNCOUNTED)

    assert held.state == BuildState.HELD
    assert [check.name for check in held.judged.blocking] == ["rejected_share"]
    assert "66" in verdict_of(held).blocking[0].measured
    assert (dataset.current_version, Version.objects.count()) == (first, 1)
    assert tables.existing_tables() == {main_table(first).table}
    assert held.outputs.get().rejects


def test_a_gate_that_is_opened_wider_lets_the_next_build_pass():
    dataset = make_dataset(GRENOBLE, NAMELESS)
    assert built(dataset).state == BuildState.HELD

    change_dataset(dataset=dataset, changes={"max_rejected_share": 50}, by=None)

    assert built(dataset).state == BuildState.PUBLISHED


def test_a_build_is_made_by_the_recipe_that_was_when_it_was_asked_for():
    dataset = make_dataset(GRENOBLE)
    asked = request_build(dataset=dataset, by=None)
    before = asked.recipes
    trim(dataset)

    done = build(build_id=asked.pk)

    assert done.recipe_number == 1
    assert done.version.manifest["recipes"] == before
    assert [output.entity for output in done.outputs.all()] == ["town"]


def test_a_build_that_another_process_has_is_left_to_it():
    asked = request_build(dataset=make_dataset(GRENOBLE), by=None)
    Build.objects.claim(asked.pk, now=timezone.now(), for_=LATER, state=BuildState.RUNNING)

    assert build(build_id=asked.pk) is None


def test_a_build_that_is_over_is_not_made_again():
    done = built(make_dataset(GRENOBLE))

    assert build(build_id=done.pk) is None


def test_collected_files_that_are_gone_are_told(lake_folder):
    dataset = make_dataset(GRENOBLE)
    asked = request_build(dataset=dataset, by=None)
    (lake_folder / source_of(dataset).runs.get().segments.get().name).unlink()

    done = build(build_id=asked.pk)

    assert (done.state, done.error_kind, done.error_code) == ("failed", "config", "segments_gone")
    assert "retention" in failure_of(done).advice


def test_collected_files_that_changed_are_told_rather_than_read(lake_folder):
    dataset = make_dataset(GRENOBLE)
    other = make_dataset(VOIRON)
    asked = request_build(dataset=dataset, by=None)
    segment = source_of(dataset).runs.get().segments.get()
    content = (lake_folder / source_of(other).runs.get().segments.get().name).read_bytes()
    (lake_folder / segment.name).write_bytes(content)

    done = build(build_id=asked.pk)

    assert (done.state, done.error_code) == ("failed", "segments_damaged")
    assert segment.name in failure_of(done).advice


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "x"), ValueError("IO Error: No space left on device")])
def test_a_disk_that_is_full_is_told(monkeypatch, error):
    asked = request_build(dataset=make_dataset(GRENOBLE), by=None)
    monkeypatch.setattr(engine, "clean", raising(error))

    done = build(build_id=asked.pk)

    assert (done.state, done.error_kind, done.error_code) == ("failed", "transient", "no_room")


def test_a_recipe_that_no_longer_fits_the_source_is_told():
    dataset = make_dataset(GRENOBLE)

    done = built(dataset, {"Code": "1", "Name": "x", "Population": "1"})

    assert (done.state, done.error_kind, done.error_code) == ("failed", "config", "recipe_broken")
    assert "Nom" in done.error_details["reason"]


def test_a_bug_is_loud_and_its_text_stays_in_the_log(monkeypatch, caplog):
    monkeypatch.setattr(engine, "clean", lambda **named: 1 / 0)

    done = built(make_dataset(GRENOBLE))

    assert (done.state, done.error_kind, done.error_code) == ("failed", "bug", "build_unexpected")
    assert done.error_details == {"error": "ZeroDivisionError"}
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == ["build_failed"]


def test_a_database_out_of_reach_is_raised_and_the_build_begins_again(monkeypatch):
    dataset = make_dataset(GRENOBLE)
    asked = request_build(dataset=dataset, by=None)
    with monkeypatch.context() as patch:
        patch.setattr(building, "publish", raising(OperationalError))
        with pytest.raises(OperationalError):
            build(build_id=asked.pk)

    reap_all(now=timezone.now() + LATER)
    done = build(build_id=asked.pk)

    assert (done.state, done.lease_count) == (BuildState.PUBLISHED, 2)


@pytest.mark.parametrize("stop", [SoftTimeLimitExceeded, KeyboardInterrupt])
def test_a_build_that_is_stopped_waits_for_another_process(monkeypatch, stop):
    asked = request_build(dataset=make_dataset(GRENOBLE), by=None)
    monkeypatch.setattr(building, "publish", raising(stop))

    if stop is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            build(build_id=asked.pk)
    else:
        assert build(build_id=asked.pk) is None

    asked.refresh_from_db()
    assert (asked.state, asked.is_held, asked.lease_count) == (BuildState.WAITING, False, 0)


def test_a_build_that_is_stopped_once_it_is_published_stays_published(monkeypatch):
    asked = request_build(dataset=make_dataset(GRENOBLE), by=None)

    def publish_then_stop(**arguments):
        publish(**arguments)
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(building, "publish", publish_then_stop)
    build(build_id=asked.pk)

    asked.refresh_from_db()
    assert (asked.state, asked.is_held, asked.lease_count) == (BuildState.PUBLISHED, False, 1)


@pytest.mark.parametrize("phase", [BuildPhase.READ, BuildPhase.CLEAN, BuildPhase.CHECK, BuildPhase.LOAD])
def test_a_build_is_cancelled_between_two_phases(phase):
    dataset = make_dataset(GRENOBLE)
    asked = request_build(dataset=dataset, by=None)

    def cancel(now):
        if now.phase == phase:
            cancel_build(build=asked, by=None)

    done = build(build_id=asked.pk, on_progress=cancel)

    # What is cancelled while it loads is published: the gate has let it pass.
    assert done.state == (BuildState.PUBLISHED if phase == BuildPhase.LOAD else BuildState.CANCELLED)
    assert Version.objects.exists() == (phase == BuildPhase.LOAD)


def test_a_build_taken_over_publishes_nothing(monkeypatch):
    dataset = make_dataset(GRENOBLE)
    asked = request_build(dataset=dataset, by=None)
    load = tables.finish_tables

    def lose_it(loaded):
        load(loaded)
        in_another_connection("UPDATE datasets_build SET lease_owner = gen_random_uuid()")

    monkeypatch.setattr(tables, "finish_tables", lose_it)

    assert build(build_id=asked.pk) is None
    assert not Version.objects.exists()
    assert tables.existing_tables() == set()


def test_a_build_whose_process_died_after_all_was_done_stays_published(monkeypatch):
    asked = request_build(dataset=make_dataset(GRENOBLE), by=None)
    with monkeypatch.context() as patch:
        patch.setattr("apps.core.leases.Lease.release", raising(OperationalError))
        with pytest.raises(OperationalError):
            build(build_id=asked.pk)

    reap_all(now=timezone.now() + LATER)

    asked.refresh_from_db()
    assert (asked.state, asked.is_held) == (BuildState.PUBLISHED, False)
    assert asked.version.number == 1


def test_a_build_that_kills_its_workers_is_given_up():
    asked = request_build(dataset=make_dataset(GRENOBLE), by=None)
    for _time in range(5):
        Build.objects.waiting().claim(asked.pk, now=timezone.now(), for_=LATER, state=BuildState.RUNNING)
        reap_all(now=timezone.now() + 2 * LATER)

    asked.refresh_from_db()
    assert asked.state == BuildState.FAILED
    assert "5" in failure_of(asked).advice


def test_what_is_read_stays_the_same_when_a_build_begins_again(monkeypatch):
    dataset = make_dataset(GRENOBLE)
    asked = request_build(dataset=dataset, by=None)
    with monkeypatch.context() as patch:
        patch.setattr(building, "publish", raising(SoftTimeLimitExceeded))
        build(build_id=asked.pk)
    collect_rows(source_of(dataset), [GRENOBLE, VOIRON])

    done = build(build_id=asked.pk)

    assert done.rows_kept == 1


def test_many_segments_are_one_sequence_of_rows():
    dataset = make_dataset()
    rows = [{"Code": f"{number:05d}", "Nom": "x", "Population": str(number)} for number in range(500)]
    collect_rows(source_of(dataset), rows, in_segments_of=37)

    version = built(dataset).version

    found = list(rows_of(version).values_list("id", "code", "population"))
    assert found == [(number + 1, f"{number:05d}", number) for number in range(500)]


def trim(dataset):
    """Another recipe, that makes the same of these rows."""
    before = design_of(dataset)
    recipe = before.recipes["town"].model_copy(update={"steps": (Trim(step="trim"),)})
    change_design(dataset=dataset, design=replace(before, recipes={"town": recipe}), by=None)


def raising(error):
    def act(*args, **named):
        raise error

    return act


def in_another_connection(sql):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(sql)
    finally:
        other.close()
