"""What the shell makes of what apps declare: the navigation, the home page, the search."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Thing

import pytest
from django.utils import translation

from apps.core.context_processors import navigation
from apps.core.gates import GateState
from apps.core.home import EVENTS_SHOWN, RUNS_SHOWN, Home
from apps.core.interface import Event, Hit, Interface, RunLine, Section, SitePage, Stage, Task, Tone, interfaces
from apps.core.search import fold, search_site

NOW = datetime(2026, 11, 19, 9, 14, tzinfo=UTC)
NOBODY = Thing(is_authenticated=False, has_perm=lambda permission: False)
READER = Thing(is_authenticated=True, has_perm=lambda permission: permission == "data.view")


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def declare(monkeypatch):
    """Replace what the project's apps declare."""

    def declared(*interface):
        monkeypatch.setitem(interfaces.__dict__, "by_app", {"core": list(interface)})

    return declared


def stage(label, rank, gate):
    return Stage(label=label, rank=rank, gate=gate)


def test_the_navigation_keeps_the_sections_one_may_open_in_their_order(declare):
    declare(
        Interface(section=Section(label="Watch", url_name="help", rank=60)),
        Interface(section=Section(label="Data", url_name="search", rank=20, permission="data.view")),
        Interface(section=Section(label="Secret", url_name="home", rank=10, permission="other.view")),
    )

    assert [item.label for item in navigation(READER, "/")] == ["Data", "Watch"]
    assert [item.label for item in navigation(NOBODY, "/")] == ["Watch"]


def test_the_navigation_marks_the_section_and_the_page_one_is_on(declare):
    declare(Interface(section=Section(label="Watch", url_name="help", rank=1)))

    assert navigation(NOBODY, "/aide/")[0].current == "page"
    assert navigation(NOBODY, "/aide/more/")[0].current == "true"
    assert navigation(NOBODY, "/")[0].current == ""


@pytest.mark.parametrize(
    ("gates", "tone", "said"),
    [
        ([], Tone.OFF, "no stage has been set up"),
        ([GateState.OPEN], Tone.OK, "every gate is open"),
        ([GateState.OPEN, GateState.WAITING], Tone.WAIT, "One gate is not open yet: stage 2."),
        ([GateState.WAITING, GateState.CLOSED], Tone.BAD, "One gate is closed: stage 2."),
        ([GateState.CLOSED, GateState.CLOSED], Tone.BAD, "2 gates are closed, the first at: stage 1."),
    ],
)
def test_the_home_page_answers_first_about_the_gates_that_do_not_open(declare, gates, tone, said):
    declare(Interface(stages=lambda viewer: [stage(f"stage {n}", n, gate) for n, gate in enumerate(gates, 1)]))

    home = Home.of(READER)

    assert home.tone == tone
    assert said in home.verdict


def test_the_home_page_gathers_from_every_app_the_most_pressing_and_the_latest_first(declare):
    runs = [
        RunLine(label=str(n), url="/", source="s", started_at=NOW - timedelta(hours=n), state="ok", tone=Tone.OK)
        for n in range(10)
    ]
    declare(
        Interface(
            tasks=lambda viewer: [Task(label="later", url="/", rank=50)],
            stages=lambda viewer: [stage("model", 40, GateState.OPEN)],
            runs=lambda viewer: runs[5:],
        ),
        Interface(
            tasks=lambda viewer: [Task(label="now", url="/", rank=1)],
            stages=lambda viewer: [stage("source", 10, GateState.OPEN)],
            runs=lambda viewer: runs[:5],
            events=lambda viewer: [Event(at=NOW, text="e")] * 20,
        ),
    )

    home = Home.of(READER)

    assert [task.label for task in home.tasks] == ["now", "later"]
    assert [each.label for each in home.stages] == ["source", "model"]
    assert [run.label for run in home.runs] == [str(n) for n in range(RUNS_SHOWN)]
    assert len(home.events) == EVENTS_SHOWN


def test_what_is_declared_is_asked_for_the_person_who_looks(declare):
    declare(Interface(tasks=lambda viewer: [Task(label="mine", url="/")] if viewer is READER else []))

    assert [task.label for task in Home.of(READER).tasks] == ["mine"]
    assert Home.of(NOBODY).tasks == []


def test_the_search_ignores_accents_and_capitals(declare):
    declare(Interface(pages=[SitePage(label="Données", url_name="home", summary="Jeux publiés")]))

    assert search_site("DONNEES publies", NOBODY)[0][1][0].label == "Données"
    assert search_site("absent", NOBODY) == []
    assert fold("Écluse À") == "ecluse a"


def test_the_search_never_shows_a_page_that_may_not_be_opened(declare):
    declare(
        Interface(
            pages=[
                SitePage(label="Page of data", url_name="home", permission="data.view"),
                SitePage(label="Page of mine", url_name="home", signed_in=True),
            ]
        )
    )

    assert search_site("page", NOBODY) == []
    assert [hit.label for hit in search_site("page", READER)[0][1]] == ["Page of data", "Page of mine"]


def test_the_search_asks_the_apps_and_groups_by_kind(declare):
    asked = []

    def find(viewer, query):
        asked.append((viewer, query))
        return [Hit(label="Ada", url="/", kind="People")]

    declare(Interface(search=find))

    assert search_site("  ada ", READER) == [("People", [Hit(label="Ada", url="/", kind="People")])]
    assert asked == [(READER, "ada")]


def test_an_empty_query_asks_nobody(declare):
    declare(Interface(search=lambda viewer, query: pytest.fail("asked")))

    assert search_site("   ", READER) == []


def test_everything_declared_leads_somewhere():
    from django.urls import reverse

    pages = [page for each in interfaces.all() for page in each.pages]
    sections = [each.section for each in interfaces.all() if each.section]

    assert all(reverse(each.url_name) for each in [*pages, *sections])
