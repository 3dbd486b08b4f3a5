"""Query sheets: what a text says, what its author adds, and what survives a change."""

import json
from dataclasses import replace

import pytest

from apps.collection.queries import (
    Clause,
    ClauseKind,
    Optimisation,
    QuerySheet,
    Timing,
    is_one_select,
    measure,
    read_plan,
)

QUERY = """
WITH recent AS (SELECT * FROM orders WHERE day > :since)
SELECT c.name, count(*) AS total -- how many
FROM recent r
JOIN customer c ON c.id = r.customer_id
LEFT JOIN town USING (code)
WHERE c.country = 'FR' AND (r.amount > 3 OR r.amount IS NULL)
  AND EXISTS (SELECT 1 FROM quota q WHERE q.id = c.id)
GROUP BY c.name HAVING count(*) > 2 ORDER BY total DESC LIMIT 10
"""


def texts(sheet, kind, within=""):
    return [clause.text for clause in sheet.of_kind(kind) if clause.within == within]


def test_a_query_is_told_clause_by_clause():
    sheet = QuerySheet.of(QUERY, dialect="postgres")

    assert texts(sheet, ClauseKind.SELECTION) == ["c.name", "COUNT(*) AS total"]
    assert texts(sheet, ClauseKind.SOURCE) == ["recent AS r"]
    assert texts(sheet, ClauseKind.JOIN) == [
        "JOIN customer AS c ON c.id = r.customer_id",
        "LEFT JOIN town USING (code)",
    ]
    assert texts(sheet, ClauseKind.FILTER) == [
        "c.country = 'FR'",
        "r.amount > 3 OR r.amount IS NULL",
        "EXISTS(SELECT 1 FROM quota AS q WHERE q.id = c.id)",
    ]
    assert texts(sheet, ClauseKind.CONDITION) == ["COUNT(*) > 2"]
    assert texts(sheet, ClauseKind.GROUPING) == ["c.name"]
    assert texts(sheet, ClauseKind.ORDER) == ["total DESC"]
    assert texts(sheet, ClauseKind.LIMIT) == ["10"]
    assert texts(sheet, ClauseKind.FILTER, within="recent") == ["day > :since"]


@pytest.mark.parametrize("text", ["SELECT FROM WHERE", "", "not SQL at all (", "DELETE"])
def test_what_cannot_be_read_has_no_clause(text):
    assert QuerySheet.of(text).clauses == ()


def test_the_union_of_two_queries_tells_both():
    sheet = QuerySheet.of("SELECT a FROM t WHERE x = 1 UNION ALL SELECT b FROM u WHERE y = 2")

    assert sorted(clause.text for clause in sheet.of_kind(ClauseKind.FILTER)) == ["x = 1", "y = 2"]


def test_a_reason_stays_with_its_clause_when_the_query_changes():
    sheet = QuerySheet.of("SELECT a FROM t WHERE x = 1")
    clauses = tuple(replace(clause, why="because") for clause in sheet.clauses)

    changed = replace(sheet, clauses=clauses, purpose="p").reworded("SELECT a FROM t WHERE x = 2")

    assert {clause.text: clause.why for clause in changed.clauses} == {"a": "because", "t": "because", "x = 2": ""}
    assert changed.purpose == "p"


def test_a_sheet_is_kept_in_json():
    before, after = Timing(seconds=4.0, rows=10), Timing(seconds=0.5, rows=10)
    sheet = replace(
        QuerySheet.of(QUERY, dialect="postgres", parameters={"since": "2024-01-01"}),
        plan=read_plan([[2, 0, 0, "SCAN t"]], system="sqlite"),
        timing=after,
        optimisations=(Optimisation(what="An index on day", before=before, after=after),),
    )

    again = QuerySheet.from_json(json.loads(json.dumps(sheet.as_json())))

    assert again == sheet
    assert again.optimisations[0].ratio == 8
    assert isinstance(again.clauses[0], Clause)
    assert isinstance(again.clauses[0].kind, ClauseKind)


def test_a_ratio_needs_two_measures():
    assert Optimisation(what="An index").ratio is None


@pytest.mark.parametrize(
    ("query", "is_one"),
    [
        ("SELECT [a b] FROM dbo.[t] WITH (nolock)", True),
        ("WITH x AS (SELECT 1 AS a) SELECT * FROM x", True),
        ("SELECT * INTO copy FROM t", False),
        ("SELECT 1 AS a) AS q DELETE FROM t SELECT (2", False),
        ("EXEC sp_who", False),
        ("SELECT 1; DELETE FROM t", False),
    ],
)
def test_one_select_is_told_from_anything_else(query, is_one):
    assert is_one_select(query, dialect="tsql") is is_one


def test_a_measure_counts_to_the_end():
    timing = measure([10, 5])

    assert (timing.rows, timing.is_whole) == (15, True)
    assert 0 <= timing.first <= timing.seconds


def test_a_measure_stops_when_its_time_is_over():
    def endless():
        while True:
            yield 1

    timing = measure(endless(), seconds=0.05)

    assert not timing.is_whole
    assert 0.05 <= timing.seconds < 5


def test_a_measure_of_nothing_is_one_too():
    assert measure([]).rows == 0
