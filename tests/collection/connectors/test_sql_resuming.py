"""Going on: from any batch to the end, from one collection to the next, in parts; each record once, none forgotten."""

import datetime as dt
from time import monotonic

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from apps.collection.connectors.base import ROW, Window
from apps.collection.connectors.sql import SqlConnector
from apps.collection.connectors.sql.exceptions import BoundNotReadable, CannotDivide, ConnectionLost, KeyNotUsable
from apps.collection.connectors.sql.keys import as_json, from_json
from apps.collection.connectors.sql.partitioning import boundaries

CONNECTOR = SqlConnector()


def plan(config, **window):
    return CONNECTOR.partitions(config, config.stream, Window(**window))


def values(batches, name="id"):
    return [value for batch in batches for value in batch.rows.column(name).to_pylist()]


def everything(config, reading, name="id"):
    return [value for part in reading.parts for value in values(CONNECTOR.read(config, part, None), name)]


@pytest.fixture(params=["postgres", "mariadb"])
def server(request):
    return request.getfixturevalue(request.param)


# --- From any batch -------------------------------------------------------------------------------
KEYS = {
    "postgres": [
        ("bigint", [-(2**63), -1, 0, 2**53, 2**53 + 1, 2**63 - 1]),
        ("numeric", ["-1.5", "0", "1e30", "0.000000000000000000001", "99999999999999999999.5"]),
        ("real", ["0.1", "0.30000001", "1e20", "-0.25"]),
        ("text", ["", "a", "A", "é", "z", "𝄞", "a b", "a,b", 'a"b', "a'b", "\\", "line\nbreak", "10", "9"]),
        ('text COLLATE "pg_c_utf8"', ["a", "A", "é", "e", "z", "Z", "-a", "a-", "ß", "ss"]),
        ("timestamptz", ["2024-03-31 01:30+00", "infinity", "-infinity", "0044-03-15 BC", "2024-10-27 00:30+00"]),
        ("uuid", ["00000000-0000-0000-0000-000000000001", "ffffffff-0000-0000-0000-000000000001"]),
        ("bytea", [b"", b"\0", b"\xff", b"'"]),
        ("boolean", [True, False]),
        ("mood", ["tired", "fine", "asleep"]),
        ("int[]", [[1, 2], [1], [], [2]]),
    ],
    "mariadb": [
        ("bigint unsigned", [0, 2**53, 2**53 + 1, 2**64 - 1]),
        ("decimal(40,10)", ["-1.5", "0", "99999999999999999999.5", "99999999999999999999.6"]),
        ("varchar(20) COLLATE utf8mb4_unicode_ci", ["a", "é", "f", "z", "", "ß", "-a", "10", "9", "a'b", "\\", "𝄞"]),
        ("varchar(20) COLLATE utf8mb4_bin", ["a", "A", "é", "e", "Z", "a\nb"]),
        ("varchar(20) CHARACTER SET latin1 COLLATE latin1_german2_ci", ["a", "ä", "b", "z", "ö"]),
        ("varbinary(4)", [b"", b"\0", b"\xff", b"'"]),
        ("date", ["0000-00-00", "2024-02-29", "9999-12-31"]),
        ("datetime(6)", ["0000-00-00 00:00:00", "2024-02-29 00:00:00.000001", "2024-02-29 00:00:00.000002"]),
        ("enum('z','a','m')", ["z", "a", "m"]),
        ("double", ["0.1", "1e20", "-0.25"]),
    ],
}


@pytest.mark.parametrize(
    ("name", "kind", "keys"), [(name, kind, keys) for name, cases in KEYS.items() for kind, keys in cases]
)
def test_reading_goes_on_after_any_key(request, name, kind, keys):
    server = request.getfixturevalue(name)
    if name == "postgres":
        server.run("CREATE TYPE mood AS ENUM ('fine', 'tired', 'asleep')")
    server.run(f"CREATE TABLE t (id {kind} PRIMARY KEY)")
    server.insert("t", [[key] for key in keys])
    config = server.config(table="t").model_copy(update={"batch_rows": 1})
    reading = plan(config)
    whole = list(CONNECTOR.read(config, reading.parts[0], None))

    again = [values(CONNECTOR.read(config, reading.parts[0], batch.cursor)) for batch in whole]

    assert len(values(whole)) == len(keys) == len(set(values(whole)))
    assert again == [values(whole)[rank:] for rank in range(1, len(keys) + 1)]


SQLITE_KEYS = [
    "CREATE TABLE t (id)",
    "CREATE TABLE t (id PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE t (id TEXT COLLATE NOCASE, rowid, _rowid_, oid, PRIMARY KEY (id)) WITHOUT ROWID",
    "CREATE TABLE t (id, rowid)",
]


@pytest.mark.parametrize("table", SQLITE_KEYS)
def test_sqlite_goes_on_after_any_row(sqlite, table):
    keys = ["1", "2.5", "'text'", "x'00ff'", "'é'", "'a' || char(0)", "CAST(x'ff' AS text)", "9223372036854775807"]
    statements = [f"INSERT INTO t (id) VALUES ({key})" for key in keys]  # noqa: S608 -- values of a test
    config = sqlite(table, *statements, table="t")
    config = config.model_copy(update={"batch_rows": 1})
    (part,) = plan(config).parts
    whole = list(CONNECTOR.read(config, part, None))

    again = [values(CONNECTOR.read(config, part, batch.cursor)) for batch in whole]

    found = values(whole)
    assert (len(whole), len(found), len(set(found))) == (8, 7, 7)
    assert again == [values(whole[rank:]) for rank in range(1, 9)]


@example_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.sets(st.tuples(st.integers(0, 3), st.text("aAé ,\"\n'", max_size=3)), max_size=40),
    stops=st.lists(st.integers(0, 5), max_size=8),
    parts=st.integers(1, 4),
)
def test_a_reading_that_is_stopped_anywhere_gives_each_record_once(postgres, rows, stops, parts):
    postgres.run("DROP TABLE IF EXISTS t", "CREATE TABLE t (n int, s text, PRIMARY KEY (n, s))")
    if rows:
        postgres.insert("t", sorted(rows))
    config = postgres.config(table="t", parts=parts).model_copy(update={"batch_rows": 3})
    found, stops = [], iter(stops)

    for part in plan(config).parts:
        cursor, is_over = None, False
        while not is_over:
            stop = next(stops, 1_000)
            is_over = True
            for rank, batch in enumerate(CONNECTOR.read(config, part, cursor)):
                if rank == stop:
                    is_over = False
                    break
                found += [(int(row["n"]), row["s"]) for row in batch.rows.to_pylist()]
                cursor = batch.cursor

    assert sorted(found) == sorted(rows)


def test_what_comes_and_goes_while_a_table_is_read_takes_no_other_record_with_it(server):
    server.run("CREATE TABLE t (id int PRIMARY KEY)")
    server.insert("t", [[number] for number in range(0, 1000, 2)])
    config = server.config(table="t", batch_rows=100)
    (part,) = plan(config).parts
    first = next(CONNECTOR.read(config, part, None))
    server.run("DELETE FROM t WHERE id < 100 OR id = 500")
    server.insert("t", [[1], [999]])

    rest = list(CONNECTOR.read(config, part, first.cursor))

    assert values([first]) == [str(number) for number in range(0, 200, 2)]
    assert values(rest) == [str(number) for number in [*range(200, 500, 2), *range(502, 1000, 2), 999]]
    assert rest[0].rows.column(ROW)[0].as_py() == 101


def test_a_part_sees_the_table_as_it_was_when_it_began(server):
    server.run("CREATE TABLE t (id int PRIMARY KEY)")
    server.insert("t", [[number] for number in range(500)])
    config = server.config(table="t", batch_rows=100)
    reading = CONNECTOR.read(config, plan(config).parts[0], None)
    first = next(reading)
    server.insert("t", [[number] for number in range(500, 600)])

    assert len(values([first, *reading])) == 500


def test_a_reading_that_is_left_closes_its_connection(server):
    server.run("CREATE TABLE t (id int PRIMARY KEY, v text)")
    server.insert("t", [[number, "x" * 1_000] for number in range(5_000)])
    config = server.config(table="t", batch_rows=100)
    reading = CONNECTOR.read(config, plan(config).parts[0], None)
    next(reading)

    reading.close()

    assert eventually(lambda: connections_of(server) == [])


def test_a_connection_that_is_killed_is_told_and_the_reading_goes_on_elsewhere(server):
    server.run("CREATE TABLE t (id int PRIMARY KEY, v text)")
    for start in range(0, 40_000, 5_000):
        server.insert("t", [[number, "x" * 1_000] for number in range(start, start + 5_000)])
    config = server.config(table="t", batch_rows=500)
    (part,) = plan(config).parts
    reading = CONNECTOR.read(config, part, None)
    landed = [next(reading)]
    for identifier in connections_of(server):
        server.run(
            f"SELECT pg_terminate_backend({identifier})"
            if server.settings["system"] == "postgresql"
            else f"KILL CONNECTION {identifier}"
        )

    with pytest.raises(ConnectionLost):
        landed.extend(reading)

    landed += CONNECTOR.read(config, part, landed[-1].cursor)
    assert values(landed) == [str(number) for number in range(40_000)]


def eventually(holds, *, seconds=10):
    until = monotonic() + seconds
    while not holds() and monotonic() < until:
        pass
    return holds()


def connections_of(server):
    """Those of the person who reads here."""
    if server.settings["system"] == "postgresql":
        asked = "SELECT pid FROM pg_stat_activity WHERE usename = %s"
    else:
        asked = "SELECT id FROM information_schema.processlist WHERE user = %s"
    return [row[0] for row in server.asked(asked, [server.settings["user"]])]


# --- In parts -------------------------------------------------------------------------------------
@pytest.mark.parametrize("parts", [1, 2, 3, 16])
@pytest.mark.parametrize(
    "numbers",
    [[5], [1, 2], [-7, 0, 10**9], [*range(50), 10**12], [None, 1, 2, 3], [None], []],
    ids=["one", "two", "gaps", "skew", "with a null", "only a null", "none"],
)
def test_parts_together_are_the_whole(postgres, numbers, parts):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY, n bigint)")
    if numbers:
        postgres.insert("t", [[rank, number] for rank, number in enumerate(numbers)])
    config = postgres.config(table="t", split_by="n", parts=parts)

    reading = plan(config)

    assert sorted(everything(config, reading), key=int) == [str(rank) for rank in range(len(numbers))]
    assert 1 <= len(reading.parts) <= parts


@pytest.mark.parametrize("kind", ["date", "datetime", "decimal(12,2)"])
def test_parts_may_be_cut_by_dates_or_decimals(server, kind):
    kind = "timestamp" if kind == "datetime" and server.settings["system"] == "postgresql" else kind
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=10 * rank) for rank in range(20)]
    server.run(f"CREATE TABLE t (id int PRIMARY KEY, n {kind})")
    server.insert("t", [[rank, rank * 1.5 if "decimal" in kind else day] for rank, day in enumerate(days)])
    config = server.config(table="t", split_by="n", parts=4)

    reading = plan(config)

    found = [values(CONNECTOR.read(config, part, None)) for part in reading.parts]
    assert sorted(int(value) for part in found for value in part) == list(range(20))
    assert len(found) == 4
    assert all(found)


def test_what_is_inserted_beyond_the_parts_is_in_the_last_one(postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY)")
    postgres.insert("t", [[number] for number in range(10)])
    config = postgres.config(table="t", parts=3)
    reading = plan(config)
    postgres.insert("t", [[-5], [100]])

    assert len(everything(config, reading)) == 12


def test_a_text_divides_nothing(server):
    server.run("CREATE TABLE t (id varchar(9) PRIMARY KEY)")
    server.insert("t", [["a"], ["b"]])

    with pytest.raises(CannotDivide):
        plan(server.config(table="t", parts=2))


def test_a_key_that_is_not_compared_as_it_is_sorted_is_refused(mariadb):
    mariadb.run("CREATE TABLE t (id enum('z', 'a') PRIMARY KEY)")

    with pytest.raises(KeyNotUsable):
        plan(mariadb.config(table="t", key=["id"]))


@given(low=st.integers(), width=st.integers(0, 1000), parts=st.integers(1, 16))
def test_boundaries_grow_within_the_bounds(low, width, parts):
    found = boundaries(low, low + width, parts)

    assert found == sorted(set(found))
    assert all(low < each <= low + width for each in found)
    assert len(found) < parts


@given(
    st.one_of(
        st.integers(),
        st.text(),
        st.binary(),
        st.datetimes(),
        st.dates(),
        st.decimals(allow_nan=False),
        st.floats(allow_nan=False),
    )
)
def test_a_value_of_a_key_comes_back_as_it_was(value):
    assert from_json(as_json(value)) == value


# --- From one collection to the next --------------------------------------------------------------
MOMENTS = {
    "postgres": ("timestamptz", "2024-01-0{} 00:00:00.000001+00"),
    "mariadb": ("datetime(6)", "2024-01-0{} 00:00:00.000001"),
}


@pytest.fixture
def changing(request, server):
    """A table in which each record says when it changed, and what a source of it is."""
    kind, moment = MOMENTS[request.node.callspec.params["server"]]
    server.run(f"CREATE TABLE t (id int PRIMARY KEY, changed {kind} NULL)")
    server.insert("t", [[day, moment.format(day)] for day in range(1, 6)])
    server.insert("t", [[99, None]])
    server.moment = moment
    return server


def test_the_first_collection_reads_all_and_the_next_only_what_came_since(changing):
    config = changing.config(table="t", cursor="changed")

    first = plan(config)
    changing.insert("t", [[6, changing.moment.format(6)]])
    in_first = everything(config, first)
    second = plan(config, bookmark=first.bookmark)

    assert in_first == ["1", "2", "3", "4", "5", "99"]
    assert everything(config, second) == ["5", "6"]
    assert plan(config, bookmark=second.bookmark).bookmark == second.bookmark


def test_the_lag_reads_again_what_may_have_come_late(changing):
    bookmark = plan(changing.config(table="t", cursor="changed")).bookmark
    config = changing.config(table="t", cursor="changed", lag=86_400)

    assert everything(config, plan(config, bookmark=bookmark)) == ["4", "5"]


def test_a_backfill_reads_between_its_bounds_and_moves_no_bookmark(changing):
    config = changing.config(table="t", cursor="changed")
    bookmark = plan(config).bookmark

    reading = plan(config, bookmark=bookmark, since="2024-01-02", until="2024-01-04")

    assert everything(config, reading) == ["2", "3"]
    assert reading.bookmark == bookmark


def test_a_query_is_given_where_the_last_collection_ended(changing):
    config = changing.config(
        query="SELECT id, changed FROM t WHERE changed >= :since",
        parameters=["since = 2024-01-03"],
        cursor="changed",
        key=["id"],
    )

    first = plan(config)

    assert everything(config, first) == ["3", "4", "5"]
    assert everything(config, plan(config, bookmark=first.bookmark)) == ["5"]


def test_a_number_that_grows_is_a_cursor_too(server):
    server.run("CREATE TABLE t (id bigint PRIMARY KEY, code varchar(9))")
    server.insert("t", [[number, "a"] for number in range(10)])
    config = server.config(table="t", cursor="id", lag=2)

    second = plan(config, bookmark=plan(config).bookmark)

    assert everything(config, second) == ["7", "8", "9"]


def test_an_empty_table_keeps_the_bookmark(server):
    server.run("CREATE TABLE t (id int PRIMARY KEY)")
    config = server.config(table="t", cursor="id")

    assert plan(config).bookmark is None
    assert plan(config, bookmark={"value": 7}).bookmark == {"value": 7}


def test_nothing_is_read_from_the_end_of_time_on(postgres):
    postgres.run(
        "CREATE TABLE t (id int PRIMARY KEY, d date)", "INSERT INTO t VALUES (1, '2024-01-01'), (2, 'infinity')"
    )
    config = postgres.config(table="t", cursor="d")

    reading = plan(config)

    assert reading.bookmark is None
    assert everything(config, reading) == ["1", "2"]


@pytest.mark.parametrize("since", ["yesterday evening", "12O"])
def test_a_bound_that_is_not_one_is_told(server, since):
    server.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)")

    config = server.config(table="t", cursor="id")

    with pytest.raises(BoundNotReadable):
        everything(config, plan(config, since=since))


def test_a_table_of_sqlite_is_read_from_a_date_on(sqlite):
    config = sqlite(
        "CREATE TABLE t (id integer PRIMARY KEY, d text)",
        "INSERT INTO t VALUES (1, '2024-01-01'), (2, '2024-01-02T10:00:00'), (3, NULL)",
        table="t",
        cursor="d",
        lag=3_600,
    )

    first = plan(config)

    assert first.bookmark == {"value": "2024-01-02T10:00:00"}
    assert everything(config, plan(config, bookmark=first.bookmark)) == ["2"]
