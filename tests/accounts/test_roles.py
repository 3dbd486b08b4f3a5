"""Roles: groups that a migration makes, rights that the apps declare, acts that are recorded."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from apps.accounts.exceptions import LastAdministrator
from apps.accounts.models import AuditEvent, User
from apps.accounts.rights import grant_role, match_roles, revoke_role, set_roles
from apps.accounts.roles import Role, grants
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


def permissions_of(role):
    found = Permission.objects.filter(group__name=role).values_list("content_type__app_label", "codename")
    return {".".join(names) for names in found}


def match():
    for config in apps.get_app_configs():
        match_roles(app_config=config, using="default")


def test_each_role_is_a_group():
    assert {group.name for group in Group.objects.all()} == set(Role.values)


@pytest.mark.parametrize("role", Role)
def test_a_role_holds_exactly_what_the_apps_declare(role):
    declared = {name for grant in grants.all() if grant.role is role for name in grant.permissions}

    assert permissions_of(role) == declared


def test_a_permission_given_by_hand_does_not_outlive_a_migration():
    Group.objects.get(name=Role.USER).permissions.add(Permission.objects.get(codename="view_auditevent"))

    match()

    assert "accounts.view_auditevent" not in permissions_of(Role.USER)


def test_groups_come_back_after_the_tables_are_emptied():
    Group.objects.all().delete()

    match()

    assert "accounts.view_auditevent" in permissions_of(Role.DATA_PROTECTION_OFFICER)


def test_a_new_account_has_the_role_user_and_no_other(user):
    assert user.roles == [Role.USER]
    assert not user.is_staff


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.USER])
def test_every_other_role_enters_the_administration(user, role):
    granted = grant_role(user=user, role=role, by=None)

    assert granted.is_staff


def test_taking_the_last_staff_role_back_closes_the_administration():
    user = UserFactory(role=Role.OPERATOR)

    revoked = revoke_role(user=user, role=Role.OPERATOR, by=None)

    assert (revoked.roles, revoked.is_staff) == ([Role.USER], False)


def test_granting_and_revoking_are_recorded_with_who_did_it(user, administrator):
    grant_role(user=user, role=Role.OPERATOR, by=administrator)
    revoke_role(user=user, role=Role.OPERATOR, by=administrator)

    events = AuditEvent.objects.about("accounts.user", user.pk).order_by("pk")
    assert [(event.action, event.actor, event.details) for event in events] == [
        ("role_granted", administrator, {"role": "operator"}),
        ("role_revoked", administrator, {"role": "operator"}),
    ]


def test_granting_a_role_twice_is_recorded_once(user):
    grant_role(user=user, role=Role.OPERATOR, by=None)
    grant_role(user=user, role=Role.OPERATOR, by=None)

    assert AuditEvent.objects.filter(action="role_granted").count() == 1


def test_the_last_administrator_cannot_be_put_out(administrator):
    with pytest.raises(LastAdministrator):
        revoke_role(user=administrator, role=Role.ADMINISTRATOR, by=administrator)


def test_an_inactive_administrator_does_not_count(administrator):
    UserFactory(role=Role.ADMINISTRATOR, is_active=False)

    with pytest.raises(LastAdministrator):
        revoke_role(user=administrator, role=Role.ADMINISTRATOR, by=administrator)


def test_setting_roles_grants_and_revokes_what_differs(user, administrator):
    grant_role(user=user, role=Role.OPERATOR, by=None)

    changed = set_roles(user=user, roles={Role.WATCH_EDITOR}, by=administrator)

    assert changed.roles == [Role.WATCH_EDITOR, Role.USER]


def test_an_administrator_changes_roles_on_the_page_of_a_person(sign_in, user, administrator):
    browser = sign_in(administrator)

    browser.post(
        reverse("admin:accounts_user_change", args=[user.pk]),
        {"name": user.name, "language": "fr", "time_zone": "UTC", "is_active": "on", "roles": ["operator"]},
    )

    assert User.objects.get(pk=user.pk).roles == [Role.OPERATOR, Role.USER]
    assert AuditEvent.objects.get(action="role_granted").actor == administrator


def test_the_page_of_the_last_administrator_says_why_they_stay(sign_in, administrator):
    browser = sign_in(administrator)

    page = browser.post(
        reverse("admin:accounts_user_change", args=[administrator.pk]),
        {"name": "A", "language": "fr", "time_zone": "UTC", "is_active": "on", "roles": []},
    )

    assert page.status_code == 200
    assert User.objects.get(pk=administrator.pk).has_role(Role.ADMINISTRATOR)


def test_an_invited_person_gets_their_roles_and_a_link(sign_in, administrator, mailoutbox):
    browser = sign_in(administrator)

    browser.post(
        reverse("admin:accounts_user_add"),
        {"email": "New@Example.org", "name": "New", "language": "en", "roles": ["watch_editor"]},
    )

    invited = User.objects.get(email="new@example.org")
    assert invited.roles == [Role.WATCH_EDITOR, Role.USER]
    assert not invited.has_usable_password()
    assert "/compte/mot-de-passe/oublie/" in mailoutbox[-1].body
