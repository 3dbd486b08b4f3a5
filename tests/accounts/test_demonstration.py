"""The accounts of a demonstration: one for each role, nowhere else."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.accounts.demonstration import ACCOUNTS, PASSWORD
from apps.accounts.models import User
from apps.accounts.roles import Role

pytestmark = pytest.mark.django_db


def test_nothing_is_made_outside_of_a_demonstration(settings):
    settings.DEMONSTRATION = False

    with pytest.raises(CommandError):
        call_command("demo_accounts")

    assert not User.objects.exists()


def test_each_role_has_an_account_and_the_table_says_how_to_sign_in(settings, capsys):
    settings.DEMONSTRATION = True

    call_command("demo_accounts")

    table = capsys.readouterr().out
    assert {role for account in ACCOUNTS for role in User.objects.get(email=account.email).roles} == set(Role)
    assert all(account.email in table for account in ACCOUNTS)
    assert table.count(PASSWORD) == len(ACCOUNTS)
    assert "AI developer" in table


def test_running_it_again_changes_nothing(settings):
    settings.DEMONSTRATION = True
    call_command("demo_accounts")
    before = list(User.objects.order_by("pk").values())

    call_command("demo_accounts")

    assert list(User.objects.order_by("pk").values()) == before


def test_a_password_that_a_visitor_changed_is_put_back(settings):
    settings.DEMONSTRATION = True
    call_command("demo_accounts")
    user = User.objects.get(email=ACCOUNTS[0].email)
    user.set_password("changed by a visitor")
    user.save()

    call_command("demo_accounts")

    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.role)
def test_each_account_signs_in(client, settings, account):
    settings.DEMONSTRATION = True
    call_command("demo_accounts")

    client.post(reverse("account_login"), {"login": account.email, "password": PASSWORD})

    assert client.get(reverse("accounts:profile")).status_code == 200
