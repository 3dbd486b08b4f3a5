"""The page of a source goes on with the datasets that are made from it."""

import pytest
from django.test import Client

from apps.accounts.roles import Role
from apps.core.gates import GateState
from tests.api_matrix import person
from tests.datasets.factories import make_dataset, source_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


def test_the_flight_of_a_source_goes_on_with_its_datasets():
    dataset = make_dataset()
    browser = Client()
    browser.force_login(person(Role.AI_DEVELOPER))

    answer = browser.get(source_of(dataset).get_absolute_url())

    last = answer.context["stages"][-1]
    assert (str(last.label), last.url) == (dataset.name, dataset.get_absolute_url())
    assert last.gate == GateState.WAITING
    assert last.figure == ""
