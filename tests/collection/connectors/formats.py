"""The same records in each format, and how a file of them is read whole."""

import datetime as dt
import io
import json

import fastavro
import pyarrow as pa
import pytest
from pyarrow import parquet

from apps.collection.connectors.base import Window
from apps.collection.connectors.file import FileConnector
from apps.collection.connectors.file.formats import parquet as parquet_format
from apps.collection.connectors.file.formats import recordwise, workbook, xml
from tests.collection.connectors.workbooks import ods, xlsx

CONNECTOR = FileConnector()
# As files write them: without saying where in the world.
INSTANT = dt.datetime.fromisoformat("2024-12-31T08:30")
RECORDS = [{"id": number, "name": f"Zoé {number}", "tags": [{"b": number}], "rate": number / 4} for number in range(40)]
LANDED = [
    {"id": str(each["id"]), "name": each["name"], "tags": f'[{{"b":{each["id"]}}}]', "rate": str(each["rate"])}
    for each in RECORDS
]


def as_parquet(table: pa.Table, **options) -> bytes:
    made = io.BytesIO()
    parquet.write_table(table, made, **options)
    return made.getvalue()


def as_avro(records=RECORDS, *, codec: str = "null", schema=None, **options) -> bytes:
    schema = schema or {
        "type": "record",
        "name": "line",
        "fields": [
            {"name": "id", "type": "long"},
            {"name": "name", "type": "string"},
            {"name": "rate", "type": ["null", "double"]},
        ],
    }
    made = io.BytesIO()
    names = [field["name"] for field in schema["fields"]]
    records = [{name: record[name] for name in names} for record in records]
    fastavro.writer(made, schema, records, codec=codec, **options)
    return made.getvalue()


def as_xml(records=RECORDS, head: str = '<?xml version="1.0"?>') -> bytes:
    lines = "".join(f'<line id="{r["id"]}"><name>{r["name"]}</name><rate>{r["rate"]}</rate></line>' for r in records)
    return f"{head}<catalog><title>All</title><lines>{lines}</lines></catalog>".encode()


def as_lines(records=RECORDS) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


SHEET = [["id", "name", "rate"], *([r["id"], r["name"], r["rate"]] for r in RECORDS)]

FILES = {
    "json": json.dumps(RECORDS, indent=1).encode(),
    "json in an object": json.dumps({"meta": {"n": [1, 2]}, "data": {"items": RECORDS}}).encode(),
    "json in utf-16": json.dumps(RECORDS).encode("utf-16"),
    "jsonl": as_lines(),
    "parquet": as_parquet(pa.Table.from_pylist(RECORDS), row_group_size=15),
    "avro": as_avro(sync_interval=200),
    "xml": as_xml(),
    "xlsx": xlsx(SHEET),
    "ods": ods(SHEET),
}


@pytest.fixture
def read(uploaded):
    """What a run would read of these bytes: the stream, the rows, the rejected records as (row, reason, details)."""

    def read(content: bytes, name: str = "file", *, cursor=None, **options):
        config = uploaded(content, name, **options)
        (stream,) = CONNECTOR.discover(config)
        (part,) = CONNECTOR.partitions(config, stream.name, Window()).parts
        rows, rejected = [], []
        for batch in CONNECTOR.read(config, part, cursor):
            rows += batch.rows.to_pylist()
            rejected += [(each.row, str(each.reason), each.details) for each in batch.rejected]
            assert 0 <= batch.position <= part.size
        return stream, rows, rejected

    return read


@pytest.fixture
def small_steps(monkeypatch):
    """Batches of a few records, so that a small file has many."""
    monkeypatch.setattr(recordwise, "BATCH_RECORDS", 7)
    monkeypatch.setattr(parquet_format, "_BATCH", 7)
    monkeypatch.setattr(workbook, "_BATCH", 7)
    monkeypatch.setattr(xml, "_PIECE", 100)
    monkeypatch.setattr(xml, "_GROUP", 7)
