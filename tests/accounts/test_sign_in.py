"""Signing in and up, getting back in, and what an attacker learns by trying."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.urls import reverse

from apps.accounts.audit import fingerprint
from apps.accounts.models import AuditEvent, User
from apps.accounts.roles import Role
from tests.accounts.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/compte/connexion/"
NEW_PERSON = {"name": "Camille", "email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}


def link_in(message, start):
    return re.search(rf"https?://\S+({start}\S+)", message.body).group(1)


def is_signed_in(browser):
    return "_auth_user_id" in browser.session


def test_a_person_signs_in_whatever_the_case_of_their_email(client, user):
    answer = client.post(LOGIN, {"login": user.email.upper(), "password": PASSWORD})

    assert answer.headers["Location"] == reverse("home")
    assert is_signed_in(client)


def test_signing_in_changes_the_session_key(client, user):
    client.get(LOGIN)
    client.post(reverse("set_theme"), {"theme": "dark"})
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    client.cookies["sessionid"] = session.session_key

    client.post(LOGIN, {"login": user.email, "password": PASSWORD})

    assert client.session.session_key != session.session_key


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "http://[",
    ],
)
def test_signing_in_never_leads_to_another_site(client, user, elsewhere):
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD, "next": elsewhere})

    assert answer.headers["Location"] == reverse("home")


def test_signing_in_leads_back_to_the_page_that_asked_for_it(client, user):
    asked = client.get(reverse("accounts:tokens"))
    answer = client.post(asked.headers["Location"], {"login": user.email, "password": PASSWORD})

    assert answer.headers["Location"] == reverse("accounts:tokens")


def test_an_unknown_email_and_a_wrong_password_read_the_same(client, user):
    pages = [
        client.post(LOGIN, {"login": login, "password": "wrong"}).content.decode()
        for login in (user.email, "nobody0@example.org")
    ]

    known, unknown = (re.sub(r'name="csrfmiddlewaretoken" value="\w+"|[\w.]+@example.org', "", page) for page in pages)
    assert known == unknown


def test_an_inactive_account_cannot_sign_in(client):
    user = UserFactory(is_active=False)

    client.post(LOGIN, {"login": user.email, "password": PASSWORD})

    assert not is_signed_in(client)


def test_an_unverified_email_is_sent_a_link_instead_of_being_let_in(client, mailoutbox):
    user = UserFactory(is_verified=False)

    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})

    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    assert mailoutbox[0].to == [user.email]


def test_a_page_that_destroys_is_not_opened_by_a_link(client, sign_in, user):
    sign_in(user)

    client.get(reverse("account_logout"))

    assert is_signed_in(client)


def test_sign_up_is_closed_unless_the_instance_opens_it(client, settings):
    settings.SIGNUP_OPEN = False

    page = client.get(reverse("account_signup"))
    client.post(reverse("account_signup"), NEW_PERSON)

    assert not User.objects.exists()
    assert "password1" not in page.content.decode()


def test_a_person_signs_up_verifies_their_email_and_signs_in(client, settings, mailoutbox):
    settings.SIGNUP_OPEN = True

    client.post(reverse("account_signup"), NEW_PERSON)
    link = link_in(mailoutbox[0], "/compte/adresse/verification/")
    client.post(link)
    client.post(LOGIN, {"login": NEW_PERSON["email"], "password": PASSWORD})

    user = User.objects.get()
    assert (user.name, user.roles) == ("Camille", [Role.USER])
    assert EmailAddress.objects.get(user=user).verified
    assert is_signed_in(client)
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["account_opened", "email_verified", "signed_in"]


def test_signing_up_with_a_known_email_reads_the_same_and_warns_its_owner(client, settings, user, mailoutbox):
    settings.SIGNUP_OPEN = True

    unknown = client.post(reverse("account_signup"), NEW_PERSON)
    client.cookies.clear()
    known = client.post(reverse("account_signup"), NEW_PERSON | {"email": user.email})

    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert User.objects.filter(email=user.email).count() == 1
    assert mailoutbox[-1].to == [user.email]


class CountingHasher(MD5PasswordHasher):
    """Counts what takes the time of a sign-up."""

    hashed = 0

    def encode(self, password, salt):
        type(self).hashed += 1
        return super().encode(password, salt)


def test_signing_up_with_a_known_email_takes_as_long(client, settings, user):
    settings.SIGNUP_OPEN = True
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]

    client.post(reverse("account_signup"), NEW_PERSON)
    unknown, CountingHasher.hashed = CountingHasher.hashed, 0
    client.cookies.clear()
    client.post(reverse("account_signup"), NEW_PERSON | {"email": user.email})

    assert CountingHasher.hashed == unknown == 1


@pytest.mark.parametrize("password", ["short", "123456789012345", "1q2w3e4r5t6y", "Camille Martin"])
def test_a_weak_password_is_refused(client, settings, password):
    settings.SIGNUP_OPEN = True

    client.post(
        reverse("account_signup"),
        NEW_PERSON | {"name": "Camille Martin", "password1": password, "password2": password},
    )

    assert not User.objects.exists()


def test_a_forgotten_password_is_chosen_again_by_a_link(client, user, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": user.email})
    form = client.get(link_in(mailoutbox[0], "/compte/mot-de-passe/oublie/"), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another good password", "password2": "another good password"})
    client.post(LOGIN, {"login": user.email, "password": "another good password"})

    assert is_signed_in(client)
    assert AuditEvent.objects.filter(action="password_reset", actor=user).exists()


def test_a_link_serves_once(client, user, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = link_in(mailoutbox[0], "/compte/mot-de-passe/oublie/")
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another good password", "password2": "another good password"})

    again = client.get(link, follow=True)

    assert "password1" not in again.content.decode()


def test_asking_for_a_link_reads_the_same_for_an_unknown_email(client, user, mailoutbox):
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}) for email in (user.email, "no@example.org")
    ]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert [message.to for message in mailoutbox] == [[user.email], ["no@example.org"]]


def test_changing_the_password_ends_the_other_sessions(client, sign_in, user):
    elsewhere = type(client)()
    sign_in(user, browser=elsewhere)
    sign_in(user)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "another good password", "password2": "another good password"},
    )

    assert client.get(reverse("accounts:profile")).status_code == 200
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302


def test_the_email_changes_once_the_new_one_is_verified(client, sign_in, user, mailoutbox):
    sign_in(user)

    client.post(reverse("account_email"), {"email": "moved@example.org", "action_add": ""})
    before = User.objects.get(pk=user.pk).email
    client.post(link_in(mailoutbox[-1], "/compte/adresse/verification/"))

    assert before == user.email
    assert User.objects.get(pk=user.pk).email == "moved@example.org"
    assert AuditEvent.objects.filter(action="email_changed", actor=user).exists()


def test_a_failed_attempt_is_recorded_without_the_email(client, user):
    client.post(LOGIN, {"login": user.email, "password": "wrong"})

    event = AuditEvent.objects.get(action="sign_in_failed")
    assert event.details == {"login": fingerprint(user.email)}
    assert user.email not in str(event.as_row())
    assert (event.actor, event.actor_kind) == (None, "anonymous")


def test_signing_in_and_out_is_recorded(client, sign_in, user):
    sign_in(user)
    client.post(reverse("account_logout"))

    events = AuditEvent.objects.order_by("pk")
    assert [(event.action, event.actor) for event in events] == [("signed_in", user), ("signed_out", user)]
    assert events[0].details == {"methods": ["password"]}


def test_the_administration_is_entered_by_the_same_door(client):
    answer = client.get("/admin/login/?next=/admin/")

    assert answer.headers["Location"].startswith(LOGIN)


def test_a_link_leads_to_the_site_whatever_host_was_asked(client, user, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://ecluse.example"

    client.post(reverse("account_reset_password"), {"email": user.email}, headers={"host": "evil.example:6666"})

    assert "https://ecluse.example/compte/mot-de-passe/oublie/" in mailoutbox[0].body
    assert "evil.example" not in str(mailoutbox[0].message())


def test_a_message_has_html_and_a_complete_text(client, user, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": user.email})

    message = mailoutbox[0]
    (html,) = (content for content, kind in message.alternatives if kind == "text/html")
    assert link_in(message, "/compte/mot-de-passe/oublie/") in html
    assert "<script" not in html


def test_a_person_is_welcomed_in_their_own_language(client, user):
    user.language = "fr"
    user.save()

    page = client.post(
        reverse("account_login"),
        {"login": user.email, "password": PASSWORD},
        headers={"accept-language": "en"},
        follow=True,
    )

    assert [str(message) for message in page.context["messages"]] != [f"Successfully signed in as {user.name}."]
