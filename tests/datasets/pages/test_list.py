"""The list: who sees which datasets, what it says of each, what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.roles import Role
from apps.datasets.models import Dataset
from tests.datasets.factories import GRENOBLE, make_dataset

LIST = reverse("datasets:datasets")


def test_an_anonymous_person_sees_the_public_ones_only(client, public_towns):
    make_dataset(GRENOBLE, name="Secrets")

    page = client.get(LIST).content.decode()

    assert "Communes" in page
    assert "Secrets" not in page


def test_without_a_public_dataset_an_anonymous_person_is_told_so(client, towns):
    page = client.get(LIST, headers={"accept-language": "en"}).content.decode()

    assert "No public dataset" in page
    assert reverse("account_login") in page


def test_the_state_of_the_last_build_is_told_to_whoever_sees_builds(as_role, held_towns):
    page = as_role(Role.OPERATOR).get(LIST, headers={"accept-language": "en"}).content.decode()

    assert "state is-bad" in page


def test_a_reader_without_builds_is_told_of_the_version_alone(as_role, held_towns):
    page = as_role(Role.WATCH_EDITOR).get(LIST).content.decode()

    assert "state is-ok" in page
    assert "state is-bad" not in page


@pytest.mark.parametrize(("query", "is_found"), [("q=comm", True), ("q=zzz", False), ("etat=fermee", True)])
def test_words_and_states_filter(developer, held_towns, query, is_found):
    page = developer.get(f"{LIST}?{query}").content.decode()

    assert (held_towns.get_absolute_url() in page) is is_found


def test_it_sorts_by_rows_both_ways(developer, towns):
    make_dataset(GRENOBLE, name="Abymes")

    down = developer.get(f"{LIST}?tri=-nom").content.decode()
    up = developer.get(f"{LIST}?tri=nom").content.decode()

    assert down.index(">Communes<") < down.index(">Abymes<")
    assert up.index(">Abymes<") < up.index(">Communes<")


def test_it_costs_the_same_whatever_the_number_of_datasets(developer, towns):
    developer.get(LIST)
    with CaptureQueriesContext(connection) as with_one:
        developer.get(LIST)
    for number in range(5):
        make_dataset(GRENOBLE, name=f"More {number}")

    with CaptureQueriesContext(connection) as with_six:
        developer.get(LIST)

    assert Dataset.objects.count() == 6
    assert len(with_six) == len(with_one)
