"""The five sources of the town hall, from their project to their segments, as the demonstration world serves them."""

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.conf import settings as instance

from apps.collection.collecting import collect
from apps.collection.enums import RunState
from apps.collection.models import Source
from apps.collection.requesting import request_run
from apps.core.projects import apply_project

pytestmark = pytest.mark.django_db(transaction=True)

PROJECT = instance.BASE_DIR / "projects" / "demo"


@pytest.fixture
def lake_folder(settings, tmp_path):
    location = tmp_path / "lake"
    settings.STORAGES = settings.STORAGES | {"lake": settings.STORAGES["lake"] | {"OPTIONS": {"location": location}}}
    settings.MEDIA_ROOT = tmp_path
    return location


@pytest.fixture
def sources(reachable_world, lake_folder):
    apply_project(root=PROJECT)
    return {source.slug: source for source in Source.objects.all()}


def rows_of(run, lake_folder: Path, *columns: str):
    tables = [pq.read_table(lake_folder / segment.name, columns=list(columns)) for segment in run.segments.all()]
    return [row for table in tables for row in table.to_pylist()]


def test_each_kind_of_source_brings_all_that_the_town_hall_has(sources, demo_world, lake_folder):
    runs = {slug: collect(run_id=request_run(source=source, by=None).pk) for slug, source in sources.items()}

    failed = {slug: (run.error_code, run.verdict) for slug, run in runs.items() if run.state != RunState.SUCCEEDED}
    assert not failed
    reports = rows_of(runs["signalements"], lake_folder, "reference", "adresse.voie")
    assert Counter(row["reference"] for row in reports).most_common(1)[0][1] == 1
    assert len(reports) == demo_world.get("/api/v1/signalements", headers=demo_world.bearer()).json()["total"]
    assert any(row["adresse.voie"] for row in reports)
    notices = [row["numero"] for row in rows_of(runs["travaux"], lake_folder, "numero")]
    assert len(set(notices)) == len(notices) == demo_world.get("/sitemap.xml").text.count("/travaux/20")
    assert len(rows_of(runs["interventions"], lake_folder, "reference")) > 1_000
    assert {row["month"] for row in rows_of(runs["capteurs"], lake_folder, "month")} == {"06", "07", "08"}
    assert runs["exports"].rows_kept > 1_000

    again = collect(run_id=request_run(source=sources["signalements"], by=None).pk)
    assert (again.mode, again.rows_kept < 10) == ("incremental", True)
