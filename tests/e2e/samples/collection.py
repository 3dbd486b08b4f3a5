"""Sources of several kinds, and what was collected from them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import uuid4

from django.utils import timezone

from apps.accounts.models import User
from apps.collection.contract import Agreement, Limits, Tally, judge, judge_columns
from apps.collection.enums import LegalBasis, LoadMode, RunState, SourceState
from apps.collection.models import Checkpoint, QueryVersion, Rejection, Run, RunEvent, Segment, Source, StoredFile
from apps.collection.query_sheets import make_sheet, measure_query
from apps.collection.sourcing import create_source, keep_upload, open_source
from tests.e2e.samples.registry import OBJECTS, Arguments, sample

COMMUNES = "commune;prénom;habitants\n" + "".join(f"Commune {n};Zoé;{n * 100}\n" for n in range(30)) + "Dole\n"


def make_source(person: User, **fields: Any) -> Source:
    """An open source that reads a small file with a personal column, and one record that is not whole."""
    stored = keep_upload(file=BytesIO(COMMUNES.encode()), name="communes.csv")
    config = {"upload": {"digest": stored.digest, "name": stored.name}}
    asked = {"purpose": "Connaître les communes", "legal_basis": LegalBasis.PUBLIC_TASK} | fields
    source = create_source(name=f"Communes {uuid4().hex[:8]}", kind="file", config=config, by=person, **asked)
    return open_source(source=source, by=person)


def make_run(person: User, **fields: Any) -> Run:
    """A run that passed its gate with one reject, with a segment and a file."""
    source = make_source(person)
    now = timezone.now()
    columns = judge_columns(found={"commune": "text"}, agreement=Agreement())
    told = {
        "state": RunState.SUCCEEDED,
        "started_at": now - timedelta(minutes=3),
        "finished_at": now,
        "plan": {"config": source.config, "stream": "communes.csv", "columns": ["commune"], "asked": [], "parts": []},
        "rows_read": 31,
        "rows_kept": 30,
        "rows_rejected": 1,
        "bytes_read": 700,
        "bytes_total": 700,
        "samples": [[second, second * 3 + second % 4] for second in range(2, 12)],
        "verdict": judge(tally=Tally(read=31, rejected=1), limits=Limits(), columns=columns, now=now).as_json(),
    }
    run: Run = Run.objects.create(source=source, requested_by=person, **told | fields)
    run.files.set(source.files.all())
    run.segments.create(
        part="all", seq=0, name=f"runs/{run.pk}/all-000000.parquet", rows=30, size=4_000, sha256="0" * 64
    )
    details = {"found": 1, "expected": 3}
    run.rejections.create(part="all", seq=0, row=31, reason="too_few_columns", details=details, text="Dole")
    run.checkpoints.create(rank=0, part="all", seq=1, cursor={"row": 31}, is_complete=run.is_over)
    for code, told in (("started", {}), ("planned", {"parts": 1, "columns": 3}), ("part_read", {"part": "all"})):
        run.events.create(at=now - timedelta(minutes=2), code=code, details=told)
    return run


def schedule(source: Source, **fields: Any) -> None:
    """Let the clock start it each day, with these other fields."""
    asked = {"cron": "0 6 * * *", "time_zone": "Pacific/Noumea", "is_scheduled": True}
    Source.objects.filter(pk=source.pk).update(**asked | fields)


def without(run: Run) -> None:
    """Take a run away with its source."""
    source = run.source
    run.delete()
    source.delete()


@sample("collection:sources", "collection:runs", "collection:schedules")
def something_collected(person: User) -> Iterator[Arguments]:
    run = make_run(person)
    schedule(run.source, schedule_error="This source is being collected already.")
    yield {}
    without(run)


@sample(
    "collection:run",
    "collection:rejections",
    "collection:rejections_export",
    "collection:run_retry",
    "collection:run_replay",
    "api-run",
    "api-run-events",
    "api-run-rejections",
    "api-run-rejections-export",
    "api-run-segments",
    "api-run-retry",
    "api-run-replay",
)
def a_run_that_passed(person: User) -> Iterator[Arguments]:
    run = make_run(person)
    yield {"pk": run.pk}
    without(run)


@sample(
    "collection:run_cancel",
    "collection:run_progress",
    "collection:run_pause",
    "collection:run_resume",
    "api-run-cancel",
    "api-run-pause",
    "api-run-resume",
)
def a_run_that_goes_on(person: User) -> Iterator[Arguments]:
    run = make_run(person, state=RunState.RUNNING, finished_at=None, verdict=None, bytes_read=300)
    yield {"pk": run.pk}
    without(run)


@sample("collection:source", "collection:source_delete", "collection:source_schedule", "collection:source_contract")
def a_source_that_was_collected(person: User) -> Iterator[Arguments]:
    """By itself each day, in a zone that is not the reader's; only what is new is read."""
    run = make_run(person)
    schedule(
        run.source,
        mode=LoadMode.INCREMENTAL,
        key_columns=["commune"],
        expected_columns=[{"name": "commune", "type": "text"}],
        licence="Licence Ouverte 2.0",
    )
    yield {"slug": run.source.slug}
    without(run)


@sample(
    "collection:source_settings", "collection:source_rules", "collection:source_location", "collection:source_sheet"
)
def a_draft(person: User) -> Iterator[Arguments]:
    source = make_source(person)
    Source.objects.filter(pk=source.pk).update(state=SourceState.DRAFT)
    yield {"slug": source.slug}
    source.delete()


@sample(
    "collection:source_collect",
    "collection:source_open",
    "collection:source_close",
    "collection:source_follow",
    "collection:source_unfollow",
    "api-source",
    "api-source-open",
    "api-source-close",
    "api-source-preview",
    "api-source-runs",
    "api-source-test",
)
def an_open_source(person: User) -> Iterator[Arguments]:
    source = make_source(person)
    yield {"slug": source.slug}
    Run.objects.filter(source=source).delete()
    source.delete()


OBJECTS["collection.source"] = lambda person: Source.objects.first() or make_source(person)
OBJECTS["collection.storedfile"] = lambda person: StoredFile.objects.first() or make_source(person).files.get()
OBJECTS["collection.run"] = lambda person: Run.objects.first() or make_run(person)
OBJECTS["collection.segment"] = lambda person: Segment.objects.first() or make_run(person).segments.get()
OBJECTS["collection.rejection"] = lambda person: Rejection.objects.first() or make_run(person).rejections.get()
OBJECTS["collection.checkpoint"] = lambda person: Checkpoint.objects.first() or make_run(person).checkpoints.get()
OBJECTS["collection.runevent"] = lambda person: RunEvent.objects.first() or make_run(person).events.first()
OBJECTS["collection.queryversion"] = lambda person: QueryVersion.objects.first() or make_query(person)


@sample("collection:source_new_of_kind")
def the_kind_that_asks_most(person: User) -> Iterator[Arguments]:
    yield {"kind": "rest"}


def make_query(person: User) -> QueryVersion:
    """The query of a source of a database in a file, explained and measured."""
    with NamedTemporaryFile(suffix=".sqlite") as file:
        with closing(sqlite3.connect(file.name)) as database:
            database.execute("CREATE TABLE signalement (id INTEGER PRIMARY KEY, service TEXT, priorite INTEGER)")
            rows = [(number, f"service {number % 12}", number % 5) for number in range(500)]
            database.executemany("INSERT INTO signalement VALUES (?, ?, ?)", rows)
            database.commit()
        stored = keep_upload(file=BytesIO(Path(file.name).read_bytes()), name="mairie.sqlite")
    config = {
        "system": "sqlite",
        "upload": {"digest": stored.digest, "name": stored.name},
        "query": "SELECT service, count(*) AS nombre FROM signalement WHERE priorite > :seuil GROUP BY service",
        "parameters": ["seuil = 2"],
    }
    source = create_source(name=f"Services {uuid4().hex[:8]}", kind="sql", config=config, by=person)
    version = make_sheet(source=source, by=person)
    return measure_query(version=version, optimisation="Un index sur priorite", by=person)


@sample("collection:source_selectors")
def a_source_of_a_site(person: User) -> Iterator[Arguments]:
    config = {
        "start_urls": ["https://www.ville.example/travaux/"],
        "item_selector": "li.avis",
        "fields": ["titre = h2 | required", "date = time::attr(datetime)"],
    }
    source = create_source(name=f"Travaux {uuid4().hex[:8]}", kind="web", config=config, by=person)
    yield {"slug": source.slug}
    source.delete()


@sample("collection:source_query")
def a_source_with_a_query(person: User) -> Iterator[Arguments]:
    source = make_query(person).source
    yield {"slug": source.slug}
    source.delete()
