"""A lake of its own, and no table left, for each test that asks for it."""

import pytest
from django.db import connection
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_english():
    """What acts say is told in the language of the moment; pages and programs still say theirs."""
    translation.activate("en")


@pytest.fixture
def lake_folder(settings, tmp_path):
    """Where the lake is, empty."""
    location = tmp_path / "lake"
    lake = settings.STORAGES["lake"]
    settings.STORAGES = settings.STORAGES | {"lake": lake | {"OPTIONS": {"location": location}}}
    return location


@pytest.fixture
def no_table_left(transactional_db):
    """For tests that commit: what Django empties after each does not count the tables of datasets."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA data CASCADE")
        cursor.execute("CREATE SCHEMA data")
