"""DELETE /api/v1/auth/tokens/<id>/: refused from now on."""

import pytest

from apps.accounts.models import ApiToken, AuditEvent
from apps.accounts.roles import Role
from tests.accounts.factories import UserFactory, issue

pytestmark = pytest.mark.django_db


def revoke(client, token, headers=None):
    return client.delete(f"/api/v1/auth/tokens/{token.pk}/", headers=headers or {})


@pytest.mark.django_db(transaction=True)
def test_a_token_revokes_itself_whatever_its_scopes(client, bearer, elsewhere_scope):
    issued = issue(UserFactory(), scopes=[elsewhere_scope])

    answer = revoke(client, issued.token, bearer(issued.secret))

    assert (answer.status_code, answer.content) == (204, b"")
    assert revoke(client, issued.token, bearer(issued.secret)).status_code == 401


def test_writing_revokes_another_of_one_s_tokens(client, bearer, user):
    other = issue(user, name="other")
    issued = issue(user, scopes=["accounts:write"])

    revoke(client, other.token, bearer(issued.secret))

    assert ApiToken.objects.get() == issued.token
    assert AuditEvent.objects.get(action="token_revoked").subject_id == str(other.token.pk)


def test_reading_is_not_enough_to_revoke_another(client, bearer, user):
    other = issue(user, name="other")
    issued = issue(user, scopes=["accounts:read"])

    assert revoke(client, other.token, bearer(issued.secret)).status_code == 403


@pytest.mark.parametrize("role", [Role.USER, Role.OPERATOR, Role.ADMINISTRATOR])
def test_the_token_of_someone_else_is_not_there(client, bearer, role):
    other = issue(UserFactory())
    issued = issue(UserFactory(role=role), scopes=["accounts:write"])

    assert revoke(client, other.token, bearer(issued.secret)).status_code == 404
    assert ApiToken.objects.filter(pk=other.token.pk).exists()


def test_an_anonymous_program_is_refused(client, user):
    assert revoke(client, issue(user).token).status_code == 401


def test_revoking_twice_is_not_there(client, bearer, user):
    other = issue(user, name="other")
    issued = issue(user, scopes=["accounts:write"])

    statuses = [revoke(client, other.token, bearer(issued.secret)).status_code for _time in range(2)]

    assert statuses == [204, 404]
