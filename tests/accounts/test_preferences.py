"""Language, theme and time zone: whose choice wins, what is remembered, where one is led back."""

import pytest
from django.urls import reverse

from apps.accounts.models import User
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


def language_of(answer):
    return answer.headers["Content-Language"]


@pytest.mark.parametrize(
    ("cookie", "header", "expected"),
    [
        (None, None, "fr"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "de,pt;q=0.9", "fr"),
        ("en", "fr", "en"),
        ("xx", "en", "en"),
        ("../en", None, "fr"),
    ],
)
def test_a_visitor_reads_the_cookie_s_language_then_the_browser_s_then_french(client, cookie, header, expected):
    if cookie:
        client.cookies["django_language"] = cookie

    answer = client.get(reverse("account_login"), headers={"accept-language": header} if header else {})

    assert language_of(answer) == expected


def test_a_person_s_own_language_wins_over_cookie_and_browser(client, sign_in):
    sign_in(UserFactory(language="en"))
    client.cookies["django_language"] = "fr"

    answer = client.get(reverse("accounts:profile"), headers={"accept-language": "fr"})

    assert language_of(answer) == "en"


def test_caches_are_told_what_the_page_depends_on(client):
    answer = client.get(reverse("account_login"))

    assert {"Cookie", "Accept-Language"} <= {name.strip() for name in answer.headers["Vary"].split(",")}


@pytest.mark.parametrize(("url", "name", "value"), [("set_language", "language", "en"), ("set_theme", "theme", "dark")])
def test_a_switch_is_remembered_in_a_safe_cookie(client, url, name, value, settings):
    settings.LANGUAGE_COOKIE_SECURE = True

    answer = client.post(reverse(url), {name: value, "next": "/aide/"})

    (cookie,) = (morsel for key, morsel in answer.cookies.items() if key in {"django_language", "ecluse_theme"})
    assert (cookie.value, answer.headers["Location"]) == (value, "/aide/")
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)


@pytest.mark.parametrize(("url", "name", "value"), [("set_language", "language", "en"), ("set_theme", "theme", "dark")])
def test_a_switch_is_remembered_on_the_account(client, sign_in, user, url, name, value):
    sign_in(user)

    client.post(reverse(url), {name: value})

    assert getattr(User.objects.get(pk=user.pk), name) == value


@pytest.mark.parametrize(("url", "name"), [("set_language", "language"), ("set_theme", "theme")])
def test_a_value_that_nobody_offers_changes_nothing(client, sign_in, user, url, name):
    sign_in(user)

    answer = client.post(reverse(url), {name: "<script>"})

    assert answer.status_code == 302
    assert not answer.cookies.keys() & {"django_language", "ecluse_theme"}
    assert getattr(User.objects.get(pk=user.pk), name) == getattr(user, name)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "http:///x"]
)
@pytest.mark.parametrize("url", ["set_language", "set_theme"])
def test_a_switch_never_leads_to_another_site(client, url, elsewhere):
    answer = client.post(reverse(url), {"next": elsewhere}, headers={"referer": elsewhere})

    assert answer.headers["Location"] == reverse("home")


@pytest.mark.parametrize("url", ["set_language", "set_theme"])
def test_a_link_switches_nothing(client, url):
    assert client.get(reverse(url)).status_code == 405


@pytest.mark.parametrize(("cookie", "shown"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_the_theme_is_on_the_page(client, cookie, shown):
    client.cookies["ecluse_theme"] = cookie

    assert shown in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize("cookie", ["auto", "", '"><script>'])
def test_any_other_theme_follows_the_device(client, cookie):
    client.cookies["ecluse_theme"] = cookie

    assert "data-theme" not in client.get(reverse("account_login")).content.decode()


def test_the_profile_is_saved_and_times_follow(client, sign_in, user):
    sign_in(user)

    client.post(
        reverse("accounts:profile"),
        {"name": "Camille", "language": "en", "theme": "dark", "time_zone": "Pacific/Noumea"},
    )
    page = client.get(reverse("accounts:security"))

    saved = User.objects.get(pk=user.pk)
    assert (saved.name, saved.language, saved.theme, saved.time_zone) == ("Camille", "en", "dark", "Pacific/Noumea")
    assert "+11:00" in page.content.decode()


def test_the_time_zone_of_one_reader_is_not_that_of_the_next(client, sign_in):
    from django.utils import timezone

    sign_in(UserFactory(time_zone="Pacific/Noumea"))
    client.get(reverse("accounts:profile"))

    type(client)().get(reverse("account_login"))

    assert timezone.get_current_timezone_name() == "Europe/Paris"


def test_a_profile_that_is_not_valid_is_said_and_not_saved(client, sign_in, user):
    sign_in(user)

    page = client.post(
        reverse("accounts:profile"), {"name": "", "language": "xx", "theme": "pink", "time_zone": "Europe/Atlantis"}
    )

    assert set(page.context["form"].errors) == {"name", "language", "theme", "time_zone"}
    assert User.objects.get(pk=user.pk).time_zone == user.time_zone
