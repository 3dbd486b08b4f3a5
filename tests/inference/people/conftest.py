"""Each test asks from a process that has loaded nothing yet, in English, from a lake of its own."""

import pytest
from django.utils import translation

from apps.accounts.roles import Role
from apps.inference.serving.callers import CALLERS
from apps.inference.serving.quotas import QUOTAS
from apps.inference.serving.slots import SLOTS
from tests.accounts.factories import UserFactory
from tests.datasets.conftest import lake_folder, no_table_left

__all__ = ["lake_folder", "no_table_left"]


@pytest.fixture(autouse=True)
def _nothing_remembered(own_cache, lake_folder, settings):
    translation.activate("en")
    settings.SERVING_POLL_SECONDS = 0  # nothing is watched from a thread: each request looks by itself
    for each in (SLOTS, QUOTAS, CALLERS):
        each.forget()
    yield
    for each in (SLOTS, QUOTAS, CALLERS):
        each.forget()


@pytest.fixture
def as_role(client):
    """The browser, signed in as someone of this role: `as_role(Role.OPERATOR)`."""

    def sign_in(role: Role):
        client.person = UserFactory(role=role, language="en")
        client.force_login(client.person)
        return client

    return sign_in


@pytest.fixture
def browser(client):
    """Of nobody in particular, who reads English."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
