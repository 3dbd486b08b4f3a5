"""The project of the demonstration, flown from its files to its versions: good rows arrive, bad ones are explained."""

import json
import re
import shutil
from collections import Counter

import pyarrow.parquet as pq
import pytest
import yaml
from django.conf import settings
from django.utils import timezone

from apps.collection.collecting import collect
from apps.collection.models import Run, Source
from apps.collection.requesting import request_run
from apps.collection.world.ledger import Kind
from apps.collection.world.ledger import Source as Origin
from apps.core.declarations import Outcome
from apps.core.projects.applying import apply_project
from apps.datasets.bundle import DatasetDocument
from apps.datasets.models import Dataset
from tests.collection import damage
from tests.collection.damage import GOOD_RECORDS, IN_COLLECTION, IN_RECIPE
from tests.datasets.factories import built, rows_of
from tests.datasets.truth import PSEUDONYMS, truth

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lake_folder", "no_table_left"),
]
PROJECT = settings.BASE_DIR / "projects" / "demo"
DATASET = DatasetDocument.model_validate(
    yaml.safe_load((PROJECT / "datasets" / "signalements.yaml").read_text()) | {"kind": "dataset"}
).design.schema
DAMAGED = settings.BASE_DIR / "tests" / "datasets" / "damaged"


def flown(slug, root=PROJECT):
    """The last build of this dataset of a project, made from all its sources."""
    apply_project(root=root)
    dataset = Dataset.objects.get(slug=slug)
    for source in Source.objects.filter(recipe_dependencies__recipe__entity__dataset=dataset).distinct():
        assert collect(run_id=request_run(source=source, by=None).pk).state == "succeeded"
    return built(dataset)


def rejects_of(output, lake_folder):
    return pq.read_table(lake_folder / output.rejects).to_pylist()


def test_applying_the_demonstration_again_changes_nothing(reachable_world):
    apply_project(root=PROJECT)

    assert {each.outcome for each in apply_project(root=PROJECT)} == {Outcome.UNCHANGED}


OUT = {"too_small", "too_large", "out_of_range"}
# What becomes of each fault of the world that the recipes can see, by source, kind and column: in which table, why.
CAUGHT = {
    (Origin.API, Kind.UNPARSABLE_DATE, "cree_le"): ("signalement", {"not_a_date"}),
    (Origin.API, Kind.IMPOSSIBLE_DATE, "cree_le"): ("signalement", {"not_a_date"}),
    (Origin.API, Kind.NUMBER_FORMAT, "latitude"): ("signalement", {"not_a_number"}),
    (Origin.API, Kind.OUTLIER, "latitude"): ("signalement", OUT),
    (Origin.API, Kind.MISSING_VALUE, "texte"): ("signalement", {"missing"}),
    (Origin.API, Kind.TEST_ENTRY, "texte"): ("signalement", {"filtered"}),
    (Origin.EXPORTS, Kind.UNPARSABLE_DATE, "Créé le"): ("signalement", {"not_a_date"}),
    (Origin.EXPORTS, Kind.IMPOSSIBLE_DATE, "Créé le"): ("signalement", {"not_a_date"}),
    (Origin.EXPORTS, Kind.NUMBER_FORMAT, "Latitude"): ("signalement", {"not_a_number"}),
    (Origin.EXPORTS, Kind.OUTLIER, "Latitude"): ("signalement", OUT),
    (Origin.EXPORTS, Kind.MISSING_VALUE, "Description"): ("signalement", {"missing"}),
    (Origin.EXPORTS, Kind.TEST_ENTRY, "Description"): ("signalement", {"filtered"}),
    (Origin.DATABASE, Kind.IMPOSSIBLE_DATE, "debut_le"): ("intervention", {"not_a_date"}),
    (Origin.DATABASE, Kind.REVERSED_DATES, "fin_le"): ("intervention", {"rule_broken"}),
    (Origin.DATABASE, Kind.NUMBER_FORMAT, "cout"): ("intervention", {"not_a_number"}),
    (Origin.DATABASE, Kind.OUTLIER, "duree_h"): ("intervention", OUT),
    (Origin.SITE, Kind.UNPARSABLE_DATE, "fin"): ("avis", {"not_a_date"}),
    (Origin.SITE, Kind.IMPOSSIBLE_DATE, "fin"): ("avis", {"not_a_date"}),
    (Origin.LAKE, Kind.OUTLIER, "valeur"): ("releve", OUT),
    (Origin.LAKE, Kind.MISSING_VALUE, "valeur"): ("releve", {"not_a_number", "out_of_range"}),
}
# What the collection sets aside, before any recipe.
IN_QUARANTINE = {Kind.UNDECODABLE_BYTE, Kind.EXTRA_CELL}


@pytest.fixture
def demonstration(reachable_world, lake_folder):
    """The last build of the demonstration; for each table and identifier, why the row was set aside."""
    done = flown("signalements")
    why = {}
    for output in done.outputs.all():
        for row in rejects_of(output, lake_folder):
            record = json.loads(row["record"])
            key = record.get("reference") or record.get("Référence") or record.get("numero")
            key = key or f"{record['capteur']}@{record['releve_le']}"
            why.setdefault((output.entity, key), set()).update(reason["code"] for reason in row["reasons"])
    return done, why


def test_five_sources_become_one_dataset_and_every_fault_that_can_be_seen_is(demonstration, reachable_world):
    done, why = demonstration

    seen = Counter()
    for fault in reachable_world.faults:
        place = (fault.source, fault.kind, fault.field)
        if place in CAUGHT and is_read(fault):
            table, reasons = CAUGHT[place]
            assert why.get((table, fault.identifier), set()) & reasons, fault
            seen[place] += 1
    assert set(seen) == set(CAUGHT)
    assert done.state == "published"
    assert {output.entity for output in done.outputs.all()} == set(DATASET.names)
    assert done.rows_rejected < done.rows_in / 50


def test_a_public_dataset_is_made_from_what_anyone_may_read_of_it(demonstration):
    made, _why = demonstration
    (due,) = Dataset.objects.to_build(at=timezone.now())

    done = built(due)

    assert (due.slug, done.state, done.rows_rejected) == ("releves", "published", 0)
    assert list(done.read_versions.all()) == [made.version]
    assert rows_of(done.version).filter(grandeur="bruit", unite="dB(A)").exists()
    assert not Dataset.objects.to_build(at=timezone.now()).exists()


def test_each_row_that_is_published_is_what_was_meant(demonstration, reachable_world, lake_folder):
    done, why = demonstration
    meant = truth(reachable_world)
    quarantined = {fault.identifier for fault in reachable_world.faults if fault.kind in IN_QUARANTINE}

    for table in done.version.tables.all():
        name, key = table.entity, table.schema.key
        rows = pq.read_table(lake_folder / table.snapshot, columns=list(table.schema.names)).to_pylist()
        behind = {}
        for row in rows:
            may_be = meant[name][tuple(row[each] for each in key)]
            if pseudonym := PSEUDONYMS.get(name):
                found = [each for each in may_be if {**row, pseudonym: each[pseudonym]} == each]
                assert found, (row, may_be)
                assert behind.setdefault(row[pseudonym], found[0][pseudonym]) == found[0][pseudonym]
            else:
                assert row in may_be, (name, row, may_be)
        assert len(set(behind.values())) == len(behind)
        published = {tuple(row[each] for each in key) for row in rows}
        assert len(published) == len(rows)
        if name in ("signalement", "intervention", "avis"):
            aside = {identifier for table, identifier in why if table == name}
            assert {each[0] for each in meant[name].keys() - published} <= aside | quarantined


def is_read(fault):
    """Whether the demonstration reads it: of the lake, one summer only."""
    return fault.source != Origin.LAKE or re.match("year=2026/month=0[678]", fault.place)


@pytest.fixture
def damaged_project(tmp_path):
    """A project of the tests, with the damaged file that it names."""
    root = shutil.copytree(DAMAGED, tmp_path / "damaged")
    (root / "files").mkdir()
    (root / "files" / damage.NAME).write_bytes(damage.damaged_file())
    return root


def test_of_a_damaged_file_every_good_row_arrives_and_every_bad_one_has_its_reason(lake_folder, damaged_project):
    done = flown("suivi-diabete", root=damaged_project)

    found = Counter(
        (row["_row"], reason["code"])
        for row in rejects_of(done.outputs.get(), lake_folder)
        for reason in row["reasons"]
    )
    table = rows_of(done.version)
    assert (Run.objects.get().state, Run.objects.get().rows_rejected) == ("succeeded", len(IN_COLLECTION))
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
