"""What of the server sources may name: whole paths and paths from an opened folder, never what lies elsewhere."""

import sqlite3
from contextlib import closing

import pytest
from pydantic import ValidationError

from apps.collection.connectors.base import Window
from apps.collection.connectors.bigdata.exceptions import FolderNotAllowed
from apps.collection.connectors.bigdata.folders import find_folder
from apps.collection.connectors.file import FileConnector
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.opened import find_opened_file, whole_path
from apps.collection.connectors.sql import SqlConnector
from apps.collection.connectors.sql.config import SqlConfig
from apps.collection.connectors.sql.exceptions import FileNotOpen, NotADatabase

SQL = SqlConnector()


@pytest.fixture
def opened(settings, tmp_path):
    """Two folders that the operator opened, and one beside them."""
    for name in ("first", "second", "closed"):
        (tmp_path / name).mkdir()
    settings.COLLECT_FOLDERS = [str(tmp_path / "first"), str(tmp_path / "second")]
    return tmp_path


def make_database(path, *, rows=3):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE town (code TEXT PRIMARY KEY, name TEXT)")
        database.executemany("INSERT INTO town VALUES (?, ?)", [(f"{n:03}", f"Town {n}") for n in range(rows)])
    return path


def rows_of(config):
    reading = SQL.partitions(config, config.stream, Window())
    return [row for part in reading.parts for batch in SQL.read(config, part, None) for row in batch.rows.to_pylist()]


# --- Paths ----------------------------------------------------------------------------------------
def test_a_path_from_an_opened_folder_is_that_of_the_first_that_has_it(opened):
    (opened / "second" / "towns").mkdir()

    assert whole_path("towns") == opened / "second" / "towns"
    assert whole_path("nowhere") == opened / "first" / "nowhere"
    assert whole_path(str(opened / "closed")) == opened / "closed"


def test_folders_of_files_and_of_parquet_are_found_alike(opened):
    (opened / "second" / "towns").mkdir()
    (opened / "second" / "towns" / "a.csv").write_text("x;y\n1;2\n")
    connector, config = FileConnector(), FileConfig(folder="towns")

    reading = connector.partitions(config, "", Window())

    assert [row["x"] for batch in connector.read(config, reading.parts[0], None) for row in batch.rows.to_pylist()] == [
        "1"
    ]
    assert find_folder("towns") == opened / "second" / "towns"


@pytest.mark.parametrize("folder", ["../closed", "towns/../../closed", "/srv/../etc", "a\0b"])
def test_a_path_that_climbs_is_refused_before_anything_is_looked_for(folder):
    with pytest.raises(ValidationError, match="without"):
        FileConfig(folder=folder)
    with pytest.raises(ValidationError, match="without"):
        SqlConfig(system="sqlite", path=folder)


def test_what_is_not_opened_and_links_that_lead_there_are_as_if_they_were_not(opened):
    make_database(opened / "closed" / "towns.db")
    (opened / "first" / "link.db").symlink_to(opened / "closed" / "towns.db")
    (opened / "first" / "away").symlink_to(opened / "closed")

    for written in (str(opened / "closed" / "towns.db"), "link.db", "away/towns.db", "nowhere.db", str(opened)):
        assert find_opened_file(written) is None
        with pytest.raises(FileNotOpen):
            rows_of(SqlConfig(system="sqlite", path=written, table="town"))
    with pytest.raises(FolderNotAllowed):
        find_folder("away")


def test_nothing_is_opened_unless_an_operator_says_so(opened, settings):
    path = make_database(opened / "first" / "towns.db")
    settings.COLLECT_FOLDERS = []

    assert find_opened_file(str(path)) is None
    assert find_opened_file("towns.db") is None


# --- A database of the server ---------------------------------------------------------------------
def test_a_database_of_the_server_is_read_where_it_is(opened):
    make_database(opened / "first" / "towns.db")
    config = SqlConfig(system="sqlite", path="towns.db", table="town")

    access = SQL.check(config)

    assert access.is_well
    assert "towns.db" in access.message
    assert [row["code"] for row in rows_of(config)] == ["000", "001", "002"]
    assert [stream.name for stream in SQL.discover(SqlConfig(system="sqlite", path="towns.db"))] == ["town"]


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_what_was_committed_is_read_while_another_program_writes(opened, journal):
    path = make_database(opened / "first" / "towns.db")
    config = SqlConfig(system="sqlite", path="towns.db", table="town")
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA journal_mode = {journal}")
        with database:
            database.execute("INSERT INTO town VALUES ('003', 'Town 3')")
        database.execute("INSERT INTO town VALUES ('004', 'not committed')")

        assert [row["code"] for row in rows_of(config)] == ["000", "001", "002", "003"]


def test_a_table_without_a_key_is_copied_whole_for_its_rows_may_be_numbered_again(opened):
    with closing(sqlite3.connect(opened / "first" / "towns.db")) as database, database:
        database.execute("CREATE TABLE town (name TEXT)")
        database.executemany("INSERT INTO town VALUES (?)", [("a",), ("b",)])
    config = SqlConfig(system="sqlite", path="towns.db", table="town")

    (part,) = SQL.partitions(config, "town", Window()).parts

    assert part.details["snapshot"]["rows"] == 2
    assert [row["name"] for row in rows_of(config)] == ["a", "b"]


def test_a_file_that_is_no_database_is_told_by_its_name(opened):
    (opened / "first" / "towns.db").write_text("no database" * 1000)

    with pytest.raises(NotADatabase, match=r"towns\.db"):
        rows_of(SqlConfig(system="sqlite", path="towns.db", table="town"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"system": "sqlite"}, "Send the file"),
        ({"system": "sqlite", "path": "a.db", "upload": {"digest": "0" * 64, "name": "a.db"}}, "one of the two"),
        ({"system": "postgresql", "path": "a.db", "host": "h", "database": "d", "user": "u"}, "for SQLite only"),
    ],
)
def test_a_file_is_named_once_and_for_sqlite_only(given, said):
    with pytest.raises(ValidationError, match=said):
        SqlConfig(**given)
