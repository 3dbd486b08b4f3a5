import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from apps.datasets.enums import BuildMode
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps import STEPS

PAGE = (Path(settings.BASE_DIR) / "docs" / "recipes.md").read_text()
EXAMPLES = [yaml.safe_load(each) for each in re.findall(r"`(\{step: .+?\})`", PAGE)]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_of_the_documentation_is_a_step(example):
    place = "steps" if example["step"] == "deduplicate" else "inputs"
    take = {"step": "map", "columns": {"a": "b"}}
    document = {"inputs": [{"source": "s", "steps": [take, *([example] if place == "inputs" else [])]}]}

    recipe = Recipe.from_document(document | ({"steps": [example]} if place == "steps" else {}))

    assert recipe.steps_of(0)[-1].step == example["step"]


def test_the_whole_examples_are_recipes():
    looking_up, updating = (
        Recipe.from_document(yaml.safe_load(written)) for written in re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)
    )

    assert looking_up.needs == ("entity:service",)
    assert updating.mode == BuildMode.UPSERT


def test_each_step_is_documented():
    assert {each["step"] for each in EXAMPLES} == {step.model_fields["step"].annotation.__args__[0] for step in STEPS}
