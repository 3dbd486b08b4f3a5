"""The recipes of the tables of a dataset: their state, one of them changed, and who learns what they say."""

import pytest
from django.urls import reverse

from apps.datasets.design import Design, design_of
from apps.datasets.designing import change_design
from apps.datasets.merise.document import Attribute, Entity
from apps.datasets.models import Dataset

SERVICE = Entity(
    name="service",
    label="Services",
    attributes=(Attribute(name="code", is_identifier=True), Attribute(name="nom")),
)


@pytest.fixture
def with_services(towns) -> Dataset:
    """Towns, then services, which have no recipe yet."""
    design = design_of(towns)
    model = design.model.model_copy(update={"entities": (*design.model.entities, SERVICE)})
    return change_design(dataset=towns, design=Design(model=model, recipes=design.recipes), by=None)


def test_the_state_of_each_recipe_is_told(developer, with_services):
    page = developer.get(reverse("datasets:recipe", args=[with_services.slug]))

    assert [(each.entity.name, each.step_count) for each in page.context["chapters"]] == [("town", 2), ("service", 0)]
    assert "missing" in page.content.decode()


def test_a_column_read_by_right_is_not_named_by_the_recipe_of_a_public_dataset(client, public_towns):
    page = client.get(reverse("datasets:recipe", args=[public_towns.slug])).content.decode().lower()

    assert "mayor" not in page
    assert "maire" not in page
    assert "population" in page
