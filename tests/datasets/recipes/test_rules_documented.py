"""The examples of `docs/quality-rules.md`: they are read, and fit."""

import re
from pathlib import Path

import yaml
from django.conf import settings

from apps.datasets.enums import ColumnType
from apps.datasets.recipes.checking import check
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.expressions import FUNCTIONS, kind_over
from apps.datasets.recipes.rules import RULES
from apps.datasets.schema import DatasetSchema, EntitySchema
from tests.datasets.recipes.cleaned import column

TEXT = (Path(settings.BASE_DIR) / "docs" / "quality-rules.md").read_text(encoding="utf-8")
VISIT = EntitySchema(
    name="visit",
    columns=(
        column("patient"),
        column("age", ColumnType.INTEGER),
        column("weight", ColumnType.FLOAT),
        column("city"),
        column("seen_on", ColumnType.DATE),
        column("band"),
        column("amount", ColumnType.DECIMAL),
        column("tax", ColumnType.DECIMAL),
        column("total", ColumnType.DECIMAL),
    ),
)
DATASET = DatasetSchema(entities=(VISIT, EntitySchema(name="town", columns=(column("name", is_key=True),))))


def examples(kind):
    found = re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found


def test_every_example_is_a_recipe_or_rules_that_fit():
    (document,) = map(yaml.safe_load, examples("yaml recipe"))
    documents = [document, *(document | {"rules": yaml.safe_load(each)} for each in examples("yaml rules"))]

    for each in documents:
        recipe = Recipe.from_document(each)
        known = [column.name for column in VISIT.columns if column.name not in ("amount", "tax", "total")]
        schema = EntitySchema(name="visit", columns=tuple(map(VISIT.column, known)))
        asks_for_sums = any("total" in rule.looked_at for rule in recipe.rules)
        if not asks_for_sums:
            check(recipe, schema, [None], {}, DATASET)
        assert not [objection for rule in recipe.rules for objection in rule.check(VISIT, DATASET)]


def test_every_example_of_an_expression_has_a_meaning():
    for text in examples("expression")[0].splitlines():
        assert kind_over(text, VISIT.columns)[1] == "", text


def test_every_rule_and_every_function_is_told():
    for kind in RULES:
        assert f"`{kind.model_fields['rule'].annotation.__args__[0]}: " in TEXT
    for name in FUNCTIONS:
        assert re.search(rf"`{name}[`(]", TEXT), name
