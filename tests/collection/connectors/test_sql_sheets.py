"""Query sheets from real databases: the plan that they give, what it says, and how long reading takes."""

import pytest

from apps.collection.connectors.sql import SqlConnector, exceptions
from apps.collection.queries import ClauseKind, QuerySheet
from apps.collection.queries.steps import StepKind

CONNECTOR = SqlConnector()
QUERY = "SELECT t.id, t.town FROM t JOIN u ON u.id = t.id WHERE t.town = :town ORDER BY t.town"


@pytest.fixture(params=["postgres", "mariadb"])
def server(request):
    place = request.getfixturevalue(request.param)
    place.run("CREATE TABLE t (id int PRIMARY KEY, town varchar(20))", "CREATE TABLE u (id int PRIMARY KEY)")
    for start in range(0, 20_000, 5_000):
        place.insert("t", [[number, f"town {number}"] for number in range(start, start + 5_000)])
    place.insert("u", [[number] for number in range(100)])
    place.run(*(("ANALYZE t", "ANALYZE u") if request.param == "postgres" else ("ANALYZE TABLE t, u",)))
    return place


def test_the_sheet_of_a_query_has_its_clauses_and_its_plan(server):
    config = server.config(query=QUERY, parameters=["town = town 7"])

    sheet = CONNECTOR.sheet(config)

    assert sheet.parameters == {"town": "town 7"}
    assert [clause.text for clause in sheet.of_kind(ClauseKind.FILTER)] == ["t.town = :town"]
    assert sheet.plan
    assert {StepKind.SCAN, StepKind.JOIN} <= {step.kind for step in sheet.plan.steps}
    assert "town" in " ".join(sheet.plan.sentences)
    assert QuerySheet.from_json(sheet.as_json()) == sheet


def test_an_index_that_would_help_is_told_and_told_no_more_once_it_is_there(server):
    config = server.config(query="SELECT id FROM t WHERE town = :town", parameters=["town = town 7"])
    (before,) = CONNECTOR.sheet(config).plan.advice

    server.run("CREATE INDEX by_town ON t (town)")

    after = CONNECTOR.sheet(config).plan
    assert "an index on town" in before
    assert after.advice == []
    assert [(step.kind, step.index) for step in after.steps] == [(StepKind.INDEX, "by_town")]


def test_the_sheet_of_a_table_is_that_of_what_reads_it(server):
    sheet = CONNECTOR.sheet(server.config(table="t"))

    assert sheet.text.startswith("SELECT")
    assert 15_000 < sheet.plan.rows < 25_000


def test_the_sheet_of_a_file_has_a_plan_too(sqlite):
    config = sqlite(
        "CREATE TABLE t (id integer PRIMARY KEY, town)", query="SELECT id FROM t WHERE town = 'x' ORDER BY town"
    )

    plan = CONNECTOR.sheet(config).plan

    assert [step.kind for step in plan.steps] == [StepKind.SCAN]


def test_reading_is_measured(server):
    timing = CONNECTOR.measure(server.config(table="t"))

    assert (timing.rows, timing.is_whole) == (20_000, True)
    assert timing.seconds > 0


def test_a_measure_of_what_lasts_is_cut(server):
    timing = CONNECTOR.measure(server.config(query="SELECT a.id FROM t a CROSS JOIN t b"), seconds=0.2)

    assert not timing.is_whole
    assert timing.seconds < 10


def test_a_query_that_cannot_be_understood_has_no_sheet(server):
    with pytest.raises(exceptions.QueryNotUnderstood):
        CONNECTOR.sheet(server.config(query="SELECT nothing FROM t"))


def test_the_records_to_come_are_estimated_for_the_progress(server):
    from apps.collection.connectors.base import Window

    reading = CONNECTOR.partitions(server.config(table="t", parts=2), "t", Window())

    assert 15_000 < sum(part.size for part in reading.parts) < 25_000
