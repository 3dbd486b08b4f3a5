"""Trying too often: what is counted, and how it is said."""

import pytest
from django.urls import reverse

from tests.accounts.factories import PASSWORD, UserFactory, give_totp

pytestmark = pytest.mark.django_db

LOGIN = "/compte/connexion/"


def attempts(client, count, **fields):
    return [client.post(LOGIN, {"login": "a@example.org", "password": "wrong"} | fields) for _number in range(count)]


def test_five_wrong_passwords_lock_an_account_out_for_a_while(client, user):
    answers = attempts(client, 6, login=user.email)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_right_password_waits_too(client, user):
    attempts(client, 5, login=user.email)

    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})

    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


def test_an_unknown_email_is_locked_out_alike(client):
    assert attempts(client, 6)[-1].status_code == 429


def test_other_accounts_are_not_locked_out_from_elsewhere(client, user):
    attempts(client, 6, login="someone.else@example.org")

    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")

    assert answer.status_code == 302


def test_one_address_trying_many_accounts_is_stopped(client):
    answers = [
        client.post(LOGIN, {"login": f"person{number}@example.org", "password": "wrong"}) for number in range(11)
    ]

    assert answers[-1].status_code == 429


def test_an_address_cannot_hide_behind_a_header(client):
    answers = [
        client.post(
            LOGIN,
            {"login": f"person{number}@example.org", "password": "wrong"},
            headers={"x-forwarded-for": f"192.0.2.{number}"},
        )
        for number in range(11)
    ]

    assert answers[-1].status_code == 429


def test_wrong_second_factors_are_counted(client, sign_in, user):
    give_totp(user)
    sign_in(user)

    answers = [client.post(reverse("mfa_authenticate"), {"code": "000000"}) for _number in range(6)]

    assert answers[-1].status_code == 429


def test_asking_for_links_is_counted_by_email(client, user):
    answers = [client.post(reverse("account_reset_password"), {"email": user.email}) for _number in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert "Retry-After" in answers[-1].headers


def test_signing_up_is_counted_by_address(client, settings):
    settings.SIGNUP_OPEN = True

    answers = [client.post(reverse("account_signup"), {"email": f"p{number}@example.org"}) for number in range(11)]

    assert answers[-1].status_code == 429


def test_proving_who_one_is_again_is_counted(client, sign_in):
    sign_in(UserFactory())

    answers = [client.post(reverse("account_reauthenticate"), {"password": "wrong"}) for _number in range(6)]

    assert answers[-1].status_code == 429


def test_the_page_of_who_is_locked_out_is_a_page_of_the_site(client):
    page = attempts(client, 6)[-1].content.decode()

    assert "<h1>" in page
    assert 'id="footer"' in page
