"""The pages of the shell, for each kind of visitor."""

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import reverse
from redis.exceptions import TimeoutError as RedisTimeoutError

from apps.accounts.roles import Role
from apps.core import views
from tests.accounts.factories import UserFactory
from tests.core.rendering import XSS, Page

PAGES = ["home", "search", "help", "site_map", "accessibility", "legal_notice", "privacy"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    user = UserFactory(language="en")
    client.force_login(user)
    return user


@pytest.fixture
def staff(client):
    user = UserFactory(language="en", role=Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def get(client, name, query="", **headers):
    return client.get(reverse(name) + query, headers={"accept-language": "en"} | headers)


@pytest.mark.parametrize("name", PAGES)
def test_a_public_page_has_one_title_a_language_and_its_landmarks(client, name):
    response = get(client, name)

    page = Page(response.content.decode())
    assert response.status_code == 200
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1
    assert page.one("html")["lang"] == "en"
    assert page.texts("title")[0].endswith(" – Écluse")
    assert page.all("a")[0]["href"] == "#content"
    assert page.one("main")["id"] == "content"


def test_no_two_pages_have_the_same_title(client, staff):
    titles = [Page(get(client, name).content.decode()).texts("title")[0] for name in [*PAGES, "gallery"]]

    assert len(set(titles)) == len(titles)


def test_ids_are_unique_on_the_page_that_shows_every_component(client, staff):
    page = Page(get(client, "gallery").content.decode())

    ids = [attributes["id"] for _tag, attributes, _words in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", [*PAGES, "gallery"])
def test_no_page_styles_or_scripts_inline_nor_asks_anything_of_another_site(client, staff, name):
    page = Page(get(client, name).content.decode())

    assert not page.all("style")
    assert not [a for _tag, a, _w in page.elements if "style" in a or any(key.startswith("on") for key in a)]
    assert all((script["src"] or "").startswith("/static/") for script in page.all("script"))
    assert all((link["href"] or "").startswith("/static/") for link in page.all("link"))


def test_the_public_home_explains_the_flight_and_offers_to_sign_in(client):
    page = Page(get(client, "home").content.decode())

    assert page.texts("h3")[:5] == ["Sources", "Collection", "Dataset", "Model", "Service"]
    assert reverse("account_login") in [link.get("href") for link in page.all("a")]


def test_the_home_of_whoever_works_on_no_flight_leads_to_what_is_open(client, person):
    html = get(client, "home").content.decode()

    assert "What would you like to do?" in html
    assert reverse("site_map") in html
    assert "No stage yet" not in html
    assert "Nothing has run yet" not in html


def test_the_home_of_the_team_says_how_it_is_and_what_a_dry_flight_is(client, staff):
    html = get(client, "home").content.decode()

    assert "How is the flight?" in html
    assert "No stage yet" in html
    assert "Nothing has run yet" in html


@pytest.mark.parametrize("visitor", ["anonymous", "person", "staff"])
def test_the_home_page_costs_few_queries_whoever_looks(client, request, django_assert_max_num_queries, visitor):
    if visitor != "anonymous":
        request.getfixturevalue(visitor)

    with django_assert_max_num_queries(0 if visitor == "anonymous" else 26):
        get(client, "home")


def test_the_gallery_is_for_the_team(client):
    assert get(client, "gallery").status_code == 302

    client.force_login(UserFactory())
    assert get(client, "gallery").status_code == 403

    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    assert get(client, "gallery").status_code == 200


def test_only_staff_are_shown_the_way_to_the_administration(client, person):
    assert reverse("admin:index") not in get(client, "home").content.decode()

    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    assert reverse("admin:index") in get(client, "home").content.decode()


def test_the_search_finds_pages_and_counts_them(client):
    html = get(client, "search", "?q=statement+access").content.decode()
    assert "Nothing matches" in html

    html = get(client, "search", "?q=acces").content.decode()
    assert "One result" in html
    assert reverse("accessibility") in html


def test_the_search_gives_back_what_was_typed_as_text(client):
    html = client.get(reverse("search"), {"q": XSS}).content.decode()

    assert "<script>alert" not in html


def test_the_footer_and_the_statement_say_not_compliant_while_there_is_no_audit(client):
    html = get(client, "accessibility").content.decode()

    assert "Accessibility: not compliant" in html
    assert "RGAA 4.1.2" in html
    assert "Défenseur des droits" in html


def test_the_statement_is_made_from_the_recorded_audit(client, tmp_path):
    path = tmp_path / "audit.json"
    path.write_text(
        '{"audited_on": "2026-01-05", "auditor": "Atelier", "standard": "RGAA 4.1.2", "held": 45, "failed": 5,'
        ' "failures": [{"criterion": "1.1", "what": "The map has no description"}]}'
    )

    with override_settings(ACCESSIBILITY_AUDIT=str(path)):
        html = get(client, "accessibility").content.decode()

    assert "Accessibility: partially compliant" in html
    assert "90%" in html
    assert "The map has no description" in html


@override_settings(
    ORGANISATION={"name": "Valmeyrac", "contact_email": "contact@example.org", "dpo_email": "d@example.org"}
)
def test_legal_pages_name_the_organisation_and_say_what_is_missing(client):
    assert "mailto:contact@example.org" in get(client, "accessibility").content.decode()
    assert "mailto:d@example.org" in get(client, "privacy").content.decode()
    html = get(client, "legal_notice").content.decode()
    assert "Valmeyrac" in html
    assert "Not stated yet" in html


def test_what_is_kept_about_people_comes_from_what_apps_declare(client, monkeypatch):
    from apps.core.declarations import PersonalData

    declared = PersonalData(
        model=get_user_model(),
        fields=("email",),
        purpose="Signing in",
        retention="Until the account is closed",
        find=lambda person: get_user_model().objects.none(),
        erase=lambda rows: 0,
    )
    monkeypatch.setitem(views.personal_data.__dict__, "by_app", {"accounts": [declared]})

    html = get(client, "privacy").content.decode()

    assert "Signing in" in html
    assert "Until the account is closed" in html


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_on_the_page_from_the_start(client, theme):
    client.cookies["ecluse_theme"] = theme

    assert Page(get(client, "home").content.decode()).one("html")["data-theme"] == theme


def test_the_automatic_theme_leaves_the_choice_to_the_device(client):
    assert "data-theme" not in Page(get(client, "home").content.decode()).one("html")


def test_a_missing_page_offers_ways_on(client):
    response = client.get("/nowhere/", headers={"accept-language": "en"})

    page = Page(response.content.decode())
    assert response.status_code == 404
    assert page.texts("h1") == ["There is no such page"]
    assert reverse("site_map") in [link.get("href") for link in page.all("a")]


def test_a_form_that_expired_says_that_nothing_was_saved():
    client = Client(enforce_csrf_checks=True)

    response = client.post(reverse("set_theme"), headers={"accept-language": "en"})

    assert response.status_code == 403
    assert "Nothing was saved." in response.content.decode()


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuntimeError("secret"), 500), (OperationalError("secret"), 503), (RedisTimeoutError("secret"), 503)],
)
def test_a_failure_is_told_without_its_detail_and_without_the_database(rf, error, status, django_assert_num_queries):
    with django_assert_num_queries(0):
        try:
            raise error
        except Exception:
            response = views.server_error(rf.get("/"))

    html = response.content.decode()
    assert response.status_code == status
    assert len(Page(html).all("h1")) == 1
    assert "secret" not in html


def test_robots_are_kept_out_of_what_is_not_for_them(client):
    assert "Disallow: /admin/" in client.get("/robots.txt").content.decode()


def test_an_old_browser_finds_its_icon(client):
    assert client.get("/favicon.ico").headers["Location"] == "/static/img/favicon.svg"


def test_only_reading_is_allowed_on_pages_that_only_show(client):
    assert client.post(reverse("home")).status_code == 405


def test_the_administration_is_entered_by_the_sites_own_sign_in(client):
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_the_administration_carries_the_sites_header_theme_and_ways_back(client, staff):
    client.cookies["ecluse_theme"] = "dark"

    page = Page(client.get("/admin/", follow=True).content.decode())

    hrefs = [link.get("href") for link in page.all("a")]
    assert reverse("home") in hrefs
    assert reverse("accounts:profile") in hrefs
    assert any((link["href"] or "").startswith("/static/css/admin.css") for link in page.all("link"))
