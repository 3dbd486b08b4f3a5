"""GET /api/v1/auth/tokens/, /api/v1/auth/tokens/<id>/ and /api/v1/auth/me/: what is told, and to whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role
from tests.accounts.factories import UserFactory, issue

pytestmark = pytest.mark.django_db

TOKENS = "/api/v1/auth/tokens/"
ME = "/api/v1/auth/me/"


@pytest.mark.parametrize("path", [TOKENS, ME, f"{TOKENS}0f8fad5b-d9cb-469f-a165-70867728950e/"])
def test_an_anonymous_program_is_refused(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("role", [Role.USER, Role.OPERATOR, Role.ADMINISTRATOR])
def test_whatever_the_role_one_sees_one_s_own_tokens_alone(client, bearer, role):
    issue(UserFactory(), name="not mine")
    issued = issue(UserFactory(role=role), name="mine")

    listed = client.get(TOKENS, headers=bearer(issued.secret)).json()["results"]

    assert [token["name"] for token in listed] == ["mine"]


def test_the_token_of_someone_else_is_not_there(client, bearer, user):
    other = issue(UserFactory())
    issued = issue(user)

    answer = client.get(f"{TOKENS}{other.token.pk}/", headers=bearer(issued.secret))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_neither_secret_nor_digest_is_told(client, bearer, user):
    issued = issue(user)

    text = client.get(TOKENS, headers=bearer(issued.secret)).content.decode()

    for hidden in (issued.secret, issued.token.digest, issued.token.token_key):
        assert hidden not in text


def test_a_token_may_read_itself_whatever_its_scopes(client, bearer, user, elsewhere_scope):
    issued = issue(user, scopes=[elsewhere_scope])

    statuses = [
        client.get(path, headers=bearer(issued.secret)).status_code
        for path in (f"{TOKENS}{issued.token.pk}/", ME, TOKENS)
    ]

    assert statuses == [200, 200, 403]


@pytest.mark.parametrize(("scope", "status"), [("accounts:read", 200), ("accounts:write", 200)])
def test_the_list_asks_for_a_scope(client, bearer, user, scope, status):
    issued = issue(user, scopes=[scope])

    assert client.get(TOKENS, headers=bearer(issued.secret)).status_code == status


def test_who_am_i_tells_the_account_and_the_token(client, bearer):
    user = UserFactory(role=Role.OPERATOR, language="en")
    issued = issue(user)

    told = client.get(ME, headers=bearer(issued.secret)).json()

    assert (told["email"], told["roles"], told["language"]) == (user.email, ["operator", "user"], "en")
    assert told["token"]["id"] == str(issued.token.pk)
    assert "password" not in str(told)


def test_the_list_costs_the_same_whatever_the_number_of_tokens(client, bearer, user, settings):
    settings.API_TOKEN_CACHE_SECONDS = 0
    issued = issue(user)
    client.get(TOKENS, headers=bearer(issued.secret))
    with CaptureQueriesContext(connection) as with_one:
        client.get(TOKENS, headers=bearer(issued.secret))
    for number in range(15):
        issue(user, name=str(number))

    with CaptureQueriesContext(connection) as with_many:
        client.get(TOKENS, headers=bearer(issued.secret))

    assert len(with_many) == len(with_one)


def test_long_lists_come_page_by_page(client, bearer, user):
    issued = issue(user)
    for number in range(4):
        issue(user, name=str(number))

    first = client.get(TOKENS, {"limit": 3}, headers=bearer(issued.secret)).json()
    second = client.get(first["next"], headers=bearer(issued.secret)).json()

    assert [token["name"] for token in first["results"] + second["results"]] == ["3", "2", "1", "0", "a token"]
