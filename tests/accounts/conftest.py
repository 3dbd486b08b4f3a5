"""Fixtures of the tests of accounts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.roles import Role
from tests.accounts.factories import PASSWORD, UserFactory


@pytest.fixture(autouse=True)
def _own_limits(own_cache):
    """Those of each test begin anew, and no token is remembered."""


@pytest.fixture
def user(db):
    return UserFactory()


@pytest.fixture
def administrator(db):
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def sign_in(client):
    """Sign in through the page, as people do; returns the browser."""

    def sign_in(user, password=PASSWORD, browser=client):
        browser.post(reverse("account_login"), {"login": user.email, "password": password})
        return browser

    return sign_in


@pytest.fixture
def bearer():
    """The header that carries a token."""
    return lambda secret: {"authorization": f"Bearer {secret}"}


@pytest.fixture
def time_machine_at(time_machine):
    """Go to some time from now: `time_machine_at(days=8)`. The clock then goes on."""

    def go(**later):
        time_machine.move_to(timezone.now() + timedelta(**later))

    return go
