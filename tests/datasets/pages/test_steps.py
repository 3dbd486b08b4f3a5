"""A recipe followed step by step on its page; and what it is tried on."""

from base64 import b64decode
from dataclasses import replace

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.core.secrets import Secret
from apps.datasets import engine, stepping
from apps.datasets.design import Design, design_of
from apps.datasets.recipes.document import Recipe
from apps.datasets.sampling import reading_sample
from apps.datasets.schema import EntitySchema
from apps.datasets.stepping import follow, seen_in
from tests.datasets.factories import STEPS, TOWNS, model_of, source_of
from tests.datasets.recipes.cleaned import column


@pytest.fixture
def url(held_towns):
    return reverse("datasets:recipe_steps", args=[held_towns.slug, "town"])


def test_each_step_says_what_came_what_goes_on_and_why_not(developer, url):
    stages = developer.get(url).context["trial"].stages

    assert [(each.key, each.rows_in, each.rows_out) for each in stages] == [
        ("1-1", 4, 4),
        ("1-2", 4, 4),
        ("read", 4, 2),
        ("unique", 2, 2),
    ]
    told = {(reason.label, reason.column) for reason in stages[2].reasons}
    assert told == {("Required value missing", "Nom"), ("Not a number", "Habitants")}


def test_choosing_a_step_shows_the_rows_after_it(developer, url):
    page = developer.get(f"{url}?etape=1-1")

    (chosen,) = [each for each in page.context["trial"].stages if each.is_chosen]
    assert [title for title, _is_number in chosen.columns] == ["Code INSEE", "Nom", "Habitants", "Maire"]
    assert "Camille Arpent" in page.content.decode()


def test_a_step_that_is_not_there_chooses_nothing(developer, url):
    page = developer.get(f"{url}?etape=7-7")

    assert not any(each.is_chosen for each in page.context["trial"].stages)


@pytest.mark.parametrize("role", list(Role))
def test_it_asks_for_the_rights_to_read_what_was_set_aside(as_role, url, role):
    browser = as_role(role)
    person = browser.get("/").wsgi_request.user

    answer = browser.get(url)

    may = person.has_perm("datasets.view_build") and person.has_perm("collection.view_rejection")
    assert answer.status_code == (200 if may else 403)


def test_a_table_that_is_not_there_has_no_steps(developer, held_towns):
    answer = developer.get(reverse("datasets:recipe_steps", args=[held_towns.slug, "nothing"]))

    assert answer.status_code == 404


def test_looking_at_another_step_tries_nothing_again(developer, url, monkeypatch):
    developer.get(url)
    monkeypatch.setattr(engine, "trace", None)

    assert developer.get(f"{url}?etape=1-2").status_code == 200


class Kept(dict):
    """A cache whose values can be looked at."""

    def set(self, key, value, timeout):
        self[key] = value


def test_what_is_remembered_cannot_be_read_without_the_key(developer, url, monkeypatch):
    kept = Kept()
    monkeypatch.setattr(stepping, "cache", kept)
    developer.get(url)

    (value,) = kept.values()
    assert b"Camille Arpent" in b64decode(Secret(value).reveal())
    assert b"Camille Arpent" not in b64decode(value.removeprefix("v1:"), altchars="-_")


def test_another_recipe_is_tried_again(developer, held_towns):
    design = design_of(held_towns)
    schema, recipe = design.schema.main, design.recipes["town"]
    shorter = recipe.model_copy(
        update={"inputs": (recipe.inputs[0].model_copy(update={"steps": recipe.steps_of(0)[:1]}),)}
    )

    with reading_sample(design, "town") as read:
        assert len(follow(recipe, schema, read)) == len(follow(shorter, schema, read)) + 1


# --- Who sees which values ------------------------------------------------------------------------
PSEUDONYMS = Recipe.from_document(
    {
        "inputs": [{"source": "s", "steps": [{"step": "map", "columns": {"a": "a", "b": "b", "_c": "c"}}]}],
        "steps": [{"step": "pseudonymise", "columns": ["b"]}],
    }
)
THREE = EntitySchema(name="e", columns=(column("a"), column("b"), column("c")))


def test_whoever_may_not_read_a_column_sees_neither_names_before_pseudonyms_nor_working_columns():
    assert seen_in(PSEUDONYMS, THREE, frozenset({"c"})) == {"a"}


def test_whoever_may_read_all_sees_all():
    assert seen_in(PSEUDONYMS, THREE, frozenset()) is None


# --- What it is tried on --------------------------------------------------------------------------
LOOKUP = {"step": "lookup", "entity": "town", "by": {"code": "code"}, "set": {"name": "name"}}


def with_twins(dataset) -> Design:
    """A second table, which takes the names of the towns from the first."""
    before, source = design_of(dataset), source_of(dataset)
    steps = [{"step": "map", "columns": {"code": "Code", "population": "Population"}}, LOOKUP]
    recipe = Recipe.from_document({"inputs": [{"source": source.slug, "steps": steps}]})
    twin = replace(TOWNS, name="twin")
    model = model_of(TOWNS, twin)
    towns = Recipe.from_document({"inputs": [{"source": source.slug, "steps": STEPS}]})
    assert before.recipes
    return Design(model=model, recipes={"town": towns, "twin": recipe})


def test_what_is_looked_up_is_as_the_served_version_has_it(towns):
    with reading_sample(with_twins(towns), "twin", version=towns.current_version) as read:
        assert read["entity:town"].version == towns.current_version.pk
        assert read["entity:town"].digests == (towns.current_version.tables.get().sha256,)


def test_what_is_looked_up_is_made_for_the_trial_until_a_version_has_it(towns):
    design = with_twins(towns)

    with reading_sample(design, "twin") as read:
        *_steps, read_stage, _unique = follow(design.recipes["twin"], design.schema.entity("twin"), read)

    assert [row["name"] for row in read_stage.rows] == ["Grenoble", "Voiron"]


def test_what_is_looked_up_and_has_no_recipe_is_said(towns):
    design = with_twins(towns)
    without = Design(model=design.model, recipes={"twin": design.recipes["twin"]})

    with pytest.raises(KeyError, match="town"), reading_sample(without, "twin"):
        pass
