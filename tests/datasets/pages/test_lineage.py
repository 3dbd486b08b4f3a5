"""The lineage tab: where the served version comes from, what is made from it, and who is told what."""

from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.roles import Role
from apps.datasets.building import build
from apps.datasets.design import Design
from apps.datasets.designing import create_dataset
from apps.datasets.models import Dataset
from apps.datasets.recipes.document import Recipe
from apps.datasets.restoring import request_restoration
from tests.datasets.factories import TOWNS, built, make_dataset, model_of, source_of
from tests.datasets.pages.conftest import GOOD

ENGLISH = {"accept-language": "en"}


def lineage(browser, dataset):
    return browser.get(reverse("datasets:lineage", args=[dataset.slug]), headers=ENGLISH)


def made_from(dataset, name, **fields) -> Dataset:
    steps = [{"step": "map", "columns": {column.name: column.name for column in TOWNS.columns}}]
    recipe = Recipe.from_document({"inputs": [{"dataset": dataset.slug, "steps": steps}]})
    design = Design(model=model_of(TOWNS), recipes={"town": recipe})
    return create_dataset(name=name, design=design, by=None, **fields)


def links(answer) -> set[str]:
    """Where the boxes of the drawing lead."""
    drawing = ElementTree.fromstring(answer.context["drawn"].svg)  # noqa: S314 -- ours
    return {link.get("href") for link in drawing.iter("{http://www.w3.org/2000/svg}a")}


def said(answer) -> list[str]:
    return list(answer.context["drawn"].sentences)


def test_it_goes_from_the_source_to_the_version_in_the_drawing_and_in_words(developer, towns):
    answer = lineage(developer, towns)

    version = towns.current_version
    assert said(answer) == [
        f"The source “{source_of(towns).name}” landed 1 segment, 2 rows.",
        f"The table “Communes” (2 rows) is made from “{source_of(towns).name}”.",
        f"Build no. {version.build_id} made it, by recipe no. 1.",
        "Version 1 has 2 rows.",
    ]
    assert links(answer) == {
        source_of(towns).get_absolute_url(),
        reverse("datasets:entity_rows", args=["communes", "town"]),
        version.build.get_absolute_url(),
        version.get_absolute_url(),
    }


def test_what_one_may_not_open_is_no_link(client, public_towns):
    answer = lineage(client, public_towns)

    assert source_of(public_towns).get_absolute_url() not in links(answer)
    assert public_towns.current_version.build.get_absolute_url() not in links(answer)
    assert "Recipe no. 1 made it." in said(answer)


def test_the_datasets_made_from_it_are_told_with_the_version_that_they_read(developer, towns):
    reader = made_from(towns, "Readers")
    waiting = made_from(towns, "Waiting")
    built(reader)

    answer = lineage(developer, towns)

    assert said(answer)[-2:] == [
        "The dataset “Readers” reads it: made from version 1.",
        "The dataset “Waiting” reads it: not made yet.",
    ]
    assert {reader.get_absolute_url(), waiting.get_absolute_url()} <= links(answer)


def test_a_dataset_that_reads_another_shows_which_version(developer, towns):
    reader = made_from(towns, "Readers")
    built(reader)

    answer = lineage(developer, reader)

    assert said(answer)[:2] == [
        "It reads version 1 of the dataset “Communes”.",
        "The table “Communes” (2 rows) is made from “Communes”.",
    ]


def test_a_dataset_that_one_may_not_see_is_not_there_on_either_side(client, towns):
    middle = made_from(towns, "Middle", visibility="public")
    built(middle)
    made_from(middle, "Secret")

    answer = lineage(client, middle)

    page = answer.content.decode()
    assert said(answer) == ["The table “Communes” has 2 rows.", "Recipe no. 1 made it.", "Version 1 has 2 rows."]
    assert "Secret" not in page
    assert towns.get_absolute_url() not in page


def test_a_version_that_was_restored_shows_which_it_was(developer, towns):
    first = towns.current_version
    built(towns, GOOD[0])
    build(build_id=request_restoration(version=first, by=None).pk)

    answer = lineage(developer, towns)

    assert "It restores version 1: its rows are those that were made then." in said(answer)
    assert first.get_absolute_url() in links(answer)


def test_before_anything_is_published_it_says_what_will_be_there(developer):
    page = lineage(developer, make_dataset(slug="empty")).content.decode()

    assert "A version comes first" in page


@pytest.mark.parametrize("role", list(Role))
def test_the_lineage_of_an_internal_dataset_is_for_those_who_see_datasets(as_role, towns, role):
    browser = as_role(role)

    answer = lineage(browser, towns)

    sees = answer.wsgi_request.user.has_perm("datasets.view_dataset")
    assert answer.status_code == (200 if sees else 404)


def test_it_takes_as_many_queries_whatever_is_made_from_it(developer, towns):
    built(made_from(towns, "First"))
    lineage(developer, towns)
    with CaptureQueriesContext(connection) as at_first:
        lineage(developer, towns)
    for name in ("Second", "Third", "Fourth"):
        built(made_from(towns, name))

    with CaptureQueriesContext(connection) as later:
        lineage(developer, towns)

    assert len(later) <= len(at_first)
