import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_english():
    translation.activate("en")
