"""The project of the demonstration, flown from its files to its versions: good rows arrive, bad ones are explained."""

import json
from collections import Counter

import pyarrow.parquet as pq
import pytest
from django.conf import settings

from apps.collection.collecting import collect
from apps.collection.models import Source
from apps.collection.requesting import request_run
from apps.core.declarations import Outcome
from apps.core.projects.applying import apply_project
from apps.datasets import tables
from apps.datasets.models import Dataset
from tests.collection.damage import GOOD_RECORDS, IN_RECIPE
from tests.datasets.factories import built

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lake_folder", "no_table_left"),
]
PROJECT = settings.BASE_DIR / "projects" / "demo"


def flown(slug):
    """The last build of this dataset of the demonstration, made from its file."""
    apply_project(root=PROJECT)
    dataset = Dataset.objects.get(slug=slug)
    source = Source.objects.get(recipes__entity__dataset=dataset)
    collect(run_id=request_run(source=source, by=None).pk)
    return built(dataset)


def test_applying_the_demonstration_again_changes_nothing():
    apply_project(root=PROJECT)

    assert {each.outcome for each in apply_project(root=PROJECT)} == {Outcome.UNCHANGED}


@pytest.mark.parametrize(
    ("slug", "rows", "first"),
    [
        ("cancer-du-sein", 569, {"mean_radius": 17.99, "worst_fractal_dimension": 0.1189, "benign": False}),
        ("vins", 178, {"alcool": 14.23, "proline": 1065, "cepage": 0}),
    ],
)
def test_a_clean_file_arrives_whole(slug, rows, first):
    done = flown(slug)

    table = tables.model_for(done.version).objects
    assert (done.state, done.rows_rejected, table.count()) == ("published", 0, rows)
    assert table.values(*first).get(id=1) == first


def test_of_a_damaged_file_every_good_row_arrives_and_every_bad_one_has_its_reason(lake_folder):
    done = flown("suivi-diabete")

    rejects = pq.read_table(lake_folder / done.rejects).to_pylist()
    found = Counter((row["_row"], reason["code"]) for row in rejects for reason in row["reasons"])
    table = tables.model_for(done.version).objects
    assert done.state == "published"
    assert found == Counter((damage.row, damage.reason) for damage in IN_RECIPE)
    assert (done.rows_kept, table.count()) == (GOOD_RECORDS, GOOD_RECORDS)
    assert done.rows_in == GOOD_RECORDS + len(IN_RECIPE)
    first = table.values("dossier", "age", "imc", "triglycerides", "observation").get(id=1)
    assert json.loads(json.dumps(first, default=str)) == {
        "dossier": "D-0001",
        "age": 59,
        "imc": "32.10",
        "triglycerides": 4.8598,
        "observation": "Contrôle à jeun",
    }
