import pytest
from django.utils import translation

from tests.datasets.recipes.engines import spark

__all__ = ["spark"]


@pytest.fixture(autouse=True)
def _in_english():
    translation.activate("en")
