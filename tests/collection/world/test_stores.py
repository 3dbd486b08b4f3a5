"""The stores on the disk: their formats, their keys, what joins one to another."""

import gzip
import re
import sqlite3
from contextlib import closing
from datetime import date

import pyarrow.dataset as ds
import pytest

from apps.collection.world.ledger import Kind, Source
from apps.collection.world.stores.tables import TABLES
from tests.collection.world import stores


@pytest.fixture
def database(demo_world):
    with closing(sqlite3.connect(f"file:{demo_world.database}?mode=ro", uri=True)) as connection:
        yield connection


def test_there_is_an_export_for_each_month_and_the_old_ones_are_compressed(demo_world):
    names = stores.export_names(demo_world)

    assert len(names) == 24
    assert [name for name in names if name.endswith(".gz")] == names[:12]
    assert (names[0], names[-1]) == ("signalements-2023-10.csv.gz", "signalements-2025-09.csv")


def test_the_exports_are_in_windows_1252_with_french_dates_and_decimal_commas(demo_world):
    content = demo_world.get("/exports/signalements-2025-03.csv").content
    text = content.decode("windows-1252", "backslashreplace")

    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    assert b"\x92" in content  # the apostrophe that Latin-1 does not have
    assert "Référence;Créé le;Clos le;Service;Description;" in text
    assert len(re.findall(r";\d\d/03/2025 \d\d:\d\d;", text)) > 30
    assert len(re.findall(r";46,\d{6};-5,\d{6};", text)) > 30


def test_the_bytes_that_windows_1252_does_not_have_are_those_of_the_ledger(demo_world):
    broken = 0
    for path in (demo_world.world.folder / "exports").glob("signalements-*"):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        broken += sum(data.count(byte) for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))

    assert broken == sum(fault.kind is Kind.UNDECODABLE_BYTE for fault in demo_world.faults) > 0


def test_each_old_report_is_in_the_export_of_its_month_and_nowhere_else(demo_world):
    found = [(name, key) for name, key in stores.exports(demo_world) if not re.match(r"SIG-\d{4}-8", key)]
    expected = {
        report.reference: f"{report.created_at:%Y-%m}"
        for report in demo_world.story.reports
        if report.created_at.date() < date(2025, 10, 1)
    }

    assert {key: name[13:20] for name, key in found} == expected


def test_the_tables_have_their_keys(database):
    for table in TABLES:
        columns = database.execute(f"PRAGMA table_info({table.name})").fetchall()
        references = database.execute(f"PRAGMA foreign_key_list({table.name})").fetchall()

        key = [name for _, name, *_, place in sorted(columns, key=lambda column: column[-1]) if place]
        assert [name for _, name, *_ in columns] == list(table.columns)
        assert tuple(key) == table.key
        assert {(own, (other, to)) for _, _, other, own, to, *_ in references} == set(table.refers.items())
    assert [table.key for table in TABLES if len(table.key) > 1] == [("reference", "ordre")]


def test_the_rows_respect_the_keys_but_for_the_orphans_of_the_ledger(demo_world, database):
    broken = database.execute("PRAGMA foreign_key_check").fetchall()
    keys = dict(
        database.execute("SELECT rowid, 'interventions, ordre ' || ordre || '|' || reference FROM interventions")
    )
    orphans = {tuple(keys[row].split("|")) for _, row, *_ in broken}

    planted = {(fault.place, fault.identifier) for fault in demo_world.faults if fault.kind is Kind.ORPHAN_KEY}
    assert orphans == planted
    assert {table for table, *_ in broken} == {"interventions"}


def test_the_view_shows_every_intervention_with_the_names_of_what_it_refers_to(database):
    shown = database.execute(
        "SELECT COUNT(*), COUNT(service), COUNT(agent), COUNT(quartier) FROM interventions_detaillees"
    ).fetchone()
    kept = database.execute("SELECT COUNT(*) FROM interventions").fetchone()

    assert shown[:2] == (kept[0], kept[0])
    assert min(shown[2:]) > 0.98 * kept[0]


def test_the_interventions_are_about_reports_of_the_other_sources(demo_world, database):
    known = {key for _, key in stores.exports(demo_world)} | {key for _, key in stores.api(demo_world)}

    references = {row[0] for row in database.execute("SELECT reference FROM interventions")}

    assert references <= known
    assert len(references) > 0.5 * len(known)


def test_the_database_can_be_downloaded(demo_world):
    assert demo_world.get("/base/services-techniques.sqlite").content == demo_world.database.read_bytes()


def test_the_lake_has_a_partition_for_each_month_and_each_holds_every_sensor(demo_world):
    table = ds.dataset(demo_world.lake, partitioning="hive").to_table()
    months = set(zip(table["year"].to_pylist(), table["month"].to_pylist(), strict=True))

    assert months == {(2023 + (9 + number) // 12, (9 + number) % 12 + 1) for number in range(36)}
    assert len(table["capteur"].unique()) == 25
    assert set(table["grandeur"].unique().to_pylist()) == {"bruit", "temperature", "pluie", "remplissage"}
    # Every 12 hours at this scale, every hour at full scale: 657,600 readings.
    assert len(table) == 1096 * 2 * 25
    instants = table["releve_le"].to_pylist()
    assert all((at.year, at.month) in months for at in instants[::1000])


def test_the_sensors_are_in_streets_of_the_database(demo_world, database):
    streets = {row[0] for row in database.execute("SELECT code FROM voies")}

    assert set(ds.dataset(demo_world.lake).to_table(["voie_code"])["voie_code"].unique().to_pylist()) <= streets


def test_it_rains_now_and_then_and_summers_are_warm(demo_world):
    rows = [row for row in stores.lake(demo_world).values() if -60 < row["valeur"] < 200]

    def mean(measure, *months):
        found = [row["valeur"] for row in rows if row["grandeur"] == measure and row["month"] in months]
        return sum(found) / len(found)

    assert mean("temperature", 7, 8) - mean("temperature", 1, 2) > 8
    assert mean("pluie", 11, 12) > 0
    assert Source.LAKE == "lac"
