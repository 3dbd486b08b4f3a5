"""Finding datasets: words whatever their accents, facets that combine and are counted."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.datasets.finding import FACETS, Asked, choices_of, find
from apps.datasets.models import Dataset, RecipeDependency
from tests.api_matrix import person, token_of
from tests.collection.factories import SourceFactory
from tests.datasets.reading.tables import add_version, make_dataset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache")]

LIST = reverse("datasets:datasets")
NOW = timezone.now()


@pytest.fixture
def datasets() -> None:
    """Four datasets: two open ones under licences, an internal one, and one that is not published."""
    schools = make_dataset(name="Les écoles", slug="ecoles", description="Œuvres scolaires", licence="ODbL")
    roads = make_dataset(name="Voirie 100 %", slug="voirie", licence="Licence Ouverte")
    make_dataset(name="Vide", slug="vide")
    staff = make_dataset(name="Agents", slug="agents", visibility="internal", licence="ODbL")
    for dataset, days in ((schools, 0), (roads, 3), (staff, 400)):
        version = add_version(dataset)
        version.published_at = NOW - timedelta(days=days)
        version.save()
    for dataset, kind in ((schools, "file"), (roads, "rest"), (roads, "file")):
        entity, _is_new = dataset.entities.get_or_create(name="line")
        recipe = getattr(entity, "recipe", None) or entity._meta.apps.get_model("datasets.Recipe").objects.create(
            entity=entity
        )
        RecipeDependency.objects.create(recipe=recipe, source=SourceFactory(kind=kind))
    Dataset.objects.filter(slug="agents").update(created_by=person())


def slugs(viewer=None, *, words: str = "", **values: list[str]) -> list[str]:
    found = find(Asked(words=words, values=values), viewer or AnonymousUser(), now=NOW)
    return sorted(found.values_list("slug", flat=True))


def counts(name: str, viewer=None, *, words: str = "", **values: list[str]) -> dict[str, int]:
    facet = next(facet for facet in FACETS if facet.name == name)
    choices = choices_of(facet, Asked(words=words, values=values), viewer or AnonymousUser(), now=NOW)
    return {choice.value: choice.count for choice in choices}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ecoles", ["ecoles"]),
        ("ÉCOLE", ["ecoles"]),
        ("oeuvres", ["ecoles"]),
        ("scolaires les", ["ecoles"]),
        ("odbl", ["ecoles"]),
        ("100 %", ["voirie"]),
        ("_", []),
        ("agents", []),
        ("", ["ecoles", "vide", "voirie"]),
    ],
)
def test_words_are_all_to_be_there_whatever_their_accents(datasets, words, found):
    assert slugs(words=words) == found


def test_values_of_a_facet_widen_and_facets_narrow(datasets):
    insider = person(Role.AI_DEVELOPER)

    assert slugs(licence=["ODbL"]) == ["ecoles"]
    assert slugs(licence=["ODbL", "-"]) == ["ecoles", "vide"]
    assert slugs(licence=["ODbL"], freshness=["week"]) == []
    assert slugs(insider, licence=["ODbL"], readers=["internal"]) == ["agents"]
    assert slugs(insider, source_kind=["file"]) == ["ecoles", "voirie"]
    assert slugs(insider, source_kind=["rest", "file"], freshness=["week"]) == ["voirie"]
    assert slugs(freshness=["never"]) == ["vide"]


def test_values_are_counted_under_all_that_is_asked_but_their_own_facet(datasets):
    insider = person(Role.AI_DEVELOPER)

    assert counts("licence") == {"-": 1, "Licence Ouverte": 1, "ODbL": 1}
    assert counts("licence", insider) == {"ODbL": 2, "-": 1, "Licence Ouverte": 1}
    assert counts("licence", licence=["ODbL"], words="voirie") == {"Licence Ouverte": 1, "-": 0, "ODbL": 0}
    assert counts("freshness", insider) == {"day": 1, "week": 1, "older": 1, "never": 1}
    assert counts("readers", insider, licence=["ODbL"]) == {"public": 1, "internal": 1}
    assert counts("source_kind", insider) == {"file": 2, "rest": 1}
    assert counts("source_kind", insider, licence=["ODbL"]) == {"file": 1, "rest": 0}


def test_nothing_is_counted_of_what_one_may_not_see(datasets):
    assert "older" not in counts("freshness")


def test_a_facet_is_one_query(datasets, django_assert_num_queries):
    with django_assert_num_queries(1):
        counts("licence", words="a", freshness=["day"])


# --- The page -------------------------------------------------------------------------------------
def test_the_page_narrows_and_counts(client, datasets):
    page = client.get(f"{LIST}?licence=ODbL", headers={"accept-language": "en"}).content.decode()

    assert "Les écoles" in page
    assert "Voirie" not in page
    assert "Licence Ouverte (1)" in page
    assert "checked" in page


def test_a_value_that_is_no_longer_there_finds_nothing_and_can_be_taken_off(client, datasets):
    page = client.get(f"{LIST}?licence=Gone", headers={"accept-language": "en"}).content.decode()

    assert "No such dataset" in page
    assert "Gone (0)" in page


def test_facets_that_tell_of_what_one_may_not_see_are_not_shown(client, datasets):
    page = client.get(f"{LIST}?acces=internal&source=file").content.decode()

    assert 'name="acces"' not in page
    assert 'name="source"' not in page
    assert "Vide" in page


# --- Over REST ------------------------------------------------------------------------------------
def listed(query: dict, caller=None):
    api = APIClient()
    if caller:
        api.credentials(HTTP_AUTHORIZATION=caller.authorization)
    return api.get(f"/api/v1/datasets/?{urlencode(query, doseq=True)}")


def test_programs_find_by_the_same_words_and_facets(datasets):
    caller = token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"])

    def found(query: dict, caller=None) -> list[str]:
        return [each["slug"] for each in listed(query, caller).json()["results"]]

    assert found({"q": "ecole"}) == ["ecoles"]
    assert found({"licence": ["ODbL", "-"]}) == ["ecoles", "vide"]
    assert found({"freshness": "day"}) == ["ecoles"]
    assert found({"source_kind": "rest", "readers": "public"}, caller) == ["voirie"]


@pytest.mark.parametrize("query", [{"freshness": "soon"}, {"q": "x" * 101}, {"q": "\0"}])
def test_what_cannot_be_asked_is_refused_and_named(datasets, query):
    answer = listed(query)

    assert answer.status_code == 400
    if query != {"q": "\0"}:
        assert answer.json()["errors"][0]["parameter"] == next(iter(query))


@pytest.mark.parametrize("query", [{"readers": "public"}, {"source_kind": "file"}])
def test_facets_that_take_a_right_are_for_whoever_has_it(datasets, query):
    reader = token_of(person(), scopes=["datasets:read"])

    assert listed(query).status_code == 401
    assert listed(query, reader).status_code == 403
