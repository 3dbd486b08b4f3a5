"""The old database as one SQLite file."""

import sqlite3
from contextlib import closing
from pathlib import Path

from apps.collection.world import label
from apps.collection.world.ledger import Fault
from apps.collection.world.stores.tables import TABLES, VIEW, VIEW_QUERY, Table, rows_of, values
from apps.collection.world.story import Story

FILE = "services-techniques.sqlite"


def write_sqlite(story: Story, folder: Path) -> list[Fault]:
    """Write the file of `folder`, and tell its faults. Foreign keys are declared; the orphans came before them."""
    rows, faults = rows_of(story)
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("BEGIN")
        connection.execute(f"CREATE TABLE lisez_moi (mention TEXT NOT NULL) -- {label.MENTION}")
        connection.execute("INSERT INTO lisez_moi VALUES (?)", [label.MENTION])
        for table in TABLES:
            connection.execute(create(table))
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(
                f"INSERT INTO {table.name} VALUES ({marks})",  # noqa: S608 -- our own names
                values(table, rows[table.name]),
            )
        connection.execute(f"CREATE VIEW {VIEW} AS -- {label.MENTION}\n{VIEW_QUERY}")
        connection.execute("COMMIT")
    return faults


def create(table: Table, *, with_references: bool = True) -> str:
    """What makes the table. SQLite has no comments on tables, but keeps those of the statement: the label is there."""
    lines = [f"{name} {kind}" for name, kind in table.columns.items()]
    lines.append(f"PRIMARY KEY ({', '.join(table.key)})")
    if with_references:
        lines += [f"FOREIGN KEY ({column}) REFERENCES {other} ({key})" for column, (other, key) in table.refers.items()]
    return f"CREATE TABLE {table.name} ( -- {table.told}. {label.MENTION}\n  " + ",\n  ".join(lines) + "\n)"
