"""Programs that call the API: with a token, or without."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.scopes import scope_choices
from tests.accounts.factories import UserFactory, issue


@pytest.fixture(autouse=True)
def _own_limits(own_cache: None) -> None:
    """Those of each test begin anew."""


@pytest.fixture
def api() -> APIClient:
    """A program that reads English and has no token. Errors of the server are answered, as in production."""
    return APIClient(raise_request_exception=False, headers={"Accept-Language": "en"})


@pytest.fixture
def person(db: None) -> User:
    """Their e-mail is not verified, so that no example obtains a token with their password."""
    return UserFactory(email="camille@example.org", name="Camille", is_verified=False)


@pytest.fixture
def secret_of() -> Callable[..., str]:
    """A token of theirs with every scope."""

    def make(user: User, name: str = "test") -> str:
        return issue(user, scopes=[code for code, _label in scope_choices()], name=name).secret

    return make


@pytest.fixture
def signed_in(api: APIClient, person: User, secret_of: Callable[..., str]) -> APIClient:
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret_of(person)}")
    return api
