"""Reading a dataset over REST: pages and exports, beside a bare query and a ModelSerializer on the same table, and
Datasette on the same rows.

    make bench ARGS="-k reading"        (BENCH_ROWS=1000000)

Real servers on loopback, one process each: ours (granian, its four threads), Datasette as it is by default and with its
counts and facets turned off. A column of each type that a dataset has, and several texts. One client, which speaks HTTP
by hand (a library would take as long as some of what is measured) and keeps its connections; cases interleaved; medians
of passes, in rows a second. The floor of a page is the same SQL through psycopg2; that of an export, COPY into nothing.
Every answer is checked: all rows, ids and sums, so that what is compared is the same work. Processor time is that of
the server and of its connections to the database, from the kernel's counts: on a busy machine it is steadier than rows
a second.
"""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile

import duckdb
import orjson
import psutil
import psycopg2
import pytest
import requests
import urllib3
from django.conf import settings
from django.db import connection

from apps.core import lake
from apps.datasets.engine.connecting import ROWS_IN_A_GROUP
from apps.datasets.enums import ColumnType
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.benchmarks.asking import read
from tests.datasets.reading.tables import publish
from tests.ports import free_port
from tests.processes import cpu_seconds, family

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
PAGE = 1_000
OUR_WAY = frozenset({"is_open", "seen_at"})
PASSES = 7
PAGES_EACH = 20
LAST_ID = b'"id":'
SCHEMA = EntitySchema(
    name="line",
    columns=(
        ColumnSchema(name="code", type=ColumnType.TEXT, is_required=True),
        ColumnSchema(name="town", type=ColumnType.TEXT),
        ColumnSchema(name="note", type=ColumnType.TEXT),
        ColumnSchema(name="age", type=ColumnType.INTEGER),
        ColumnSchema(name="score", type=ColumnType.FLOAT),
        ColumnSchema(name="amount", type=ColumnType.DECIMAL, digits=12, decimals=2),
        ColumnSchema(name="is_open", type=ColumnType.BOOLEAN),
        ColumnSchema(name="day", type=ColumnType.DATE),
        ColumnSchema(name="seen_at", type=ColumnType.DATETIME),
    ),
)
SNAPSHOT_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.DECIMAL: "DECIMAL(12,2)",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMPTZ",
}
GENERATED = """
INSERT INTO data."{table}"
SELECT g, md5(g::text), 'commune ' || g % 36000, 'une ligne de description n° ' || g, g % 120,
       (g::bigint * 7919 % 100003) / 1000.0, ((g::bigint * 37 % 1000000) / 100.0)::numeric(12, 2), g % 3 = 0,
       date '2020-01-01' + (g % 2000)::int, timestamptz '2024-01-01 00:00:00+00' + g * interval '1 second'
FROM generate_series(1, {rows}) g
"""


@dataclass
class Served:
    url: str
    pid: int

    @cached_property
    def connection(self) -> socket.socket:
        """Kept from one request to the next. A client library would take as long as some of what is measured."""
        port = int(self.url.rpartition(":")[2])
        connected = socket.create_connection(("127.0.0.1", port), timeout=120)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def get(self, url: str, **headers: str) -> tuple[int, bytes, bytes]:
        """The status of what is read there, its head and its body, chunked or not."""
        lines = [f"GET {url.removeprefix(self.url)} HTTP/1.1", f"Host: {self.url.removeprefix('http://')}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        asked = "\r\n".join([*lines, "", ""]).encode()
        try:
            self.connection.sendall(asked)
            head, body = read(self.connection)
        except ConnectionError:  # it was left idle for longer than the server keeps it
            self.connection.close()
            del self.connection
            self.connection.sendall(asked)
            head, body = read(self.connection)
        return int(head[9:12]), head, body

    def cpu_seconds(self) -> float:
        """Of its processes, and of those of the database that answer it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [self.url])
            answering = [psutil.Process(pid) for (pid,) in cursor.fetchall()]
        return cpu_seconds([*family(self.pid), *answering])


@contextmanager
def serving(command: list[str], port: int, **environment: str) -> Iterator[Served]:
    """A server in a process of its own, from its first answer on."""
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        command, env=os.environ | environment | {"PGAPPNAME": url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                requests.get(f"{url}/robots.txt", timeout=5)
                break
            except requests.ConnectionError:
                assert process.poll() is None, f"{command[0]} stopped"
                assert time.monotonic() < deadline, f"{command[0]} does not answer"
        served = Served(url, process.pid)
        yield served
        served.connection.close()
    finally:
        process.terminate()
        process.wait(30)


def database_url() -> str:
    at = connection.settings_dict
    host = at["HOST"] or "127.0.0.1"
    if host.startswith("/"):
        # The form in which django-environ keeps the case of a socket's path.
        return f"postgres://{at['USER']}@/{host}/{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{host}:{at['PORT'] or 5432}/{at['NAME']}"


def copy_to_sqlite(table: str, path: Path) -> None:
    """The same rows for Datasette, with the same key."""
    with connection.cursor() as cursor, sqlite3.connect(path) as sqlite:
        names = [column.name for column in SCHEMA.columns]
        sqlite.execute(f"CREATE TABLE line (id INTEGER PRIMARY KEY, {', '.join(names)})")
        cursor.execute(f'SELECT * FROM data."{table}" ORDER BY id')  # noqa: S608 -- ours
        while rows := cursor.fetchmany(10_000):
            values = [[*row[:6], float(row[6]), row[7], *(each.isoformat() for each in row[8:])] for row in rows]
            sqlite.executemany(f"INSERT INTO line VALUES ({', '.join('?' * 10)})", values)  # noqa: S608 -- ours


def write_snapshot(table: str, path: Path) -> None:
    """The same rows as a build writes them, from which files are exported."""
    kinds = {"id": "BIGINT"} | {column.name: SNAPSHOT_TYPES[column.type] for column in SCHEMA.columns}
    with NamedTemporaryFile() as written, connection.cursor() as cursor, duckdb.connect() as engine:
        cursor.copy_expert(f'COPY (TABLE data."{table}" ORDER BY id) TO STDOUT (FORMAT csv)', written)
        written.flush()
        engine.execute(
            f"COPY (SELECT * FROM read_csv('{written.name}', header = false, columns = {kinds}))"  # noqa: S608 -- ours
            f" TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_IN_A_GROUP})"
        )


def whole(body: bytes) -> bytes:
    """A body that may have been sent by chunks."""
    return body if body[:1] == b"{" else b"".join(_chunks(body))


def _chunks(body: bytes) -> Iterator[bytes]:
    at = 0
    while (size := int(body[at : (start := body.index(b"\r\n", at) + 2)], 16)) > 0:
        yield body[start : start + size]
        at = start + size + 2


def on(server: str, url: str) -> str:
    """The same address on this server: ours names the site that it thinks it is."""
    return server + url[url.index("/api/") :]


Case = tuple[Callable[[], int], Served | None]
Measured = tuple[float, float]


def measure(cases: dict[str, Case], *, passes: int = PASSES) -> dict[str, Measured]:
    """The median rows a second of each case, and the least processor time for a page; every case goes first in turn."""
    found: dict[str, list[Measured]] = {name: [] for name in cases}
    for turn in range(passes):
        for name in sorted(cases, reverse=bool(turn % 2)):
            read, server = cases[name]
            spent, started = server.cpu_seconds() if server else 0.0, time.perf_counter()
            rows = read()
            seconds = time.perf_counter() - started
            cpu = server.cpu_seconds() - spent if server else 0.0
            found[name].append((rows / seconds, cpu / rows * PAGE * 1_000))
    return {name: (median(each[0] for each in told), min(each[1] for each in told)) for name, told in found.items()}


def show(title: str, found: dict[str, Measured], *, ours: str) -> None:
    print(f"\n{title:<40}{'rows/s':>12}{'ours is':>10}{'CPU, ms/1,000':>16}{'ours is':>10}")  # noqa: T201 -- a benchmark prints
    for name, (speed, cpu) in sorted(found.items(), key=lambda item: -item[1][0]):
        beside = f"{cpu:>16.2f}{cpu / found[ours][1]:>9.2f}×" if cpu else ""
        print(f"{name:<40}{speed:>12,.0f}{found[ours][0] / speed:>9.2f}×{beside}")  # noqa: T201 -- as above


@pytest.mark.django_db(transaction=True)
def test_reading(tmp_path: Path) -> None:
    version = publish(schema=SCHEMA)
    slug, table = version.dataset.slug, version.tables.get().table
    with connection.cursor() as cursor:
        cursor.execute(GENERATED.format(table=table, rows=ROWS))
        cursor.execute(f'ANALYZE data."{table}"')
    with lake.writing(f"benchmarks/{table}.parquet") as draft:
        write_snapshot(table, draft.path)
    version.tables.update(rows=ROWS, snapshot=f"benchmarks/{table}.parquet")
    copy_to_sqlite(table, tmp_path / "rows.db")
    bin_ = Path(sys.executable).parent

    with ExitStack() as stack:
        ours = stack.enter_context(
            serving(
                [
                    str(bin_ / "granian"),
                    "--interface",
                    "wsgi",
                    "--port",
                    str(port := free_port()),
                    "config.wsgi:application",
                ],
                port,
                DJANGO_SETTINGS_MODULE="config.settings.test",
                DATABASE_URL=database_url(),
                REDIS_URL=settings.REDIS_URL,
                API_RATE_ANONYMOUS="1000000/minute",
            )
        )
        peer = stack.enter_context(
            serving(
                [
                    str(bin_ / "granian"),
                    "--interface",
                    "wsgi",
                    "--port",
                    str(port := free_port()),
                    "tests.benchmarks.serializing:application",
                ],
                port,
                DJANGO_SETTINGS_MODULE="config.settings.test",
                DATABASE_URL=database_url(),
                REDIS_URL=settings.REDIS_URL,
                BENCH_TABLE=table,
            )
        )
        datasette = [
            str(bin_ / "datasette"),
            "serve",
            str(tmp_path / "rows.db"),
            "--setting",
            "max_returned_rows",
            "1000",
            # By default its export stops at 100 MB, with a status of success.
            "--setting",
            "max_csv_mb",
            "0",
            # Past a second for one of its pages, on a busy machine, it would stop too.
            "--setting",
            "sql_time_limit_ms",
            "30000",
        ]
        lean = [*datasette, "--setting", "suggest_facets", "off", "--setting", "default_facet_size", "1"]
        theirs = stack.enter_context(serving([*datasette, "--port", str(port := free_port())], port))
        theirs_lean = stack.enter_context(serving([*lean, "--port", str(port := free_port())], port))
        web = stack.enter_context(urllib3.PoolManager())
        raw = stack.enter_context(closing(psycopg2.connect(**connection.get_connection_params())))
        raw.autocommit = True

        def pages(server: Served, first: str, following: Callable[[bytes], str | None], rows: str) -> Case:
            """Pages one after the other; the first time they are all read and checked, then only what leads on is."""
            is_checked = False

            def read() -> int:
                nonlocal is_checked
                url: str | None = first
                bodies = []
                for _page in range(PAGES_EACH):
                    assert url
                    status, _head, body = server.get(url)
                    assert status == 200, f"{url}: {status}"
                    bodies.append(body)
                    url = following(body)
                if not is_checked:
                    identifiers = [row["id"] for body in bodies for row in orjson.loads(whole(body))[rows]]
                    assert identifiers == list(range(1, PAGES_EACH * PAGE + 1))
                    is_checked = True
                return PAGES_EACH * PAGE

            return read, server

        def link(member: str) -> Callable[[bytes], str | None]:
            """Finds the address of the next page without reading the rows, which are the same work for all."""
            pattern = re.compile(rf'"{member}":\s*"([^"]+)"'.encode())

            def find(body: bytes) -> str | None:
                found = pattern.search(body)
                return found[1].decode() if found else None

            return find

        def next_of_ours(body: bytes) -> str | None:
            url = link("next")(body)
            return on(ours.url, url) if url else None

        def after_the_last(body: bytes) -> str:
            last = body[body.rindex(LAST_ID) + len(LAST_ID) :].partition(b",")[0]
            return f"{peer.url}/lines/?after={last.decode()}"

        def bare_pages() -> int:
            last = 0
            for _page in range(PAGES_EACH):
                with raw.cursor() as cursor:
                    cursor.execute(
                        "SELECT json_agg(r)::text, max(id) FROM "  # noqa: S608 -- ours
                        f'(SELECT * FROM data."{table}" WHERE id > %s ORDER BY id LIMIT {PAGE}) r',
                        [last],
                    )
                    _text, last = cursor.fetchone()
            assert last == PAGES_EACH * PAGE
            return PAGES_EACH * PAGE

        local = f"{ours.url}/api/v1/datasets/{slug}/rows/?limit={PAGE}"
        found = measure(
            {
                "Écluse, page of 1,000": pages(ours, local, next_of_ours, "results"),
                "bare query (psycopg2, json_agg)": (bare_pages, None),
                "REST framework, ModelSerializer": pages(
                    peer,
                    f"{peer.url}/lines/",
                    after_the_last,
                    "results",
                ),
                "Datasette": pages(
                    theirs, f"{theirs.url}/rows/line.json?_size={PAGE}&_shape=objects", link("next_url"), "rows"
                ),
                "Datasette, no count, no facets": pages(
                    theirs_lean,
                    f"{theirs_lean.url}/rows/line.json?_size={PAGE}&_shape=objects&_nocount=1&_nofacet=1",
                    link("next_url"),
                    "rows",
                ),
            }
        )
        show("A page of 1,000 rows, followed 20 times", found, ours="Écluse, page of 1,000")

        def asked(status: int, **headers: str) -> Callable[[], int]:
            return lambda: PAGE * sum(ours.get(local, **headers)[0] == status for _n in range(50))

        _status, head, _body = ours.get(local)
        etag = head.lower().split(b"etag: ")[1].split(b"\r\n")[0].decode()
        found = measure(
            {
                "Écluse, page unchanged (304)": (asked(304, If_None_Match=etag), ours),
                "Écluse, page sent": (asked(200), ours),
            }
        )
        show("Asking again for a page that has not changed", found, ours="Écluse, page unchanged (304)")

        def downloaded(url: str, header: int) -> Callable[[], int]:
            def read() -> int:
                answer = web.request("GET", url, preload_content=False)
                lines = sum(chunk.count(b"\n") for chunk in answer.stream(1 << 18))
                answer.release_conn()
                assert lines == ROWS + header, f"{url}: {lines} lines"
                return ROWS

            return read

        def bare_copy(columns: str = "") -> Callable[[], int]:
            def read() -> int:
                with raw.cursor() as cursor, open(os.devnull, "wb") as nothing:
                    cursor.copy_expert(f'COPY data."{table}" {columns} TO STDOUT (FORMAT csv, HEADER)', nothing)
                return ROWS

            return read

        # PostgreSQL writes booleans and instants in ways of its own: to write them as people expect has its price.
        alike = ",".join(name for name in ["id", *(column.name for column in SCHEMA.columns)] if name not in OUR_WAY)
        export = f"{ours.url}/api/v1/datasets/{slug}/export/?format="
        found = measure(
            {
                "Écluse, CSV": (downloaded(f"{export}csv", 1), ours),
                "Écluse, JSON Lines": (downloaded(f"{export}jsonl", 0), ours),
                "Écluse, CSV, columns alike": (downloaded(f"{export}csv&columns={alike}", 1), ours),
                "bare COPY, columns alike": (bare_copy(f"({alike})"), None),
                "bare COPY to nothing": (bare_copy(), None),
                "Datasette, CSV stream": (downloaded(f"{theirs.url}/rows/line.csv?_stream=1&_size=max", 1), theirs),
            },
            passes=3,
        )
        show(f"Exporting {ROWS:,} rows", found, ours="Écluse, CSV")
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE data."{table}"')
