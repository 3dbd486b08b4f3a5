"""Who opens what: each page as each kind of person, and what it offers to whoever may only look."""

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.collection.enums import RunState
from tests.collection.factories import RunFactory

pytestmark = pytest.mark.django_db

READERS = {Role.AI_DEVELOPER, Role.OPERATOR, Role.DATA_PROTECTION_OFFICER, Role.ADMINISTRATOR}
PAGES = {
    "sources": READERS,
    "runs": READERS,
    "source": READERS,
    "run": READERS,
    "run_progress": READERS,
    "rejections": {Role.AI_DEVELOPER, Role.DATA_PROTECTION_OFFICER},
    "rejections_export": {Role.AI_DEVELOPER, Role.DATA_PROTECTION_OFFICER},
    "schedules": READERS,
    "source_follow": READERS,
    "source_unfollow": READERS,
    "source_sheet": {Role.AI_DEVELOPER},
    "source_schedule": {Role.AI_DEVELOPER},
    "source_contract": {Role.AI_DEVELOPER},
    "run_pause": {Role.AI_DEVELOPER, Role.OPERATOR},
    "run_resume": {Role.AI_DEVELOPER, Role.OPERATOR},
    "run_replay": {Role.AI_DEVELOPER, Role.OPERATOR},
    "run_cancel": {Role.AI_DEVELOPER, Role.OPERATOR},
    "run_retry": {Role.AI_DEVELOPER, Role.OPERATOR},
    "source_collect": {Role.AI_DEVELOPER, Role.OPERATOR},
    "source_new": {Role.AI_DEVELOPER},
    "source_location": {Role.AI_DEVELOPER},
    "source_settings": {Role.AI_DEVELOPER},
    "source_rules": {Role.AI_DEVELOPER},
    "source_open": {Role.AI_DEVELOPER},
    "source_close": {Role.AI_DEVELOPER},
    "source_delete": {Role.AI_DEVELOPER},
}


LISTS = {"sources", "runs", "schedules", "source_new"}
ACTS = [
    "source_collect",
    "source_open",
    "source_follow",
    "source_unfollow",
    "run_retry",
    "run_pause",
    "run_resume",
    "run_replay",
]


@pytest.fixture
def address_of(file_source):
    run = RunFactory(source=file_source(), state=RunState.CANCELLED)

    def address_of(page):
        arguments = [run.pk] if page.startswith(("run_", "rejections")) or page == "run" else [run.source.slug]
        return reverse(f"collection:{page}", args=[] if page in LISTS else arguments)

    return address_of


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_for_the_roles_that_have_its_right_and_for_no_other(page, address_of, signed_in_as):
    address = address_of(page)

    refused = {role for role in Role if signed_in_as(role).get(address).status_code == 403}

    assert set(Role) - refused == PAGES[page]


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_sent_to_sign_in(page, address_of, client):
    assert client.get(address_of(page)).headers["Location"].startswith("/compte/connexion/")


def test_whoever_may_only_look_is_offered_no_act(address_of, signed_in_as):
    browser = signed_in_as(Role.DATA_PROTECTION_OFFICER)

    shown = browser.get(address_of("source")).text + browser.get(address_of("run")).text

    for word in ("Collect now", "Close…", "Delete…", "Collect again", "Change the settings"):
        assert word not in shown


def test_an_operator_collects_but_changes_nothing(address_of, signed_in_as):
    browser = signed_in_as(Role.OPERATOR)

    shown = browser.get(address_of("source")).text

    assert "Collect now" in shown
    assert "Delete…" not in shown
    assert "Open the quarantine" not in browser.get(address_of("run")).text


@pytest.mark.parametrize("page", ACTS)
def test_an_act_is_never_done_by_a_link(page, address_of, browser):
    assert browser.get(address_of(page)).status_code == 405


@pytest.mark.parametrize("page", ["run", "rejections", "rejections_export"])
def test_a_run_that_is_not_there_is_not_found(page, browser):
    assert browser.get(reverse(f"collection:{page}", args=[987_654])).status_code == 404
