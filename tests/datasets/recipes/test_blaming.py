"""Which line of a recipe to look at, for a reason that rows were set aside for."""

import pytest

from apps.datasets.recipes.blaming import place_of
from apps.datasets.recipes.document import Recipe

RECIPE = Recipe.from_document(
    {
        "inputs": [
            {"source": "a", "steps": [{"step": "map", "columns": {"seen_on": "vu", "name": "nom", "age": "âge"}}]},
            {
                "source": "b",
                "steps": [
                    {"step": "map", "columns": {"seen_on": "vu", "name": "nom"}},
                    {"step": "parse_date", "columns": ["seen_on"], "formats": ["%d/%m/%Y"]},
                ],
            },
        ],
        "steps": [
            {"step": "trim", "columns": ["name"]},
            {"step": "filter", "where": "age > 1"},
            {"step": "deduplicate", "columns": ["name"]},
        ],
        "rules": [{"rule": "range", "name": "old enough", "columns": ["age"], "min": 1, "severity": "quarantine"}],
    }
)


@pytest.mark.parametrize(
    ("code", "names", "place"),
    [
        ("not_a_date", "seen_on", "inputs.1.steps.1"),
        ("missing", "name", "steps.0"),
        ("not_an_integer", "age", "inputs.0.steps.0"),
        ("filtered", "", "steps.1"),
        ("merged", "name", "steps.2"),
        ("rule_broken", "old enough", "rules.0"),
        ("rule_broken", "another", ""),
        ("missing", "nothing", ""),
    ],
)
def test_the_line_to_look_at(code, names, place):
    assert place_of(RECIPE, code, names) == place
