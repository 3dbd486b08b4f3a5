"""The page of all the schedules."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from apps.accounts.roles import Role
from apps.collection.enums import SourceState
from apps.collection.interface import tasks
from apps.collection.models import Source
from tests.accounts.factories import UserFactory
from tests.collection.factories import SourceFactory
from tests.core.rendering import Page

pytestmark = pytest.mark.django_db

PAGE = "/collecte/planification/"


def scheduled(name, cron="0 6 * * *", **fields):
    return SourceFactory(name=name, cron=cron, is_scheduled=True, **fields)


def test_without_a_schedule_it_says_what_one_is_and_leads_to_the_sources(browser):
    answer = browser.get(PAGE)

    assert "Nothing is collected by itself" in Page(answer.text).texts("h3")
    assert answer.context["verdict"] == "No source is collected by itself yet."


def test_what_runs_when_is_told_for_a_day_and_for_a_week(browser):
    scheduled("Quotidienne")
    weekday = (timezone.now() + timedelta(days=3)).isoweekday() % 7
    scheduled("Hebdomadaire", cron=f"0 6 * * {weekday}")

    day, week = browser.get(PAGE), browser.get(f"{PAGE}?jours=7")

    assert "Quotidienne" in day.text
    assert "Hebdomadaire" not in day.text
    assert "Hebdomadaire" in week.text
    assert len(week.context["days"]) >= 7
    assert day.context["verdict"] == "All is well: 2 sources are collected by themselves."


def test_a_start_that_failed_comes_first_and_leads_to_its_schedule(browser):
    source = scheduled("En panne", schedule_error="This source is being collected already.")

    page = Page(browser.get(PAGE).text)

    assert page.texts("h2")[0] == "To look at"
    assert f"/collecte/sources/{source.slug}/planification/" in [link["href"] for link in page.all("a")]
    assert [each.url for each in tasks(UserFactory(role=Role.AI_DEVELOPER))] == [
        f"/collecte/sources/{source.slug}/planification/"
    ]


def test_a_scheduled_source_that_is_closed_is_told_and_foresees_nothing(browser):
    scheduled("Close", state=SourceState.CLOSED)

    answer = browser.get(PAGE)

    assert "is not open: nothing starts until someone opens it" in answer.text
    assert answer.context["days"] == []


def test_a_source_that_had_hours_is_at_rest(browser):
    SourceFactory(name="Au repos", cron="0 7 * * 1")

    answer = browser.get(PAGE)

    assert "At rest" in Page(answer.text).texts("h2")
    assert "Each Monday at 07:00" in answer.text


def test_whoever_only_looks_is_led_to_the_sources_themselves(signed_in_as):
    source = scheduled("Lue", schedule_error="It broke.")

    page = Page(signed_in_as(Role.ADMINISTRATOR).get(PAGE).text)

    assert f"/collecte/sources/{source.slug}/planification/" not in [link["href"] for link in page.all("a")]


@pytest.mark.parametrize("count", [2, 40])
def test_the_page_costs_the_same_for_two_schedules_and_for_forty(browser, count):
    for number in range(count):
        scheduled(f"Source {number}", cron=f"{number} * * * *")
    browser.get(PAGE)

    with assertNumQueries(11):
        browser.get(PAGE)


def test_what_is_too_much_for_a_page_is_counted(browser, monkeypatch):
    monkeypatch.setattr(import_module("apps.collection.views.schedules"), "LINES_SHOWN", 3)
    for number in range(5):
        scheduled(f"Source {number}")

    assert "2 later runs are left out." in browser.get(PAGE).text


def test_the_list_of_sources_says_what_is_late_and_what_comes_next(browser):
    now = timezone.now()
    late, asked = scheduled("En retard"), SourceFactory(name="Sur demande")
    for source in (late, asked):
        source.runs.create(state="succeeded", finished_at=now - timedelta(days=9))

    rows = {row.source.name: row for row in browser.get("/collecte/").context["rows"]}

    assert (rows["En retard"].freshness, rows["Sur demande"].freshness) == ("warn", "info")
    assert rows["En retard"].next_text.startswith("in ")
    assert rows["Sur demande"].next_text == ""


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("fraicheur", ["Vieille", "Neuve", "Jamais"]),
        ("-fraicheur", ["Neuve", "Vieille", "Jamais"]),
        ("prochaine", ["Neuve", "Vieille", "Jamais"]),
        ("type", ["Vieille", "Jamais", "Neuve"]),
    ],
)
def test_the_list_is_sorted_by_freshness_next_run_and_kind(browser, order, names):
    now = timezone.now()
    old, new = SourceFactory(name="Vieille", kind="file"), SourceFactory(name="Neuve")
    SourceFactory(name="Jamais")
    old.runs.create(state="succeeded", finished_at=now - timedelta(days=9))
    new.runs.create(state="succeeded", finished_at=now - timedelta(days=1))
    Source.objects.filter(pk=new.pk).update(next_run_at=now + timedelta(hours=1))
    Source.objects.filter(pk=old.pk).update(next_run_at=now + timedelta(hours=2))

    rows = browser.get(f"/collecte/?tri={order}").context["rows"]

    assert [row.source.name for row in rows] == names


def test_the_list_is_narrowed_to_one_kind(browser):
    SourceFactory(name="Un fichier", kind="file")
    SourceFactory(name="Minuscule")

    answer = browser.get("/collecte/?type=tiny")

    assert [row.source.name for row in answer.context["rows"]] == ["Minuscule"]
