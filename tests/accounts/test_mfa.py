"""The second factor: asked for, encrypted, recovered, required of some roles. Keys are tried in tests/e2e."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from redis import Redis

from apps.accounts.models import AuditEvent
from apps.accounts.roles import Role
from apps.accounts.second_factors import remove_second_factors
from tests.accounts.factories import PASSWORD, UserFactory, code_of, give_totp, recovery_code_of

pytestmark = pytest.mark.django_db

LOGIN = "/compte/connexion/"
SECOND = "/compte/connexion/deux-facteurs/"


def is_signed_in(browser):
    return "_auth_user_id" in browser.session


@pytest.mark.django_db(transaction=True)
def test_a_person_turns_it_on_with_the_code_of_their_application(client, sign_in, user):
    sign_in(user)
    page = client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]

    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})

    assert secret in page.content.decode()
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}
    assert AuditEvent.objects.filter(action="two_factor_added", actor=user).count() == 2


def test_the_secrets_are_encrypted_at_rest(user):
    secret = give_totp(user)

    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert secret not in stored
    assert recovery_code_of(user) not in stored


def test_the_password_alone_no_longer_opens(client, sign_in, user):
    give_totp(user)

    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})

    assert answer.headers["Location"] == SECOND
    assert not is_signed_in(client)


def test_a_key_is_asked_of_those_who_have_one_only(client, user):
    give_totp(user)

    page = client.post(LOGIN, {"login": user.email, "password": PASSWORD}, follow=True)

    assert "data-ceremony" not in page.content.decode()


def test_the_code_opens_and_the_event_names_both_factors(client, sign_in, user):
    secret = give_totp(user)
    sign_in(user)

    client.post(SECOND, {"code": code_of(secret)})

    assert is_signed_in(client)
    assert AuditEvent.objects.get(action="signed_in").details == {"methods": ["password", "totp"]}


def test_a_code_serves_once(client, sign_in, user):
    secret = give_totp(user)
    code = code_of(secret)
    sign_in(user)
    client.post(SECOND, {"code": code})
    other = type(client)()
    sign_in(user, browser=other)

    other.post(SECOND, {"code": code})

    assert not is_signed_in(other)


def test_a_code_is_remembered_as_long_as_it_is_valid(client, sign_in, user):
    secret = give_totp(user)
    code = code_of(secret)
    sign_in(user)
    client.post(SECOND, {"code": code})

    used = cache.make_key(TOTP(Authenticator.objects.get(user=user, type="totp"))._get_used_cache_key(code))

    assert is_signed_in(client)
    # Its own period of 30 s, the one before and the one after.
    assert Redis.from_url(settings.REDIS_URL).ttl(used) > 60


def test_a_recovery_code_opens_once(client, sign_in, user):
    give_totp(user)
    code = recovery_code_of(user)
    sign_in(user)
    client.post(SECOND, {"code": code})
    other = type(client)()
    sign_in(user, browser=other)

    other.post(SECOND, {"code": code})

    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_a_wrong_code_is_refused_and_recorded(client, sign_in, user):
    give_totp(user)
    sign_in(user)

    client.post(SECOND, {"code": "000000"})

    event = AuditEvent.objects.get(action="two_factor_failed")
    assert (event.actor, event.subject_id, event.details) == (None, str(user.pk), {"method": "totp"})


def test_the_second_page_is_closed_to_whoever_has_not_given_the_password(client):
    assert client.get(SECOND).headers["Location"] == LOGIN


def test_a_sensitive_page_asks_again_after_fifteen_minutes(client, sign_in, user, time_machine_at):
    sign_in(user)
    time_machine_at(minutes=16)

    answer = client.get(reverse("mfa_activate_totp"))

    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_proving_who_one_is_leads_back(client, sign_in, user, time_machine_at):
    sign_in(user)
    time_machine_at(minutes=16)
    asked = client.get(reverse("mfa_activate_totp"))

    answer = client.post(asked.headers["Location"], {"password": PASSWORD})

    assert answer.headers["Location"] == reverse("mfa_activate_totp")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_the_recovery_codes_are_shown_and_downloaded(client, sign_in, user):
    secret = give_totp(user)
    sign_in(user)
    client.post(SECOND, {"code": code_of(secret)})
    code = recovery_code_of(user)

    page = client.get(reverse("mfa_view_recovery_codes"))
    file = client.get(reverse("mfa_download_recovery_codes"))

    assert code in page.content.decode()
    assert code in file.content.decode().splitlines()


def test_an_administrator_removes_the_factors_of_who_lost_them(client, sign_in, user, administrator):
    give_totp(user)
    sign_in(administrator)

    client.post(
        reverse("admin:accounts_user_changelist"),
        {"action": "reset_second_factors", "_selected_action": [user.pk]},
    )

    assert not Authenticator.objects.filter(user=user).exists()
    event = AuditEvent.objects.get(action="two_factor_removed")
    assert (event.actor, event.subject_id) == (administrator, str(user.pk))


def test_removing_factors_that_are_not_there_is_not_recorded(user, administrator):
    assert remove_second_factors(user=user, by=administrator) == 0
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("path", ["/", "/compte/jetons/", "/admin/"])
def test_a_role_that_must_have_one_is_led_to_set_it_up(client, sign_in, settings, path):
    settings.MFA_REQUIRED_ROLES = [Role.ADMINISTRATOR]
    sign_in(UserFactory(role=Role.ADMINISTRATOR))

    answer = client.get(path)

    assert answer.headers["Location"] == reverse("mfa_index")


def test_a_key_that_is_none_is_refused(client, sign_in, user):
    sign_in(user)
    client.get(reverse("mfa_add_webauthn"))
    answer = {"clientDataJSON": "YQ", "attestationObject": "YQ"}
    credential = {"id": "YQ", "rawId": "YQ", "response": answer, "type": "public-key"}

    page = client.post(reverse("mfa_add_webauthn"), {"name": "mine", "credential": json.dumps(credential)})

    assert page.status_code == 200
    assert not Authenticator.objects.exists()


def test_a_role_that_must_have_one_works_once_it_has(client, sign_in, settings):
    settings.MFA_REQUIRED_ROLES = [Role.ADMINISTRATOR]
    user = UserFactory(role=Role.ADMINISTRATOR)
    secret = give_totp(user)
    sign_in(user)
    client.post(SECOND, {"code": code_of(secret)})

    assert client.get("/admin/").status_code == 200


def test_other_roles_are_left_alone(client, sign_in, settings, user):
    settings.MFA_REQUIRED_ROLES = [Role.ADMINISTRATOR]
    sign_in(user)

    assert client.get("/").status_code == 200
