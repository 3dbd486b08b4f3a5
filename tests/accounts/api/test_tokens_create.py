"""POST /api/v1/auth/tokens/: obtaining a token with a password."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.audit import fingerprint
from apps.accounts.models import ApiToken, AuditEvent
from apps.accounts.roles import Role
from tests.accounts.factories import PASSWORD, UserFactory, code_of, give_totp, issue, recovery_code_of

pytestmark = pytest.mark.django_db

TOKENS = "/api/v1/auth/tokens/"


@pytest.fixture
def ask(client, user):
    def ask(**fields):
        asked = {"email": user.email, "password": PASSWORD, "name": "import", "scopes": ["accounts:read"]} | fields
        return client.post(TOKENS, asked, content_type="application/json")

    return ask


def test_the_right_credentials_give_a_token_that_works(client, ask, bearer, user):
    answer = ask(lifetime_days=7)

    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert (told["name"], told["scopes"], told["state"]) == ("import", ["accounts:read"], "expiring")
    assert client.get("/api/v1/auth/me/", headers=bearer(told["token"])).json()["email"] == user.email
    assert ApiToken.objects.get().expiry - timezone.now() <= timedelta(days=7)


def test_a_dead_token_sent_along_does_not_get_in_the_way(client, ask, bearer, user):
    dead = issue(user, expired=True)
    asked = {"email": user.email, "password": PASSWORD, "name": "import", "scopes": ["accounts:read"]}

    answer = client.post(TOKENS, asked, content_type="application/json", headers=bearer(dead.secret))

    assert answer.status_code == 201


@pytest.mark.parametrize("fields", [{"password": "wrong"}, {"email": "nobody@example.org"}])
def test_wrong_credentials_read_the_same(ask, fields):
    answer = ask(**fields)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "credentials_refused")
    assert problem["detail"] == ask(password="also wrong").json()["detail"]


def test_a_refusal_is_recorded_without_the_email(ask, user):
    ask(password="wrong")

    event = AuditEvent.objects.get()
    assert (event.action, event.details["login"]) == ("token_refused", fingerprint(user.email))
    assert user.email not in str(event.as_row())


@pytest.mark.parametrize(("state", "code"), [({"is_active": False}, "credentials_refused")])
def test_an_inactive_account_is_refused_like_an_unknown_one(ask, state, code):
    user = UserFactory(**state)

    assert ask(email=user.email).json()["code"] == code


def test_an_unverified_email_is_refused(ask):
    user = UserFactory(is_verified=False)

    assert ask(email=user.email).json()["code"] == "email_not_verified"


def test_an_account_with_a_second_factor_is_asked_for_it(ask, user):
    give_totp(user)

    assert ask().json()["code"] == "two_factor_required"
    assert not ApiToken.objects.exists()


def test_the_need_of_a_second_factor_is_not_told_to_who_lacks_the_password(ask, user):
    give_totp(user)

    assert ask(password="wrong").json()["code"] == "credentials_refused"


def test_a_code_of_the_application_serves_once(ask, user):
    code = code_of(give_totp(user))

    assert [ask(code=code, name=name).status_code for name in "ab"] == [201, 400]


def test_a_role_that_must_have_a_second_factor_gets_no_token_without(ask, settings):
    settings.MFA_REQUIRED_ROLES = [Role.OPERATOR]
    operator = UserFactory(role=Role.OPERATOR)

    assert ask(email=operator.email).json()["code"] == "second_factor_missing"
    assert not ApiToken.objects.exists()


def test_a_recovery_code_will_do(ask, user):
    give_totp(user)

    assert ask(code=recovery_code_of(user)).status_code == 201


def test_a_wrong_code_is_refused(ask, user):
    give_totp(user)

    assert ask(code="000000").json()["code"] == "credentials_refused"


@pytest.mark.parametrize(
    "fields",
    [
        {"scopes": []},
        {"scopes": ["accounts:admin"]},
        {"scopes": "accounts:read"},
        {"lifetime_days": 0},
        {"lifetime_days": 91},
        {"lifetime_days": "30"},
        {"name": ""},
        {"name": "x" * 81},
        {"email": "not an e-mail"},
        {"is_staff": True},
        {"password": None},
    ],
)
def test_what_is_not_valid_is_told_before_any_password_is_tried(ask, fields):
    answer = ask(**fields)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not AuditEvent.objects.exists()


def test_a_name_that_is_taken_is_a_conflict(ask, user):
    issue(user, name="import")

    answer = ask()

    assert (answer.status_code, answer.json()["code"]) == (409, "token_name_taken")


def test_too_many_tokens_is_a_conflict(ask, user, settings):
    settings.API_TOKEN_MAX_PER_USER = 1
    issue(user)

    assert ask().json()["code"] == "too_many_tokens"


def test_one_account_cannot_be_tried_for_ever(client, ask):
    answers = [ask(password="wrong") for _number in range(21)]

    assert [answers[-2].status_code, answers[-1].status_code] == [400, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_right_password_waits_too(ask):
    for _number in range(20):
        ask(password="wrong")

    assert ask().status_code == 429


def test_one_address_cannot_try_many_accounts(ask):
    answers = [ask(email=f"person{number}@example.org") for number in range(21)]

    assert answers[-1].status_code == 429


def test_a_form_is_not_read(client):
    answer = client.post(TOKENS, {"email": "a@example.org", "password": "x"})

    assert answer.status_code == 415
