"""Plans as each system tells them, in plain words."""

from collections import Counter

import pytest

from apps.collection.queries import Plan, read_plan
from apps.collection.queries.steps import StepKind
from apps.collection.queries.wording import columns_in

NODE = {"Plan Rows": 5, "Total Cost": 2082.5}
POSTGRESQL = [
    {
        "Plan": {
            "Node Type": "Limit",
            **NODE,
            "Plans": [
                {
                    "Node Type": "Sort",
                    "Sort Key": ["(count(*)) DESC"],
                    **NODE,
                    "Plans": [
                        {
                            "Node Type": "Hash Join",
                            "Join Type": "Left",
                            "Hash Cond": "(b.a_id = a.id)",
                            **NODE,
                            "Plans": [
                                {
                                    "Node Type": "Index Scan",
                                    "Index Name": "b_pkey",
                                    "Relation Name": "b",
                                    **NODE,
                                    "Plan Rows": 50_000,
                                },
                                {
                                    "Node Type": "Hash",
                                    **NODE,
                                    "Plans": [
                                        {
                                            "Node Type": "Seq Scan",
                                            "Relation Name": "a",
                                            "Filter": "((t = 'x'::text) OR (a.v = 3))",
                                            **NODE,
                                            "Plan Rows": 491,
                                        }
                                    ],
                                },
                            ],
                        }
                    ],
                }
            ],
        }
    }
]
MARIADB = {
    "query_block": {
        "select_id": 1,
        "filesort": {
            "sort_key": "count(0) desc",
            "temporary_table": {
                "nested_loop": [
                    {"table": {"table_name": "b", "access_type": "ALL", "rows": 19911, "filtered": 1,
                               "attached_condition": "b.town = 'Brest'"}},
                    {"table": {"table_name": "a", "access_type": "eq_ref", "key": "PRIMARY", "rows": 1}},
                ]
            },
        },
    }
}  # fmt: skip
MYSQL = {
    "query_block": {
        "cost_info": {"query_cost": "12.50"},
        "ordering_operation": {
            "using_filesort": False,
            "table": {
                "table_name": "t",
                "access_type": "range",
                "key": "day",
                "rows_examined_per_scan": 12,
                "filtered": "50.00",
            },
        },
    }
}
SQLITE = [
    [3, 0, 0, "SCAN a"],
    [5, 0, 0, "SEARCH b USING INDEX by_town (town=?)"],
    [6, 0, 0, "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"],
    [7, 0, 0, "SEARCH d USING AUTOMATIC COVERING INDEX (code=?)"],
    [9, 0, 0, "USE TEMP B-TREE FOR GROUP BY"],
    [11, 0, 0, "USE TEMP B-TREE FOR ORDER BY"],
]


def test_a_plan_of_postgresql_is_told_in_the_order_of_its_steps():
    plan = read_plan(POSTGRESQL, system="postgresql", table_rows={"a": 50_000, "b": 50_000})

    assert plan.sentences == [
        "Records of “b” are found by the index b_pkey: about 50,000 records.",
        "“a” is read whole, keeping ((t = 'x'::text) OR (a.v = 3)): about 491 records.",
        "The two are joined through a table in memory, on (b.a_id = a.id): about 5 records.",
        "The records are sorted by (count(*)) DESC: about 5 records.",
        "Only the first records are kept: about 5 records.",
    ]
    assert plan.advice == [
        "“a” is read whole to keep some records: if they are few, an index on t, v finds them at once."
    ]
    assert (plan.rows, plan.cost) == (5, 2082.5)


def test_a_small_table_read_whole_is_no_fault():
    assert read_plan(POSTGRESQL, system="postgresql", table_rows={"a": 500, "b": 50}).advice == []


def test_a_plan_of_mariadb_tells_its_joins():
    plan = read_plan(MARIADB, system="mysql")

    assert [(step.kind, step.subject) for step in plan.steps] == [
        (StepKind.SCAN, "b"),
        (StepKind.INDEX, "a"),
        (StepKind.JOIN, ""),
        (StepKind.SORT, ""),
    ]
    assert plan.advice == [
        "“b” is read whole to keep some records: if they are few, an index on town finds them at once."
    ]
    assert plan.rows == 199


def test_a_plan_of_mysql_tells_its_cost():
    plan = read_plan(MYSQL, system="mysql")

    assert (plan.rows, plan.cost) == (6, 12.5)
    assert plan.sentences == ["Records of “t” are found by the index day: about 6 records."]


def test_a_plan_of_sqlite_is_told():
    plan = read_plan(SQLITE, system="sqlite")

    assert plan.sentences == [
        "“a” is read whole.",
        "Records of “b” are found by the index by_town.",
        "Records of “c” are found by its key.",
        "Records of “d” are found by its key.",
        "The records are grouped.",
        "The records are sorted.",
    ]
    assert plan.advice == ["An index is made on “d” for this query alone, each time: make it once (code)."]


def test_the_plan_of_another_system_is_kept_as_it_is():
    plan = read_plan("TableScan\n  Filter x > 1\n\n", system="hive")

    assert plan.sentences == ["TableScan.", "Filter x > 1."]
    assert Plan.from_json(plan.as_json()) == plan


@pytest.mark.parametrize("raw", [POSTGRESQL, MARIADB, SQLITE])
def test_what_the_system_said_is_kept(raw):
    systems = {id(POSTGRESQL): "postgresql", id(MARIADB): "mysql", id(SQLITE): "sqlite"}

    plan = read_plan(raw, system=systems[id(raw)])

    assert plan.raw == raw
    assert Counter(step.kind for step in Plan.from_json(plan.as_json()).steps) == Counter(
        step.kind for step in plan.steps
    )


@pytest.mark.parametrize(
    ("condition", "columns"),
    [
        ("((t = 'x = y'::text) OR (a.v = 3))", ["t", "v"]),
        ("(lower(name) ~~ 'a%'::text)", ["name"]),
        ("`a`.`day` between 1 and 2", ["day"]),
        ("code=? AND day>?", ["code", "day"]),
    ],
)
def test_columns_are_found_in_conditions(condition, columns):
    assert columns_in(condition) == columns
