import pytest
import yaml

from apps.datasets.exceptions import RecipeRefused
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps import STEPS

WRITTEN = """
source: suivi-diabete
steps:
- columns: {patient: numéro de dossier, seen_on: date}
  step: map
- {step: trim}
- columns: [seen_on]
  formats: ['%d/%m/%Y', '%Y-%m-%d']
  step: parse_date
"""


def refusal(*steps, **document):
    with pytest.raises(RecipeRefused) as refused:
        Recipe.from_document({"source": "visits", "steps": list(steps)} | document)
    return [str(fault) for fault in refused.value.faults]


def test_a_recipe_is_written_back_as_it_was_read():
    document = yaml.safe_load(WRITTEN)

    recipe = Recipe.from_document(document)

    assert recipe.as_document() == document
    assert Recipe.from_document(recipe.as_document()) == recipe


def test_a_module_among_the_steps_is_a_step():
    assert {step.__name__ for step in STEPS} == {"Cast", "Fill", "Map", "ParseDate", "ParseNumber", "Trim"}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"step": "explode"}, "Step 2: there is no step “explode”. There are: cast, fill, map, parse_date"),
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
    ],
)
def test_what_is_wrong_in_a_step_is_told_with_its_number(step, said):
    assert refusal({"step": "map", "columns": {"a": "b"}}, step)[0].startswith(said)


def test_every_fault_is_told_at_once():
    assert len(refusal({"step": "map"}, {"step": "zap"}, extra=1)) == 3


def test_a_recipe_has_a_source_and_steps():
    assert len(refusal(source="")) == 2
