from pathlib import Path

import pytest
import yaml

from apps.datasets.exceptions import RecipeRefused
from apps.datasets.recipes import steps
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps import STEPS

WRITTEN = """
inputs:
- source: suivi-diabete
  steps:
  - columns: {patient: numéro de dossier, seen_on: date}
    step: map
  - {step: trim}
- dataset: suivi-papier
  entity: visite
  steps:
  - columns: {patient: dossier, seen_on: jour}
    step: map
steps:
- columns: [seen_on]
  formats: ['%d/%m/%Y', '%Y-%m-%d']
  step: parse_date
- columns: [patient]
  step: deduplicate
"""


def refusal(*steps, **written):
    with pytest.raises(RecipeRefused) as refused:
        Recipe.from_document({"inputs": [{"source": "visits", "steps": list(steps)} | written]})
    return [str(fault) for fault in refused.value.faults]


def test_a_recipe_is_written_back_as_it_was_read():
    document = yaml.safe_load(WRITTEN)

    recipe = Recipe.from_document(document)

    assert recipe.as_document() == document
    assert Recipe.from_document(recipe.as_document()) == recipe


def test_a_module_among_the_steps_is_a_step():
    modules = {path.stem for path in Path(steps.__file__).parent.glob("*.py")} - {"__init__", "base"}

    assert {step.__name__.lower() for step in STEPS} == {module.replace("_", "") for module in modules}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"step": "explode"}, "Step 2: there is no step “explode”. There are: case, cast, coalesce, compute"),
        ({"columns": ["a"]}, "Step 2: “step” is missing"),
        ({"step": "trim", "colums": ["a"]}, "Step 2: “colums” means nothing here"),
        ({"step": "trim", "columns": ["a", "a"]}, "Step 2: the same column is named twice."),
        ({"step": "cast", "columns": {"a": "integre"}}, "Step 2: “columns.a” may be text, integer"),
        ({"step": "parse_number", "columns": ["a"], "locale": "de"}, "Step 2: “locale” may be fr or en, nothing else."),
        ({"step": "parse_date", "columns": ["a"]}, "Step 2: “formats” is missing."),
        ({"step": "parse_date", "columns": ["a"], "formats": ["%d/%m/%Z"]}, "Step 2: “%d/%m/%Z” may only hold"),
        ({"step": "parse_date", "columns": ["a"], "formats": ["%d/%m %H:%M"]}, "Step 2: “%d/%m %H:%M” needs a day"),
        (
            {"step": "parse_date", "columns": ["a"], "formats": ["%d/%m/%Y %H"]},
            "Step 2: “%d/%m/%Y %H” needs the minutes",
        ),
        ({"step": "parse_date", "columns": ["a"], "formats": ["%d/%m/%Y%"]}, "Step 2: “%d/%m/%Y%” may only hold"),
        ({"step": "parse_date", "columns": ["a"], "formats": ["%d %B %m %Y"]}, "Step 2: “%d %B %m %Y” needs a day"),
        ({"step": "parse_date", "columns": ["a"], "formats": ["%d/%m/%Y %z"]}, "Step 2: “%d/%m/%Y %z” may hold a zone"),
        ({"step": "parse_number", "columns": ["a"], "units": ["m2"]}, "Step 2: the unit “m2” would be read with"),
        ({"step": "split", "column": "a", "into": ["b", "c"]}, "Step 2: say where to cut"),
        ({"step": "split", "column": "a", "into": ["b", "c"], "positions": [3, 2]}, "Step 2: positions go up."),
        (
            {"step": "split", "column": "a", "into": ["b", "c"], "positions": [2, 3]},
            "Step 2: there is one position less",
        ),
        ({"step": "map_values", "columns": ["a"], "values": {"x": ["z"], "y": ["z"]}}, "Step 2: “z” stands for two"),
        (
            {"step": "map_values", "columns": ["a"], "values": {"x": ["É t"], "y": ["et"]}, "is_near": True},
            "Step 2: “et” stands for two values.",
        ),
        (
            {"step": "map_values", "columns": ["a"], "values": {"x": ["!"]}, "is_near": True},
            "Step 2: “!” has no letter",
        ),
        ({"step": "extract", "column": "a", "pattern": "(?=b)"}, "Step 2: engines do not all read “(?=b)” alike"),
        ({"step": "join", "by": {"a": "b"}, "set": {"c": "d"}}, "Step 2: rows are joined from a source, or from a"),
    ],
)
def test_what_is_wrong_in_a_step_is_told_with_its_number(step, said):
    assert refusal({"step": "map", "columns": {"a": "b"}}, step)[0].startswith(said)


def test_every_fault_is_told_at_once():
    assert len(refusal({"step": "map"}, {"step": "zap"}, extra=1)) == 3


def test_an_input_has_steps_and_reads_one_thing():
    step = {"step": "map", "columns": {"a": "b"}}

    assert refusal() == ["“steps” holds too little."]
    for written in ({"source": ""}, {"dataset": "other"}, {"received": "visit"}, {"entity": "visit"}):
        assert refusal(step, **written) == [
            "an input reads a source, or what is received, or a dataset and perhaps one of its entities."
        ]


def test_a_step_about_all_rows_is_refused_in_an_input():
    assert "put it among the common steps" in refusal({"step": "deduplicate", "columns": ["a"]})[0]


def test_the_input_is_told_where_there_are_several():
    inputs = [{"source": "a", "steps": [{"step": "trim"}]}, {"source": "b", "steps": [{"step": "zap"}]}]

    with pytest.raises(RecipeRefused, match=r"^Input 2, step 1: there is no step “zap”"):
        Recipe.from_document({"inputs": inputs})
