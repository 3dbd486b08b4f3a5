"""What the collection shows in the shell: locks, tasks, runs, events, search."""

import pytest
from django.utils import timezone

from apps.accounts.roles import Role
from apps.collection.enums import RunState
from apps.collection.interface import events, runs, search, stages, tasks
from apps.core.gates import GateState
from tests.accounts.factories import UserFactory
from tests.collection.factories import RunFactory, SourceFactory
from tests.core.rendering import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def developer(db):
    return UserFactory(role=Role.AI_DEVELOPER)


@pytest.fixture
def outsider(db):
    return UserFactory(role=Role.USER)


def over(state, **fields):
    return RunFactory(state=state, finished_at=timezone.now(), **fields)


def test_whoever_may_not_see_sources_is_shown_nothing(outsider):
    run = over(RunState.FAILED)

    assert [*stages(outsider), *tasks(outsider), *runs(outsider), *events(outsider)] == []
    assert [*search(outsider, run.source.name), *search(outsider, str(run.pk))] == []


def test_without_a_source_there_is_no_stage(developer):
    assert stages(developer) == []


@pytest.mark.parametrize(
    ("state", "gate"),
    [
        (None, GateState.WAITING),
        (RunState.WAITING, GateState.WAITING),
        (RunState.SUCCEEDED, GateState.OPEN),
        (RunState.HELD, GateState.CLOSED),
        (RunState.FAILED, GateState.CLOSED),
    ],
)
def test_the_gate_of_the_collection_is_that_of_the_last_runs(developer, state, gate):
    source = SourceFactory()
    if state:
        over(state, source=source)

    sources, collection = stages(developer)

    assert (sources.gate, sources.figure) == (GateState.OPEN, "1")
    assert collection.gate == gate


def test_a_run_that_passed_since_opens_the_gate_again(developer):
    source = SourceFactory()
    over(RunState.FAILED, source=source)
    over(RunState.SUCCEEDED, source=source, rows_read=7, rows_kept=7)

    assert stages(developer)[1].gate == GateState.OPEN
    assert stages(developer)[1].figure == "7"
    assert tasks(developer) == []


def test_a_draft_alone_waits(developer):
    SourceFactory(is_draft=True)

    assert [stage.gate for stage in stages(developer)] == [GateState.WAITING, GateState.WAITING]


def test_runs_that_did_not_pass_and_drafts_are_tasks(developer):
    held, failed = over(RunState.HELD), over(RunState.FAILED)
    draft = SourceFactory(is_draft=True)

    found = tasks(developer)

    assert {task.url for task in found[:2]} == {held.get_absolute_url(), failed.get_absolute_url()}
    assert found[2].url == f"/collecte/sources/{draft.slug}/reglages/"


def test_an_operator_is_not_asked_to_finish_drafts():
    SourceFactory(is_draft=True)

    assert tasks(UserFactory(role=Role.OPERATOR)) == []


def test_who_follows_a_source_without_collecting_it_sees_its_last_run_among_the_tasks():
    officer = UserFactory(role=Role.DATA_PROTECTION_OFFICER)
    followed, _other = over(RunState.FAILED), over(RunState.FAILED)
    followed.source.followers.add(officer)

    assert [task.url for task in tasks(officer)] == [followed.get_absolute_url()]


def test_runs_and_events_come_the_latest_first(developer):
    first, second = over(RunState.SUCCEEDED), over(RunState.FAILED)

    assert [line.url for line in runs(developer)] == [second.get_absolute_url(), first.get_absolute_url()]
    assert [event.url for event in events(developer)] == [second.get_absolute_url(), first.get_absolute_url()]


@pytest.mark.parametrize("query", ["marché", "MARCH", "jeudi"])
def test_a_source_is_found_by_its_words(developer, query):
    source = SourceFactory(name="Le marché", description="Chaque jeudi")

    assert [hit.url for hit in search(developer, query)] == [source.get_absolute_url()]


def test_a_run_is_found_by_its_number(developer):
    run = over(RunState.SUCCEEDED, source__name="Towns", source__slug="towns")

    assert [hit.url for hit in search(developer, str(run.pk))] == [run.get_absolute_url()]
    assert search(developer, "9" * 30) == []


def test_the_home_page_and_the_navigation_show_the_collection(browser):
    run = over(RunState.FAILED)

    page = Page(browser.get("/").text)

    links = [link["href"] for link in page.all("a")]
    assert "/collecte/" in links
    assert run.get_absolute_url() in links
