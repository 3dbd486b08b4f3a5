"""A recipe followed step by step: what each step takes, changes and sets aside."""

import pytest

from apps.datasets import engine
from apps.datasets.engine import Change, Landed, StageKind, tracing
from apps.datasets.enums import ColumnType
from apps.datasets.exceptions import PreviewTooLong
from apps.datasets.recipes.document import Recipe
from tests.datasets.recipes.cleaned import column, entity, mapped, write_segment

VISIT = entity(
    column("patient", is_key=True),
    column("visited_on", ColumnType.DATE, is_required=True),
    column("age", ColumnType.INTEGER),
)
CELLS = {
    "patient": [" a", "a", "b", "c", "test"],
    "visited_on": ["01/02/2026", "03/02/2026", "soon", "05/02/2026", "never"],
    "age": ["4", "5", "6", "x", "7"],
}
STEPS = [
    {"step": "trim"},
    {"step": "parse_date", "columns": ["visited_on"], "formats": ["%d/%m/%Y"]},
    {"step": "filter", "where": "patient <> 'test'"},
]


@pytest.fixture(autouse=True)
def _own_work(settings, tmp_path):
    settings.DATASETS_WORK_DIR = tmp_path / "work"


def trace(directory, recipe, *inputs, **options):
    files = [write_segment(directory, cells, run=rank) for rank, cells in enumerate(inputs, start=1)]
    landed = [Landed(files=(file,)) for file in files]
    return engine.trace(recipe=recipe, schema=VISIT, inputs=landed, others={}, **options)


def reasons(stage):
    return [(each.code.value, each.column, each.count) for each in stage.reasons]


def test_each_row_is_counted_where_it_goes(tmp_path):
    stages = trace(tmp_path, mapped(VISIT, *STEPS), CELLS)

    counts = [(each.rows_in, each.rows_out, each.set_aside, each.left_out) for each in stages]
    assert counts == [(5, 5, 0, 0), (5, 5, 0, 0), (5, 4, 1, 0), (4, 3, 0, 1), (3, 2, 1, 0), (2, 1, 1, 0)]
    assert [each.kind for each in stages[-2:]] == [StageKind.READ, StageKind.UNIQUE]
    assert reasons(stages[2]) == [("not_a_date", "visited_on", 1)]
    assert reasons(stages[4]) == [("not_a_number", "age", 1)]
    assert reasons(stages[5]) == [("duplicate", "patient", 1)]


def test_its_counts_are_those_of_a_build(tmp_path):
    recipe = mapped(VISIT, *STEPS)

    stages = trace(tmp_path, recipe, CELLS)

    tried = engine.preview(
        recipe=recipe, schema=VISIT, inputs=[Landed(files=tuple(tmp_path.glob("*.parquet")))], others={}
    )
    assert stages[-1].rows_out == len(tried.rows)
    assert sum(each.set_aside + each.left_out for each in stages) == len(tried.rejects)


def test_what_a_step_changes_is_said_before_and_after(tmp_path):
    _map, trim, parse, *_rest = trace(tmp_path, mapped(VISIT, *STEPS), CELLS)

    assert (trim.cells, trim.changes) == (1, (Change(column="patient", before=" a", after="a", count=1),))
    assert (parse.cells, parse.changes[0].after) == (5, "2026-02-01")
    assert _map.added == VISIT.names
    assert trim.rows[0] == {"patient": "a", "visited_on": "01/02/2026", "age": "4"}


def test_the_rows_of_the_last_stage_are_typed(tmp_path):
    *_steps, read, _unique = trace(tmp_path, mapped(VISIT, *STEPS), CELLS)

    assert [row["age"] for row in read.rows] == [4, 5]


def test_common_steps_are_counted_on_the_rows_of_all_inputs(tmp_path):
    inputs = [{"source": name, "steps": mapped(VISIT).as_document()["inputs"][0]["steps"]} for name in "ab"]
    steps = [*STEPS, {"step": "deduplicate", "columns": ["patient"]}]

    stages = trace(tmp_path, Recipe.from_document({"inputs": inputs, "steps": steps}), CELLS, CELLS)

    assert [(each.input, each.step) for each in stages] == [
        (1, 1),
        (2, 1),
        (0, 1),
        (0, 2),
        (0, 3),
        (0, 0),
        (0, 4),
        (0, 0),
    ]
    assert [each.rows_in for each in stages] == [5, 5, 10, 10, 8, 6, 4, 1]
    assert stages[-2].left_out == 3


def test_no_value_of_a_column_that_is_not_seen_is_read(tmp_path):
    stages = trace(tmp_path, mapped(VISIT, *STEPS), CELLS, is_seen=lambda name: name == "age")

    assert {name for each in stages for name in each.columns} == {"age"}
    assert not [change for each in stages for change in each.changes if change.column != "age"]


def test_what_never_ends_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(tracing, "LONGEST_SECONDS", 0.0)

    with pytest.raises(PreviewTooLong):
        trace(tmp_path, mapped(VISIT, *STEPS), CELLS)
