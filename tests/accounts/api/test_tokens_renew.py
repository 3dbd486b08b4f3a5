"""POST /api/v1/auth/tokens/<id>/renew/: a new secret for the same token, never more rights."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.exceptions import TokenRefused
from apps.accounts.models import ApiToken, AuditEvent
from apps.accounts.roles import Role
from apps.accounts.tokens import renew_token
from tests.accounts.factories import UserFactory, issue

pytestmark = pytest.mark.django_db

ME = "/api/v1/auth/me/"


def renew(client, token, headers=None, **fields):
    path = f"/api/v1/auth/tokens/{token.pk}/renew/"
    return client.post(path, fields, content_type="application/json", headers=headers or {})


@pytest.mark.django_db(transaction=True)
def test_a_token_renews_itself_whatever_its_scopes(client, bearer, elsewhere_scope):
    issued = issue(UserFactory(), scopes=[elsewhere_scope])

    answer = renew(client, issued.token, bearer(issued.secret))

    told = answer.json()
    assert (answer.status_code, told["id"], told["scopes"]) == (200, str(issued.token.pk), [elsewhere_scope])
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(ME, headers=bearer(issued.secret)).status_code == 401
    assert client.get(ME, headers=bearer(told["token"])).status_code == 200


def test_a_secret_renews_itself_once_even_when_two_ask_at_once(user):
    first = second = issue(user).token

    renew_token(token=first, by=user, using=first)
    with pytest.raises(TokenRefused) as refusal:
        renew_token(token=second, by=user, using=second)

    assert refusal.value.code == "token_gone"


def test_the_lifetime_begins_again(client, bearer, user):
    issued = issue(user)

    renew(client, issued.token, bearer(issued.secret), lifetime_days=60)

    assert ApiToken.objects.get().expiry - timezone.now() > timedelta(days=59)


@pytest.mark.parametrize("days", [0, 91, "30", None])
def test_a_lifetime_that_is_not_possible_is_refused(client, bearer, user, days):
    issued = issue(user)

    answer = renew(client, issued.token, bearer(issued.secret), lifetime_days=days)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_token_cannot_get_the_secret_of_one_that_may_do_more(client, bearer, user, elsewhere_scope):
    stronger = issue(user, name="stronger", scopes=["accounts:write", elsewhere_scope])
    issued = issue(user, scopes=["accounts:write"])

    answer = renew(client, stronger.token, bearer(issued.secret))

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_escalation")
    assert ApiToken.objects.get(pk=stronger.token.pk).digest == stronger.token.digest


def test_a_token_renews_one_that_may_do_no_more(client, bearer, user):
    weaker = issue(user, name="weaker", scopes=["accounts:read"])
    issued = issue(user, scopes=["accounts:write"])

    assert renew(client, weaker.token, bearer(issued.secret)).status_code == 200


def test_reading_is_not_enough_to_renew_another(client, bearer, user):
    other = issue(user, name="other")
    issued = issue(user, scopes=["accounts:read"])

    answer = renew(client, other.token, bearer(issued.secret))

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


@pytest.mark.parametrize("role", [Role.USER, Role.OPERATOR, Role.ADMINISTRATOR])
def test_the_token_of_someone_else_is_not_there(client, bearer, role):
    other = issue(UserFactory())
    issued = issue(UserFactory(role=role), scopes=["accounts:write"])

    assert renew(client, other.token, bearer(issued.secret)).status_code == 404


def test_an_anonymous_program_is_refused(client, user):
    assert renew(client, issue(user).token).status_code == 401


def test_an_expired_token_does_not_renew_itself(client, bearer, user):
    issued = issue(user, expired=True)

    assert renew(client, issued.token, bearer(issued.secret)).status_code == 401


def test_it_is_recorded(client, bearer, user):
    issued = issue(user)

    renew(client, issued.token, bearer(issued.secret))

    event = AuditEvent.objects.get(action="token_renewed")
    assert (event.actor, event.subject_id) == (user, str(issued.token.pk))
