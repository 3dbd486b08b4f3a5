"""One's own data: the export, the deletion, the sessions."""

import json

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.urls import reverse

from apps.accounts.models import ApiToken, AuditEvent, User
from apps.accounts.personal_data import DECLARED, erase_users
from apps.accounts.roles import Role
from apps.core.declarations import Person
from tests.accounts.factories import UserFactory, give_totp, issue

pytestmark = pytest.mark.django_db


def export(client):
    return json.loads(client.post(reverse("accounts:my_data_export")).content)


def test_the_export_says_what_is_kept_why_and_for_how_long(client, sign_in, user):
    issue(user, name="import")
    sign_in(user)

    records = export(client)["records"]

    assert all(kind["purpose"] and kind["retention"] for kind in records)
    text = json.dumps(records)
    assert all(known in text for known in (user.email, user.name, "import", "127.0.0.1", "signed_in"))


def test_the_export_holds_no_secret(client, sign_in, user):
    secret = give_totp(user)
    issued = issue(user)
    user.authenticator_set.all().filter(type="totp").delete()
    sign_in(user)

    text = json.dumps(export(client))

    for hidden in (user.password, secret, issued.secret, issued.token.digest, issued.token.token_key):
        assert hidden not in text


def test_the_export_holds_nothing_of_others(client, sign_in, user):
    other = UserFactory(name="Someone else")
    issue(other, name="not mine")
    sign_in(user)

    text = json.dumps(export(client))

    assert not any(known in text for known in (other.email, other.name, "not mine"))


def test_the_export_is_recorded(client, sign_in, user):
    sign_in(user)

    export(client)

    assert AuditEvent.objects.get(action="personal_data_exported").actor == user


@pytest.mark.parametrize("name", ["my_data_export", "delete"])
def test_both_ask_again_who_one_is(client, sign_in, user, time_machine_at, name):
    sign_in(user)
    time_machine_at(minutes=16)

    answer = client.post(reverse(f"accounts:{name}"))

    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert User.objects.filter(pk=user.pk).exists()


def test_deleting_one_s_account_takes_everything_and_leaves_the_trail(client, sign_in, user):
    issue(user)
    sign_in(user, browser=type(client)())
    sign_in(user)

    answer = client.post(reverse("accounts:delete"))

    assert answer.headers["Location"] == reverse("home")
    assert not User.objects.filter(pk=user.pk).exists()
    assert not ApiToken.objects.exists()
    assert not Session.objects.exclude(session_key=client.session.session_key).exists()
    assert AuditEvent.objects.get(action="account_deleted").details == {"by_its_owner": True}
    assert not AuditEvent.objects.exclude(actor=None).exists()


def test_a_deleted_account_leaves_its_name_nowhere(client, sign_in, user, administrator):
    issue(user, name=f"laptop of {user.name}")
    sign_in(administrator)
    corrected = {"name": user.name, "language": "en", "time_zone": "UTC", "is_active": "on"}
    client.post(reverse("admin:accounts_user_change", args=[user.pk]), corrected)
    assert LogEntry.objects.filter(object_repr=user.name).exists()

    client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})

    rows = [str(model.objects.values()) for model in apps.get_models() if model.objects.exists()]
    assert rows
    assert not [row for row in rows if user.name in row or user.email in row]


def test_a_link_deletes_nothing(client, sign_in, user):
    sign_in(user)

    client.get(reverse("accounts:delete"))

    assert User.objects.filter(pk=user.pk).exists()


def test_the_last_administrator_cannot_delete_their_account(client, sign_in):
    administrator = UserFactory(role=Role.ADMINISTRATOR)
    sign_in(administrator)

    client.post(reverse("accounts:delete"))

    assert User.objects.filter(pk=administrator.pk).exists()


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.model._meta.label)
def test_every_field_is_said_personal_or_not(declared):
    assert (declared.undeclared, declared.unknown) == (set(), set())


def test_erasing_a_person_leaves_nothing_to_recognise(user):
    issue(user)
    person = Person(email=user.email, user_id=user.pk)

    for declared in reversed([each for each in DECLARED if each.fields]):
        declared.erase(declared.rows_of(person))

    erased = User.objects.get(pk=user.pk)
    assert (erased.name, erased.is_active) == ("", False)
    assert user.email not in str(list(User.objects.values()))
    assert not ApiToken.objects.exists()


def test_erasing_can_be_done_twice(user):
    erase_users(User.objects.filter(pk=user.pk))

    assert erase_users(User.objects.filter(pk=user.pk)) == 1


# --- Sessions -------------------------------------------------------------------------------------
def test_the_sessions_are_listed_without_their_keys(client, sign_in, user):
    other = type(client)(headers={"user-agent": "An old telephone"})
    sign_in(user, browser=other)
    sign_in(user)

    page = client.get(reverse("usersessions_list")).content.decode()

    assert "An old telephone" in page
    assert other.session.session_key not in page


def test_another_session_is_ended_alone(client, sign_in, user):
    others = [type(client)(), type(client)()]
    for browser in [*others, client]:
        sign_in(user, browser=browser)
    named = user.usersession_set.get(session_key=others[0].session.session_key)

    client.post(reverse("usersessions_list"), {"session": named.pk})

    statuses = [browser.get(reverse("accounts:profile")).status_code for browser in [*others, client]]
    assert statuses == [302, 200, 200]
    assert AuditEvent.objects.get(action="session_ended").details == {"count": 1}


def test_all_the_others_are_ended_at_once(client, sign_in, user):
    other = type(client)()
    sign_in(user, browser=other)
    sign_in(user)

    client.post(reverse("usersessions_list"), {"others": "1"})

    assert other.get(reverse("accounts:profile")).status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5_000, "²", "\0"])
def test_a_number_of_no_session_ends_nothing(client, sign_in, user, number):
    sign_in(user)

    assert client.post(reverse("usersessions_list"), {"session": number}).status_code == 302


def test_the_session_of_someone_else_is_not_ended(client, sign_in, user):
    stranger = UserFactory()
    other = type(client)()
    sign_in(stranger, browser=other)
    sign_in(user)

    client.post(reverse("usersessions_list"), {"session": stranger.usersession_set.get().pk})

    assert other.get(reverse("accounts:profile")).status_code == 200
