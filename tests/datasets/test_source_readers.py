"""The page of a source goes on with the datasets that are made from it."""

import pytest

from apps.accounts.roles import Role
from apps.collection.readers import stages_after
from apps.core.gates import GateState
from tests.api_matrix import person
from tests.datasets.factories import make_dataset, source_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


def test_the_flight_of_a_source_goes_on_with_its_datasets():
    dataset = make_dataset()

    (stage,) = stages_after(source_of(dataset), viewer=person(Role.AI_DEVELOPER))

    assert (str(stage.label), stage.url) == (dataset.name, dataset.get_absolute_url())
    assert stage.gate == GateState.WAITING


def test_a_dataset_that_one_may_not_see_is_not_told():
    dataset = make_dataset()

    assert stages_after(source_of(dataset), viewer=person()) == []
