"""Buttons pressed twice, or by two people, at the same instant: one does it, nobody meets an error."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.roles import Role
from apps.collection.enums import RunState
from apps.collection.models import QueryVersion, Run, Source
from apps.collection.query_sheets import make_sheet
from apps.collection.requesting import request_run
from apps.collection.sourcing import change_source
from tests.accounts.factories import UserFactory
from tests.collection.pages.test_query import source as town
from tests.collection.workers import wait_until

__all__ = ["town"]

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def written_at_once(count):
    """Let reads through and keep writes back until so many of them wait: each has looked before any has written."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE collection_source, collection_run, collection_queryversion IN SHARE MODE")
        yield

        def are_waiting():
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            return cursor.fetchone()[0] >= count

        wait_until(are_waiting, seconds=60)


def at_once(*acts):
    """Do these, each in a thread, so that all of them have looked before any has written; what they give."""

    def done(act):
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        with written_at_once(len(acts)):
            given = [pool.submit(done, act) for act in acts]
        return [each.result() for each in given]


@pytest.fixture
def click_twice(db):
    """Press a button twice at the same instant; the statuses of the two answers."""
    person = UserFactory(role=Role.AI_DEVELOPER, language="en")

    def click_twice(url, data=None):
        browsers = [Client(), Client()]
        for browser in browsers:
            browser.force_login(person)
        answers = at_once(*(lambda browser=browser: browser.post(url, data or {}) for browser in browsers))
        return sorted(answer.status_code for answer in answers)

    return click_twice


def test_a_source_is_made_once_and_the_second_click_is_told_its_name_is_taken(click_twice):
    data = {"name": "Reports", "url": "https://example.org/reports.csv"}

    statuses = click_twice(reverse("collection:source_new_of_kind", args=["file"]), data)

    assert statuses == [200, 302]
    assert Source.objects.count() == 1


def test_a_source_is_collected_once(click_twice, file_source):
    assert click_twice(reverse("collection:source_collect", args=[file_source().slug])) == [302, 302]
    assert Run.objects.count() == 1


def test_a_run_is_cancelled_once(click_twice, file_source):
    run = request_run(source=file_source(), by=None)

    assert click_twice(reverse("collection:run_cancel", args=[run.pk])) == [302, 302]
    assert Run.objects.get().state == RunState.CANCELLED


@pytest.mark.parametrize("act", ["source_close", "source_delete"])
def test_a_source_is_closed_or_deleted_once(click_twice, file_source, act):
    assert click_twice(reverse(f"collection:{act}", args=[file_source().slug])) == [302, 302]
    assert not Source.objects.open().exists()


# --- The sheets of queries ------------------------------------------------------------------------
def test_two_people_who_change_a_query_at_the_same_time_keep_a_sheet_each(town):
    queries = ["SELECT service FROM report", "SELECT priority FROM report"]

    def change(query):
        config = {name: value for name, value in town.config.items() if name != "parameters"} | {"query": query}
        return make_sheet(source=change_source(source=town, changes={"config": config}, by=None), by=None)

    made = at_once(*(lambda query=query: change(query) for query in queries))

    assert [version.told.text for version in made] == queries
    assert QueryVersion.objects.count() == 2


def test_two_people_who_make_the_sheet_of_a_query_at_the_same_time_keep_one(town):
    made = at_once(*[lambda: make_sheet(source=town, by=None)] * 2)

    assert {each.pk for each in made} == {QueryVersion.objects.get().pk}
