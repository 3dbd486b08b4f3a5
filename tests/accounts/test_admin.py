"""The back-office of accounts, page by page and role by role."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.accounts.models import ApiToken, AuditEvent, User
from apps.accounts.roles import Role
from tests.accounts.factories import UserFactory, give_totp, issue

pytestmark = pytest.mark.django_db

LISTS = ["admin:accounts_user_changelist", "admin:accounts_apitoken_changelist", "admin:accounts_auditevent_changelist"]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", Role)
def test_each_list_opens_to_the_roles_that_may_read_it(client, sign_in, role, name):
    sign_in(UserFactory(role=role))

    status = client.get(reverse(name), follow=True).status_code

    assert status == (200 if role in {Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER} else 403)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_can_be_searched_and_filtered(client, sign_in, administrator, name):
    sign_in(administrator)

    assert client.get(reverse(name), {"q": "camille", "action": "signed_in"}).status_code in {200, 302}


def test_people_are_filtered_by_a_role_under_the_name_that_is_read(client, sign_in, administrator):
    watcher, operator = UserFactory(role=Role.WATCH_EDITOR), UserFactory(role=Role.OPERATOR)
    sign_in(administrator)

    answer = client.get(reverse("admin:accounts_user_changelist"), {"role": Role.OPERATOR})

    assert operator in answer.context["cl"].queryset
    assert watcher not in answer.context["cl"].queryset
    assert str(Role.WATCH_EDITOR.label) in answer.content.decode()


def test_the_page_of_a_person_shows_no_secret(client, sign_in, user, administrator):
    secret = give_totp(user)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    sign_in(administrator)

    page = client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()

    assert not any(hidden in page for hidden in (user.password, secret, stored))


def test_the_page_of_a_token_shows_neither_secret_nor_digest(client, sign_in, user, administrator):
    issued = issue(user)
    sign_in(administrator)

    page = client.get(reverse("admin:accounts_apitoken_change", args=[issued.token.pk])).content.decode()

    assert not any(hidden in page for hidden in (issued.secret, issued.token.digest, issued.token.token_key))


def test_a_token_is_not_deleted_behind_the_back_of_the_trail(client, sign_in, user, administrator):
    token = issue(user).token
    sign_in(administrator)

    answer = client.post(reverse("admin:accounts_apitoken_delete", args=[token.pk]), {"post": "yes"})

    assert answer.status_code == 403
    assert ApiToken.objects.exists()


def test_deactivating_a_person_puts_them_out_and_is_recorded(client, sign_in, user, administrator):
    elsewhere = type(client)()
    sign_in(user, browser=elsewhere)
    sign_in(administrator)

    client.post(
        reverse("admin:accounts_user_change", args=[user.pk]),
        {"name": user.name, "language": "fr", "time_zone": "UTC", "roles": []},
    )

    assert not User.objects.get(pk=user.pk).is_active
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302
    assert AuditEvent.objects.get(action="account_deactivated").actor == administrator


def test_deleting_a_person_with_all_they_have_is_recorded(client, sign_in, user, administrator):
    issue(user)
    give_totp(user)
    sign_in(user, browser=type(client)())
    sign_in(administrator)

    client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})

    assert not User.objects.filter(pk=user.pk).exists()
    assert AuditEvent.objects.get(action="account_deleted").details == {"by_its_owner": False}


def test_the_last_administrator_is_not_deleted(client, sign_in, administrator):
    sign_in(administrator)

    answer = client.post(reverse("admin:accounts_user_delete", args=[administrator.pk]), {"post": "yes"})

    assert answer.status_code == 403


@pytest.mark.parametrize("action", ["send_password_link", "sign_out_everywhere", "reset_second_factors"])
def test_the_data_protection_officer_reads_people_and_changes_nothing(client, sign_in, user, action, mailoutbox):
    give_totp(user)
    sign_in(UserFactory(role=Role.DATA_PROTECTION_OFFICER))

    page = client.get(reverse("admin:accounts_user_change", args=[user.pk]))
    client.post(reverse("admin:accounts_user_changelist"), {"action": action, "_selected_action": [user.pk]})

    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert Authenticator.objects.filter(user=user).exists()
    assert mailoutbox == []


def test_a_link_to_choose_a_password_is_sent_in_the_reader_s_language(client, sign_in, administrator, mailoutbox):
    user = UserFactory(language="en")
    sign_in(administrator)

    client.post(
        reverse("admin:accounts_user_changelist"), {"action": "send_password_link", "_selected_action": [user.pk]}
    )

    (message,) = mailoutbox
    assert (message.to, "Choose my password" in message.body) == ([user.email], True)


def test_what_a_role_may_do_can_be_read_and_not_changed(client, sign_in, administrator):
    group = Group.objects.get(name=Role.OPERATOR)
    sign_in(administrator)
    path = reverse("admin:auth_group_change", args=[group.pk])

    assert client.get(path).status_code == 200
    assert client.post(path, {"name": "x"}).status_code == 403


@pytest.mark.parametrize("label", ["account_emailaddress", "mfa_authenticator", "usersessions_usersession"])
def test_the_stock_pages_that_show_secrets_are_gone(client, sign_in, administrator, label):
    sign_in(administrator)
    path = f"/admin/{label.replace('_', '/', 1)}/"

    assert client.get(path).status_code == 404
