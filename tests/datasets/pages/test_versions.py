"""The versions of a dataset: restoring one, saying what it is, following them."""

import re
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.datasets.building import build
from apps.datasets.noting import write_note
from apps.datasets.requesting import request_build
from tests.datasets.factories import built
from tests.datasets.pages.conftest import GOOD

ENGLISH = {"accept-language": "en"}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def two_versions(towns):
    """The second has lost Voiron."""
    built(towns, GOOD[0])
    return towns


def restoration(dataset, number=1):
    return reverse("datasets:version_restore", args=[dataset.slug, number])


def note_of(dataset, number=1):
    return reverse("datasets:note", args=[dataset.slug, dataset.versions.get(number=number).build_id])


# --- Restoring ------------------------------------------------------------------------------------
def test_what_would_change_is_seen_before_anything_is_done(developer, two_versions):
    page = developer.get(restoration(two_versions), headers=ENGLISH).content.decode()

    assert "Restore version 1?" in page
    assert re.search(r"<tr><th scope=\"row\">[^<]+</th><td class=\"num\">1</td><td class=\"num\">\d</td>", page)
    assert two_versions.builds.count() == 2


def test_restoring_leads_to_the_page_of_its_progress_then_readers_get_the_rows(developer, two_versions):
    answer = developer.post(restoration(two_versions))
    asked = two_versions.latest_build()
    waiting = developer.get(asked.get_absolute_url(), headers=ENGLISH).content.decode()
    build(build_id=asked.pk)
    over = developer.get(asked.get_absolute_url(), headers=ENGLISH).content.decode()
    rows = developer.get(reverse("datasets:rows", args=[two_versions.slug]), headers=ENGLISH).content.decode()

    assert answer.headers["Location"] == asked.get_absolute_url()
    assert "Copy the files of the version" in waiting
    assert "Apply the recipe" not in waiting
    assert "Version 1 is published again, under a new number." in over
    assert "Voiron" in rows


def test_a_version_that_is_served_has_nothing_to_restore(developer, two_versions):
    answer = developer.get(restoration(two_versions, 2), follow=True, headers=ENGLISH)

    assert "there is nothing to restore" in answer.content.decode()


def test_a_restoration_that_is_refused_says_why(developer, two_versions):
    request_build(dataset=two_versions, by=None)

    answer = developer.post(restoration(two_versions), follow=True, headers=ENGLISH)

    assert "This dataset is being built already." in answer.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_only_developers_and_operators_restore_and_write_notes(as_role, public_towns, role):
    built(public_towns, GOOD[0])
    browser = as_role(role)

    answers = [browser.get(place).status_code for place in (restoration(public_towns), note_of(public_towns))]
    page = browser.get(public_towns.versions.get(number=1).get_absolute_url()).content.decode()

    may = role in {Role.AI_DEVELOPER, Role.OPERATOR}
    assert answers == ([200, 200] if may else [403, 403])
    assert (restoration(public_towns) in page) == may


# --- Release notes --------------------------------------------------------------------------------
def test_a_note_begins_from_what_changed(developer, two_versions):
    page = developer.get(note_of(two_versions, 2), headers=ENGLISH).content.decode()

    assert re.search(r"<textarea[^>]*>\s*0 rows added, 1 removed\.</textarea>", page)


def test_a_note_is_read_on_the_version_and_in_the_list_by_everyone(developer, client, public_towns):
    developer.post(note_of(public_towns), {"note": "The first <b>towns</b>."})
    client.logout()

    for place in (public_towns.current_version.get_absolute_url(), reverse("datasets:versions", args=["communes"])):
        assert "The first &lt;b&gt;towns&lt;/b&gt;." in client.get(place).content.decode()


def test_a_note_can_be_written_while_the_version_is_being_made(developer, towns):
    asked = request_build(dataset=towns, by=None)
    place = reverse("datasets:note", args=[towns.slug, asked.pk])

    page = developer.get(asked.get_absolute_url()).content.decode()
    answer = developer.post(place, {"note": "More towns."})

    asked.refresh_from_db()
    assert place in page
    assert (asked.note, answer.headers["Location"]) == ("More towns.", asked.get_absolute_url())


def test_a_note_that_is_too_long_is_refused_where_it_is_written(developer, towns):
    page = developer.post(note_of(towns), {"note": "x" * 4_001}, headers=ENGLISH).content.decode()

    assert 'aria-invalid="true"' in page
    assert not towns.versions.exclude(note="").exists()


# --- The feed -------------------------------------------------------------------------------------
def test_versions_are_followed_in_a_feed_reader(client, public_towns, settings):
    write_note(build=public_towns.current_version.build, note="The first & the best.", by=None)
    built(public_towns, GOOD[0])

    answer = client.get(reverse("datasets:versions_feed", args=["communes"]), headers=ENGLISH)

    feed = ElementTree.fromstring(answer.content)  # noqa: S314 -- ours
    entries = [
        (each.findtext(f"{ATOM}title"), each.findtext(f"{ATOM}summary"), each.find(f"{ATOM}link").get("href"))
        for each in feed.findall(f"{ATOM}entry")
    ]
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert entries == [
        (
            "Version 2",
            "− 1 since version 1".replace(" 1", "\u00a01", 1),
            f"{settings.SITE_URL}/jeux-de-donnees/communes/versions/2/",
        ),
        ("Version 1", "The first & the best.", f"{settings.SITE_URL}/jeux-de-donnees/communes/versions/1/"),
    ]


def test_the_feed_of_an_internal_dataset_does_not_exist_for_a_stranger(client, towns):
    assert client.get(reverse("datasets:versions_feed", args=[towns.slug])).status_code == 404


def test_the_feed_takes_as_many_queries_whatever_its_length(client, public_towns, django_assert_max_num_queries):
    for population in ("1", "2", "3"):
        built(public_towns, GOOD[0] | {"Population": population})

    with django_assert_max_num_queries(3):
        client.get(reverse("datasets:versions_feed", args=["communes"]))
