"""Programs that collect: a client with the token of someone who works with sources."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.collection.tasks import collect_run
from tests.api_matrix import person, token_of

BOTH = ["collection:write"]


@pytest.fixture(autouse=True)
def _own_limits(own_cache):
    """Those of each test begin anew."""


@pytest.fixture
def developer(db):
    return person(Role.AI_DEVELOPER)


@pytest.fixture
def api(developer):
    """A program that reads English, with the token of an AI developer."""
    client = APIClient(headers={"Accept-Language": "en"})
    client.credentials(HTTP_AUTHORIZATION=token_of(developer, scopes=BOTH).authorization)
    return client


@pytest.fixture
def handed_out(monkeypatch, django_capture_on_commit_callbacks):
    """What is handed to workers once the request is committed: the numbers of runs."""
    sent = []
    monkeypatch.setattr(collect_run, "delay", sent.append)

    def during(act):
        with django_capture_on_commit_callbacks(execute=True):
            answer = act()
        return answer, sent

    return during
