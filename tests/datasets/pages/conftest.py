"""Datasets as their pages find them: one published, then held at its gate; people of each role."""

from dataclasses import replace

import pytest

from apps.accounts.roles import Role
from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.models import Dataset
from apps.datasets.schema import ColumnSchema
from tests.accounts.factories import UserFactory
from tests.datasets.factories import GRENOBLE, NAMELESS, STEPS, TOWNS, UNCOUNTED, VOIRON, built, make_dataset

MAYOR = ColumnSchema(name="mayor", type=ColumnType.TEXT, label="Maire", personal_data=PersonalData.DIRECT)
WITH_MAYORS = replace(TOWNS, columns=(*TOWNS.columns, MAYOR))
TAKEN = [{"step": "map", "columns": {**STEPS[0]["columns"], "mayor": "Maire"}}, {"step": "trim"}]
GOOD = ({**GRENOBLE, "Maire": "Camille Arpent"}, {**VOIRON, "Maire": ""})
BAD = ({**NAMELESS, "Maire": "=1+1"}, {**UNCOUNTED, "Maire": ""})


@pytest.fixture(autouse=True)
def _own_cache(own_cache):
    """No profile is remembered from one test to the next."""


@pytest.fixture
def towns(lake_folder, no_table_left) -> Dataset:
    """Internal, published once; its column `mayor` is directly identifying."""
    dataset = make_dataset(*GOOD, schema=WITH_MAYORS, steps=TAKEN, name="Communes", slug="communes")
    built(dataset)
    return dataset


@pytest.fixture
def public_towns(towns) -> Dataset:
    Dataset.objects.filter(pk=towns.pk).update(visibility="public")
    towns.refresh_from_db()
    return towns


@pytest.fixture
def held_towns(towns) -> Dataset:
    """Read on version 1; the build of the second set aside two rows of four, and waits."""
    built(towns, *GOOD, *BAD)
    return towns


@pytest.fixture
def as_role(client):
    """The browser, signed in as someone of this role: `as_role(Role.OPERATOR)`."""

    def sign_in(role: Role):
        client.force_login(UserFactory(role=role, language="en"))
        return client

    return sign_in


@pytest.fixture
def developer(as_role, towns):
    return as_role(Role.AI_DEVELOPER)
