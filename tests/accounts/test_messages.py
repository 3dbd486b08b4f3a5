"""The messages that allauth writes, as they arrive."""

import pytest
from django.urls import reverse

from tests.core.rendering import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(client, user, mailoutbox):
    """The link to choose another password, as someone who reads French receives it."""
    user.language = "fr"
    user.save()
    client.post(reverse("account_reset_password"), {"email": user.email}, headers={"accept-language": "en"})
    (message,) = mailoutbox
    return message


def test_a_message_is_in_the_language_of_whoever_receives_it(message):
    html = Page(message.alternatives[0][0])

    assert html.one("html")["lang"] == "fr"
    assert "Choisissez un autre mot de passe" in message.subject


def test_a_message_names_the_house_and_its_address(message, settings):
    html = message.alternatives[0][0]

    for said in (message.body, html):
        assert settings.ORGANISATION_NAME in said
        assert settings.SITE_URL in said


def test_a_subject_names_the_house_once(message, settings):
    assert message.subject.count(f"[{settings.ORGANISATION_NAME}]") == 1


def test_a_message_says_which_browser_in_words(client, sign_in, user, mailoutbox):
    sign_in(user)

    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": "correct horse battery staple",
            "password1": "x" * 6 + "yz4821-q",
            "password2": "x" * 6 + "yz4821-q",
        },
        headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"},
    )

    assert "Firefox sur Linux" in mailoutbox[-1].body
    assert "Mozilla" not in mailoutbox[-1].body
