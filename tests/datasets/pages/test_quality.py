"""The quality tab: what gates decided, build after build."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.roles import Role
from apps.datasets.building import build
from apps.datasets.restoring import request_restoration
from tests.datasets.factories import built, make_dataset
from tests.datasets.pages.conftest import BAD, GOOD

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def page_of(client):
    def page_of(dataset, browser=client):
        return browser.get(reverse("datasets:quality", args=[dataset.slug]), headers=ENGLISH)

    return page_of


def test_it_is_said_whether_checks_hold(developer, towns, page_of):
    page = page_of(towns, developer).content.decode()

    assert "All checks hold, and none weakens." in page
    assert "Checks at each build" in page


def test_what_no_longer_holds_is_said_first_with_what_was_measured(developer, held_towns, page_of):
    answer = page_of(held_towns, developer)

    (weakening,) = answer.context["weakening"]
    page = answer.content.decode()
    assert "At the last build, one check of 5 does not hold." in page
    assert (weakening.before.measured, weakening.last.measured) == ("0%", "50%")


def test_each_build_leads_to_its_page_its_version_and_its_rows_set_aside(developer, held_towns, page_of):
    page = page_of(held_towns, developer).content.decode()

    for made in held_towns.builds.all():
        assert made.get_absolute_url() in page
    assert reverse("datasets:rejects", args=["communes", held_towns.latest_build().pk]) in page
    assert held_towns.current_version.get_absolute_url() in page


def test_rows_set_aside_are_counted_by_reason_build_after_build(developer, held_towns, page_of):
    chart = page_of(held_towns, developer).context["reasons"]

    assert chart.columns == ["Build", "Required value missing", "Not a number"]
    assert [row[1:] for row in chart.rows] == [(0, 0), (1, 1)]


def test_whoever_sees_no_build_is_told_of_published_versions_alone(as_role, held_towns, page_of):
    answer = page_of(held_towns, as_role(Role.WATCH_EDITOR))

    assert [each.name for each in answer.context["lines"]] == ["version 1"]
    assert answer.context["reasons"] is None
    assert held_towns.latest_build().get_absolute_url() not in answer.content.decode()


def test_a_restoration_is_not_a_judgement(developer, towns, page_of):
    built(towns, GOOD[0])
    build(build_id=request_restoration(version=towns.versions.get(number=1), by=None).pk)

    assert len(page_of(towns, developer).context["lines"]) == 2


def test_a_dataset_that_was_never_judged_says_what_will_be_there(developer, page_of):
    page = page_of(make_dataset(slug="empty", visibility="public"), developer).content.decode()

    assert "No build came to its gate" in page


def test_an_internal_dataset_has_no_quality_for_a_stranger(client, towns, page_of):
    assert page_of(towns).status_code == 404


def test_it_takes_as_many_queries_whatever_the_number_of_builds(developer, towns, page_of):
    page_of(towns, developer)
    with CaptureQueriesContext(connection) as at_first:
        page_of(towns, developer)
    for _each in range(3):
        built(towns, *GOOD, *BAD)

    with CaptureQueriesContext(connection) as later:
        page_of(towns, developer)

    assert len(later) <= len(at_first)
