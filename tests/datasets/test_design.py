"""A dataset is made from others that whoever designs it may read, all of them."""

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.datasets.design import Design, design_of
from apps.datasets.designing import change_design, create_dataset
from apps.datasets.enums import Confidentiality
from apps.datasets.exceptions import RecipeRefused
from apps.datasets.forms.written import write_recipe
from apps.datasets.models import Dataset, Grant
from apps.datasets.recipes.document import Recipe
from tests.accounts.factories import UserFactory
from tests.datasets.factories import GRENOBLE, TOWNS, built, make_dataset, model_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

NAMES = {"step": "map", "columns": {name: name for name in TOWNS.names}}


@pytest.fixture
def developer():
    return UserFactory(role=Role.AI_DEVELOPER, language="en")


@pytest.fixture
def secret():
    dataset = make_dataset(GRENOBLE, name="Secret", slug="secret", visibility="restricted")
    built(dataset)
    return dataset


def made_from(slug):
    recipe = Recipe.from_document({"inputs": [{"dataset": slug, "steps": [NAMES]}]})
    return Design(model=model_of(TOWNS), recipes={TOWNS.name: recipe})


def test_one_that_they_may_not_see_is_not_there(secret, developer):
    with pytest.raises(RecipeRefused, match="there is no dataset “secret”"):
        create_dataset(name="Copy", design=made_from("secret"), by=developer)

    assert not Dataset.objects.filter(name="Copy").exists()


def test_one_that_they_see_in_part_is_refused(secret, developer):
    design = design_of(secret)
    town = design.model.entities[0]
    code = town.attributes[0].model_copy(update={"confidentiality": Confidentiality.RESTRICTED})
    whole = town.model_copy(update={"attributes": (code, *town.attributes[1:])})
    model = design.model.model_copy(update={"entities": (whole,)})
    change_design(dataset=secret, design=Design(model=model, recipes=design.recipes), by=None)
    Grant.objects.create(dataset=secret, user=developer, level=Confidentiality.INTERNAL)

    with pytest.raises(RecipeRefused, match="may not read all the columns"):
        create_dataset(name="Copy", design=made_from("secret"), by=developer)


def test_one_that_was_given_to_them_is_read(secret, developer):
    Grant.objects.create(dataset=secret, user=developer)

    copy = create_dataset(name="Copy", design=made_from("secret"), by=developer)

    assert [each.dataset for each in copy.entities.get().recipe.dependencies.all()] == [secret]


def test_trying_a_recipe_shows_no_row_of_what_one_may_not_see(secret, developer, client):
    other = make_dataset(GRENOBLE, name="Other", slug="other")
    client.force_login(developer)
    text = write_recipe(made_from("secret").recipes[TOWNS.name])

    page = client.post(
        reverse("datasets:recipe_change", args=[other.slug, TOWNS.name]),
        {"brouillon": '{"inputs": []}', "vue": "yaml", "yaml": text, "agir": "apercu"},
        headers={"accept-language": "en"},
    ).content.decode()

    assert "there is no dataset “secret”" in page
    assert "Grenoble" not in page


def test_a_recipe_that_reads_what_one_may_not_see_is_not_told(secret, client):
    create_dataset(name="Copy", slug="copy", visibility="public", design=made_from("secret"), by=None)

    page = client.get(reverse("datasets:recipe", args=["copy"]), headers={"accept-language": "en"}).content.decode()

    assert "It reads a dataset that you may not see" in page
    assert "secret" not in page


def test_the_house_makes_one_from_any(secret):
    assert create_dataset(name="Copy", design=made_from("secret"), by=None).pk
