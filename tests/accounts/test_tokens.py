"""Tokens: what they may do, for how long, and how fast they are forgotten."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from apps.accounts.closing import deactivate_account
from apps.accounts.exceptions import TokenRefused
from apps.accounts.models import ApiToken, AuditEvent
from apps.accounts.rights import grant_role
from apps.accounts.roles import Role
from apps.accounts.scopes import areas, covers
from apps.accounts.tasks import purge_expired_tokens
from apps.accounts.token_cache import recall, remember
from apps.accounts.tokens import create_token, renew_token, revoke_token
from tests.accounts.factories import UserFactory, issue

pytestmark = pytest.mark.django_db

ME = "/api/v1/auth/me/"


def status_with(client, bearer, secret):
    return client.get(ME, headers=bearer(secret)).status_code


def test_only_a_hash_of_the_secret_is_kept(user):
    issued = issue(user)

    (row,) = ApiToken.objects.values()
    assert issued.secret.startswith("ecl_")
    assert not any(issued.secret in str(value) for value in row.values())


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"lifetime": timedelta(days=91)}, "token_lifetime"),
        ({"lifetime": timedelta(0)}, "token_lifetime"),
        ({"lifetime": -timedelta(days=1)}, "token_lifetime"),
        ({"scopes": []}, "token_scope"),
        ({"scopes": ["core:write"]}, "token_scope"),
        ({"scopes": ["accounts:admin"]}, "token_scope"),
        ({"scopes": ["*"]}, "token_scope"),
    ],
)
def test_what_a_token_cannot_be_is_refused(user, asked, code):
    valid = {"name": "t", "scopes": ["accounts:read"], "lifetime": timedelta(days=1)}

    with pytest.raises(TokenRefused) as refusal:
        create_token(user=user, by=user, **valid | asked)

    assert refusal.value.code == code


def test_a_name_serves_once_per_person(user):
    issue(user, name="import")
    issue(UserFactory(), name="import")

    with pytest.raises(TokenRefused) as refusal:
        issue(user, name="import")

    assert refusal.value.code == "token_name_taken"


def test_a_person_holds_a_limited_number_of_live_tokens(user, settings):
    settings.API_TOKEN_MAX_PER_USER = 2
    issue(user, name="dead", expired=True)
    issue(user, name="1")
    issue(user, name="2")

    with pytest.raises(TokenRefused) as refusal:
        issue(user, name="3")

    assert refusal.value.code == "too_many_tokens"


@pytest.mark.django_db(transaction=True)
def test_the_limit_holds_when_two_ask_at_once(settings):
    settings.API_TOKEN_MAX_PER_USER = 1
    user, barrier, refused = UserFactory(), Barrier(2), []

    def ask(name):
        barrier.wait(timeout=60)
        try:
            issue(user, name=name)
        except TokenRefused as refusal:
            refused.append(refusal.code)
        finally:
            connections.close_all()

    threads = [Thread(target=ask, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert (ApiToken.objects.count(), refused) == (1, ["too_many_tokens"])


def test_renewing_keeps_everything_but_the_secret_and_the_expiry(user):
    issued = issue(user, days=10)
    ApiToken.objects.update(expiry=timezone.now() + timedelta(days=1), created=timezone.now() - timedelta(days=9))

    renewed = renew_token(token=issued.token, by=user)

    assert (renewed.token.pk, renewed.token.name, renewed.token.scopes) == (
        issued.token.pk,
        "a token",
        ["accounts:read"],
    )
    assert renewed.secret != issued.secret
    assert renewed.token.expiry - timezone.now() > timedelta(days=9, hours=23)


@pytest.mark.django_db(transaction=True)
def test_the_old_secret_dies_at_once_although_it_is_remembered(client, bearer):
    user = UserFactory()
    issued = issue(user)
    before = status_with(client, bearer, issued.secret)

    renewed = renew_token(token=issued.token, by=user)

    after = [status_with(client, bearer, secret) for secret in (issued.secret, renewed.secret)]
    assert (before, after) == (200, [401, 200])


@pytest.mark.django_db(transaction=True)
def test_a_revoked_token_is_refused_at_once_although_it_is_remembered(client, bearer):
    user = UserFactory()
    issued = issue(user)
    before = status_with(client, bearer, issued.secret)

    revoke_token(token=issued.token, by=user)

    assert (before, status_with(client, bearer, issued.secret)) == (200, 401)


@pytest.mark.django_db(transaction=True)
def test_deactivating_an_account_refuses_its_tokens_at_once(client, bearer):
    user = UserFactory()
    issued = issue(user)
    before = status_with(client, bearer, issued.secret)

    deactivate_account(user=user, by=None)

    assert (before, status_with(client, bearer, issued.secret)) == (200, 401)


@pytest.mark.django_db(transaction=True)
def test_what_a_request_remembers_while_an_account_is_being_closed_is_forgotten_too(client, bearer):
    user = UserFactory()
    issued = issue(user)
    as_before = ApiToken.objects.select_related("user").get()

    with transaction.atomic():
        deactivate_account(user=user, by=None)
        remember(as_before)

    assert status_with(client, bearer, issued.secret) == 401


@pytest.mark.django_db(transaction=True)
def test_a_new_right_is_seen_at_once(client, bearer):
    user = UserFactory()
    issued = issue(user)
    before = client.get(ME, headers=bearer(issued.secret)).json()["roles"]

    grant_role(user=user, role=Role.OPERATOR, by=None)

    after = client.get(ME, headers=bearer(issued.secret)).json()["roles"]
    assert (before, after) == (["user"], ["operator", "user"])


def test_a_token_deleted_by_hand_is_forgotten_within_fifteen_seconds(settings):
    assert 0 <= settings.API_TOKEN_CACHE_SECONDS <= 15


def test_without_a_memory_each_request_asks_the_database(client, bearer, user, settings):
    settings.API_TOKEN_CACHE_SECONDS = 0
    issued = issue(user)
    before = status_with(client, bearer, issued.secret)

    ApiToken.objects.all().delete()

    assert (before, status_with(client, bearer, issued.secret)) == (200, 401)


def test_what_is_remembered_holds_no_password(client, bearer, user):
    issued = issue(user)
    client.get(ME, headers=bearer(issued.secret))

    remembered = recall(issued.token.digest)
    assert "password" in remembered.user.get_deferred_fields()


def test_an_expired_token_is_refused_and_kept_for_its_owner_to_see(client, bearer, user):
    issued = issue(user, expired=True)

    assert status_with(client, bearer, issued.secret) == 401
    assert ApiToken.objects.get().state == ApiToken.State.EXPIRED


def test_a_token_that_expires_while_remembered_is_refused(client, bearer, user, time_machine_at):
    issued = issue(user)
    ApiToken.objects.update(expiry=timezone.now() + timedelta(seconds=2))
    before = status_with(client, bearer, issued.secret)

    time_machine_at(seconds=3)
    after = status_with(client, bearer, issued.secret)

    assert (before, after) == (200, 401)


def test_its_use_is_noted_at_most_once_a_minute(client, bearer, user, django_assert_num_queries):
    issued = issue(user)
    client.get(ME, headers=bearer(issued.secret))
    noted = ApiToken.objects.get().last_used_at

    with django_assert_num_queries(1):  # the roles of the owner
        client.get(ME, headers=bearer(issued.secret))

    assert noted is not None
    assert ApiToken.objects.get().last_used_at == noted


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ecl_",
        "Bearer ecl_" + "0" * 64,
        "Bearer " + "0" * 64,
        "Bearer a b",
        "Bearer écluse",
        "Token ecl_" + "0" * 64,
        "Basic dXNlcjpwYXNz",
    ],
)
def test_anything_else_in_the_header_is_refused(client, header):
    answer = client.get(ME, headers={"authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_does_not_open_the_api(client, sign_in, user):
    sign_in(user)

    assert client.get(ME).status_code == 401


@pytest.mark.parametrize(
    ("held", "wanted", "is_covered"),
    [
        (["a:read"], "a:read", True),
        (["a:read"], "a:write", False),
        (["a:write"], "a:read", True),
        (["a:write"], "b:read", False),
        (["ab:write"], "a:read", False),
        ([], "a:read", False),
    ],
)
def test_writing_includes_reading_and_nothing_else(held, wanted, is_covered):
    assert covers(held, wanted) is is_covered


def test_the_areas_are_the_apps_with_an_api_besides_core():
    labels = {area.label for area in areas()}

    assert "accounts" in labels
    assert "core" not in labels


def test_the_purge_deletes_what_expired_a_month_ago(user):
    for days, name in ((31, "old"), (29, "recent")):
        issued = issue(user, name=name)
        ApiToken.objects.filter(pk=issued.token.pk).update(expiry=timezone.now() - timedelta(days=days))

    count = purge_expired_tokens()

    assert count == 1
    assert ApiToken.objects.get().name == "recent"
    assert AuditEvent.objects.get(action="tokens_purged").details == {"count": 1}


def test_the_command_only_counts_unless_told_to_write(user, capsys):
    issued = issue(user)
    ApiToken.objects.filter(pk=issued.token.pk).update(expiry=timezone.now() - timedelta(days=40))

    call_command("purge_expired_tokens")
    counted = ApiToken.objects.count()
    call_command("purge_expired_tokens", "--write")

    assert (counted, ApiToken.objects.count()) == (1, 0)
    assert "1 expired tokens to delete" in capsys.readouterr().out


# --- The page -------------------------------------------------------------------------------------
def test_the_page_shows_the_secret_once(client, sign_in, user):
    sign_in(user)

    created = client.post(
        reverse("accounts:token_create"), {"name": "import", "scopes": ["accounts:read"], "lifetime": "30"}
    )
    listed = client.get(reverse("accounts:tokens"))

    assert "ecl_" in created.content.decode()
    assert created.headers["Cache-Control"].startswith("max-age=0")
    assert "import" in listed.content.decode()
    assert ApiToken.objects.get().token_key[:15] not in listed.content.decode()


def test_the_page_renews_and_revokes_one_s_own_tokens(client, sign_in, user):
    token = issue(user).token
    sign_in(user)

    renewed = client.post(reverse("accounts:token_renew", args=[token.pk]))
    revoked = client.post(reverse("accounts:token_revoke", args=[token.pk]))

    assert "ecl_" in renewed.content.decode()
    assert revoked.status_code == 302
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("action", ["token_renew", "token_revoke"])
@pytest.mark.parametrize("role", [Role.USER, Role.OPERATOR, Role.ADMINISTRATOR])
def test_the_page_does_not_know_the_tokens_of_others(client, sign_in, action, role):
    token = issue(UserFactory()).token
    sign_in(UserFactory(role=role))

    answer = client.post(reverse(f"accounts:{action}", args=[token.pk]))

    assert answer.status_code == 404
    assert ApiToken.objects.filter(pk=token.pk, digest=token.digest).exists()


def test_a_link_does_not_renew_or_revoke(client, sign_in, user):
    token = issue(user).token
    sign_in(user)

    client.get(reverse("accounts:token_renew", args=[token.pk]))
    client.get(reverse("accounts:token_revoke", args=[token.pk]))

    assert ApiToken.objects.get().digest == token.digest


def test_the_list_costs_the_same_whatever_the_number_of_tokens(client, sign_in, user):
    sign_in(user)
    issue(user, name="first")
    client.get(reverse("accounts:tokens"))
    with CaptureQueriesContext(connection) as with_one:
        client.get(reverse("accounts:tokens"))
    for number in range(15):
        issue(user, name=str(number))

    with CaptureQueriesContext(connection) as with_many:
        client.get(reverse("accounts:tokens"))

    assert len(with_many) == len(with_one)


def test_an_administrator_revokes_tokens_of_others_in_the_back_office(client, sign_in, user, administrator):
    token = issue(user).token
    sign_in(administrator)

    client.post(reverse("admin:accounts_apitoken_changelist"), {"action": "revoke", "_selected_action": [token.pk]})

    assert not ApiToken.objects.exists()
    assert AuditEvent.objects.get(action="token_revoked").actor == administrator


def test_the_data_protection_officer_sees_tokens_but_does_not_revoke_them(client, sign_in, user):
    token = issue(user).token
    sign_in(UserFactory(role=Role.DATA_PROTECTION_OFFICER))

    page = client.get(reverse("admin:accounts_apitoken_changelist"))
    client.post(reverse("admin:accounts_apitoken_changelist"), {"action": "revoke", "_selected_action": [token.pk]})

    assert page.status_code == 200
    assert token.digest not in page.content.decode()
    assert ApiToken.objects.exists()


def test_an_empty_list_has_one_thing_to_do(client, sign_in, user):
    sign_in(user)

    page = client.get(reverse("accounts:tokens")).content.decode()

    assert page.count(reverse("accounts:token_create")) == 1


def test_scopes_are_shown_in_words(client, sign_in, user):
    issue(user)
    ApiToken.objects.update(scopes=["accounts:read", "gone:write"])
    sign_in(user)

    with override("en"):
        labels = ApiToken.objects.get().scope_labels

    assert labels == ["Accounts: read", "gone:write"]
    assert "accounts:read" not in client.get(reverse("accounts:tokens")).content.decode()
