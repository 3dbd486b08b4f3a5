"""Several inputs for an entity, several entities that refer to each other."""

import pyarrow.parquet as pq
import pytest

from apps.datasets.engine import Landed, Making, clean, rejects_page
from apps.datasets.enums import ColumnType
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import EntitySchema, ForeignKey
from tests.datasets.recipes.cleaned import column, write_segment

SERVICE = EntitySchema(name="service", columns=(column("code", is_key=True), column("head")))
REPORT = EntitySchema(
    name="report",
    columns=(
        column("number", ColumnType.INTEGER, is_key=True),
        column("service_code"),
        column("parent", ColumnType.INTEGER),
    ),
    foreign_keys=(
        ForeignKey(name="service", columns=("service_code",), entity="service", references=("code",)),
        ForeignKey(name="parent", columns=("parent",), entity="report", references=("number",)),
    ),
)


@pytest.fixture(autouse=True)
def _own_work(settings, tmp_path):
    settings.DATASETS_WORK_DIR = tmp_path / "work"


class Made:
    """What came of an entity: its rows, and why the others are not there, by number of row."""

    def __init__(self, making, cleaned):
        self.rows = pq.read_table(making.rows_to).to_pylist()
        self.counts, self.by_input, self.reasons = cleaned.counts, cleaned.by_input, cleaned.reasons
        rejects = rejects_page(making.rejects_to, limit=1_000).rejects
        self.why = {(each.input, each.row): [reason.code.value for reason in each.reasons] for each in rejects}


def make(directory, *wanted):
    """`wanted`: schema, common steps, then the cells of each input, whose columns are those of the schema."""
    makings = []
    for schema, steps, *inputs in wanted:
        files = [write_segment(directory, cells, run=len(makings) * 10 + rank + 1) for rank, cells in enumerate(inputs)]
        document = {
            "inputs": [
                {"source": "s", "steps": [{"step": "map", "columns": {name: name for name in cells}}]}
                for cells in inputs
            ],
            "steps": list(steps),
        }
        makings.append(
            Making(
                schema=schema,
                recipe=Recipe.from_document(document),
                inputs=tuple(Landed(files=(file,)) for file in files),
                rows_to=directory / f"{schema.name}.rows",
                rejects_to=directory / f"{schema.name}.rejects",
            )
        )
    cleaning = clean(makings=makings, others={})
    return [Made(making, cleaned) for making, cleaned in zip(makings, cleaning.entities, strict=True)]


def test_what_several_inputs_say_is_taken_from_the_first(tmp_path):
    (service,) = make(
        tmp_path,
        (
            SERVICE,
            [],
            {"code": ["a", "b"], "head": ["Ada", "Bob"]},
            {"code": ["b", "c", "c"], "head": ["x", "Cy", "y"]},
        ),
    )

    assert [(row["code"], row["head"]) for row in service.rows] == [("a", "Ada"), ("b", "Bob"), ("c", "Cy")]
    assert service.why == {(1, 1): ["merged"], (1, 3): ["duplicate"]}
    assert [(each.read, each.kept, each.rejected, each.left_out) for each in service.by_input] == [
        (2, 2, 0, 0),
        (3, 1, 1, 1),
    ]


def test_an_input_may_lack_columns_that_others_have(tmp_path):
    (service,) = make(tmp_path, (SERVICE, [], {"code": ["a"], "head": ["Ada"]}, {"code": ["b"]}))

    assert [(row["code"], row["head"]) for row in service.rows] == [("a", "Ada"), ("b", None)]


@pytest.mark.parametrize(("keep", "kept"), [("first", ["Voirie"]), ("last", ["la VOIRIE !"])])
def test_rows_that_are_nearly_the_same_become_one_on_purpose(tmp_path, keep, kept):
    step = {"step": "deduplicate", "columns": ["head"], "is_near": True, "keep": keep}
    heads = ["Voirie", "voirie ", "VOÏRIE"] if keep == "first" else ["La voirie", "la-voirie", "la VOIRIE !"]

    (service,) = make(tmp_path, (SERVICE, [step], {"code": ["a", "b", "c"], "head": heads}))

    assert [row["head"] for row in service.rows] == kept
    assert (service.counts.rejected, service.counts.left_out) == (0, 2)


def test_a_row_that_a_step_takes_out_does_not_count_against_another(tmp_path):
    step = {"step": "deduplicate", "columns": ["code"], "keep": "last"}

    (service,) = make(tmp_path, (SERVICE, [step], {"code": ["a", "a"], "head": ["old", "new"]}))

    assert [row["head"] for row in service.rows] == ["new"]


def test_a_row_that_refers_to_none_is_set_aside_and_those_that_refer_to_it(tmp_path):
    _, report = make(
        tmp_path,
        (SERVICE, [], {"code": ["a"], "head": ["Ada"]}),
        (
            REPORT,
            [],
            {
                "number": ["1", "2", "3", "4", "5", "6"],
                "service_code": ["a", "zz", None, "a", "a", "a"],
                "parent": [None, None, "2", "3", "1", "6"],
            },
        ),
    )

    assert [(row["id"], row["number"]) for row in report.rows] == [(1, 1), (2, 5), (3, 6)]
    assert report.why == {(0, 2): ["unknown_reference"], (0, 3): ["unknown_reference"], (0, 4): ["unknown_reference"]}
    assert [(each.column, each.count) for each in report.reasons] == [("parent", 2), ("service_code", 1)]


def test_entities_that_refer_to_each_other_settle(tmp_path):
    left = EntitySchema(
        name="left",
        columns=(column("a", is_key=True), column("b")),
        foreign_keys=(ForeignKey(name="b", columns=("b",), entity="right", references=("b",)),),
    )
    right = EntitySchema(
        name="right",
        columns=(column("b", is_key=True), column("a")),
        foreign_keys=(ForeignKey(name="a", columns=("a",), entity="left", references=("a",)),),
    )

    one, other = make(
        tmp_path,
        (left, [], {"a": ["1", "2", "3"], "b": ["x", "y", "gone"]}),
        (right, [], {"b": ["x", "y"], "a": ["1", "3"]}),
    )

    assert [row["a"] for row in one.rows] == ["1"]
    assert [row["b"] for row in other.rows] == ["x"]


def test_a_value_out_of_its_domain_is_set_aside_with_the_reason(tmp_path):
    schema = EntitySchema(
        name="visit",
        columns=(
            column("age", ColumnType.INTEGER, minimum="0", maximum="120"),
            column("sex", choices=("F", "M")),
            column("zip", pattern="[0-9]{5}"),
            column("seen_on", ColumnType.DATE, minimum="2020-01-01"),
        ),
    )
    cells = {
        "age": ["-1", "121", "120", "0", None],
        "sex": ["F", "M", "X", "F", None],
        "zip": ["75001", "75001", "75001", "x75001", None],
        "seen_on": ["2020-01-01", "2020-01-02", "2020-01-01", "2019-12-31", None],
    }

    (visit,) = make(tmp_path, (schema, [], cells))

    assert visit.why == {
        (0, 1): ["too_small"],
        (0, 2): ["too_large"],
        (0, 3): ["not_a_choice"],
        (0, 4): ["not_as_written", "too_small"],
    }
    assert [row["age"] for row in visit.rows] == [None]
