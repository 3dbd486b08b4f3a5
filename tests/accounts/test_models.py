"""People: how they are known, and what is refused."""

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError

from apps.accounts.models import User
from apps.accounts.roles import Role
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_an_email_is_kept_in_lower_case():
    user = User.objects.create_user(" Camille@Example.ORG ", name="Camille")

    assert user.email == "camille@example.org"


def test_two_accounts_cannot_have_one_email_whatever_its_case():
    UserFactory(email="camille@example.org")

    with pytest.raises(ValidationError) as refusal:
        User(email="CAMILLE@example.org", name="Camille").full_clean(exclude=["password"])

    assert refusal.value.error_dict["email"][0].code == "unique"


def test_the_database_refuses_an_email_with_capitals(user):
    with pytest.raises(IntegrityError, match="user_email_is_lower_case"):
        User.objects.filter(pk=user.pk).update(email="Camille@example.org")


def test_a_person_is_found_by_email_whatever_its_case(user):
    assert User.objects.get_by_natural_key(user.email.upper()) == user


@pytest.mark.parametrize("zone", ["Europe/Paris", "UTC", "Pacific/Noumea"])
def test_a_time_zone_of_the_iana_database_is_accepted(zone):
    User(email="a@example.org", name="A", time_zone=zone).full_clean(exclude=["password"])


@pytest.mark.parametrize("zone", ["Paris", "Europe/Atlantis", "../../etc/passwd", ""])
def test_any_other_time_zone_is_refused(zone):
    with pytest.raises(ValidationError) as refusal:
        User(email="a@example.org", name="A", time_zone=zone).full_clean(exclude=["password"])

    assert set(refusal.value.error_dict) == {"time_zone"}


def test_createsuperuser_makes_an_administrator_who_can_sign_in_at_once(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery staple")

    call_command("createsuperuser", email="root@example.org", name="Root", interactive=False, verbosity=0)

    root = User.objects.get(email="root@example.org")
    assert (root.is_superuser, root.is_staff, root.roles) == (True, True, [Role.ADMINISTRATOR, Role.USER])
    assert EmailAddress.objects.get(user=root).verified


def test_a_person_without_a_name_is_shown_by_email():
    assert str(User(email="a@example.org", name="")) == "a@example.org"
