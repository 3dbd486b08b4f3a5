"""What accounts show in the shell and measure."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from apps.accounts.interface import search, tasks
from apps.accounts.metrics import DECLARED as METRICS
from apps.accounts.models import ApiToken
from apps.accounts.roles import Role, grants
from tests.accounts.factories import UserFactory, give_totp, issue

pytestmark = pytest.mark.django_db


def test_nothing_waits_for_a_person_whose_account_is_in_order(user):
    assert tasks(user) == []


def test_an_unverified_email_is_a_task(user):
    EmailAddress.objects.update(verified=False)

    assert [task.url for task in tasks(user)] == [reverse("account_email")]


@pytest.mark.parametrize(("days", "count"), [(8, 0), (6, 1), (-1, 0)])
def test_a_token_that_expires_within_a_week_is_a_task(user, days, count):
    issue(user)
    ApiToken.objects.update(expiry=timezone.now() + timedelta(days=days))

    assert len(tasks(user)) == count


def test_staff_are_asked_for_a_second_factor_until_they_have_one(administrator):
    before = [task.url for task in tasks(administrator)]
    give_totp(administrator)

    assert (before, tasks(administrator)) == ([reverse("mfa_index")], [])


@pytest.mark.parametrize("role", Role)
def test_people_are_found_by_those_who_may_see_them(role):
    UserFactory(name="Camille Martin")

    found = [hit.label for hit in search(UserFactory(role=role), "martin")]

    may_see = role in {Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER}
    assert found == (["Camille Martin"] if may_see else [])


def test_failed_attempts_are_measured(client, user):
    client.post(reverse("account_login"), {"login": user.email, "password": "wrong"})

    measured = {metric.key: list(metric.collect()) for metric in METRICS}

    assert ({"kind": "password"}, 1) in measured["sign_in_failures"]
    assert measured["active_accounts"] == [({}, 1)]
    assert measured["live_api_tokens"] == [({}, 0)]


def test_every_permission_that_an_app_grants_exists():
    known = {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Permission.objects.select_related("content_type")
    }

    assert {name for grant in grants.all() for name in grant.permissions} <= known
