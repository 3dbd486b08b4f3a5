"""A recipe changed one line at a time: documents that become others, and stay as they were."""

from copy import deepcopy

import pytest

from apps.datasets import recipe_drafts

MAP, TRIM = {"step": "map", "columns": {"a": "b", "_c": "d"}}, {"step": "trim"}
RECIPE = {"inputs": [{"source": "s", "steps": [MAP, TRIM]}]}


@pytest.mark.parametrize(
    "change",
    [
        lambda recipe: recipe_drafts.with_new(recipe, "rules", {"rule": "unique"}),
        lambda recipe: recipe_drafts.with_item(recipe, "inputs.0.steps.1", MAP),
        lambda recipe: recipe_drafts.without(recipe, "inputs.0"),
        lambda recipe: recipe_drafts.moved(recipe, "inputs.0.steps.0", by=1),
        lambda recipe: list(recipe_drafts.places(recipe)),
    ],
)
def test_nothing_changes_the_document_that_it_is_given(change):
    given = deepcopy(RECIPE)

    change(given)

    assert given == RECIPE


def test_its_lines_are_in_the_order_in_which_it_is_read():
    document = RECIPE | {"steps": [TRIM], "rules": [{"rule": "unique"}]}

    assert [place for _within, place in recipe_drafts.places(document)] == [
        "inputs.0.steps.0",
        "inputs.0.steps.1",
        "steps.0",
        "rules.0",
    ]


def test_what_takes_columns_is_added_before_what_works_on_them():
    changed, place = recipe_drafts.with_new({"inputs": [{"source": "s", "steps": [TRIM]}]}, "inputs.0.steps", MAP)

    assert place == "inputs.0.steps.0"
    assert changed["inputs"][0]["steps"] == [MAP, TRIM]


def test_a_line_at_an_end_stays_there():
    assert recipe_drafts.moved(RECIPE, "inputs.0.steps.0", by=-1) == RECIPE


def test_working_columns_are_those_that_steps_name():
    assert recipe_drafts.working_columns(RECIPE) == ["_c"]


@pytest.mark.parametrize(
    "place", ["inputs.0.steps.9", "rules.0", "steps.x", "nothing.0", "", "inputs.7.steps.0", "rules.-1"]
)
def test_a_place_that_is_not_there_is_refused(place):
    with pytest.raises(LookupError):
        recipe_drafts.item_at(RECIPE, place)
