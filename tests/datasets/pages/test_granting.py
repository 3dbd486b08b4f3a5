"""The page where one decides who reads a dataset: what it tells, what it refuses, what it records."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.urls import reverse

from apps.accounts.models import AuditEvent
from apps.accounts.roles import Role
from apps.datasets.audit_actions import AuditAction
from apps.datasets.enums import Confidentiality
from apps.datasets.models import Dataset, Grant
from tests.accounts.factories import UserFactory


@pytest.fixture
def page(towns):
    return reverse("datasets:access", args=[towns.slug])


def give(browser, page, **said):
    return browser.post(page, {"agir": "donner", "email": "", "group": "", "level": "public", **said})


def test_an_access_is_given_to_a_person_told_and_recorded(developer, towns, page):
    person = UserFactory(email="reader@example.org", name="Camille Lec")

    give(developer, page, email="Reader@example.org", level="internal")
    told = developer.get(page).content.decode()

    grant = Grant.objects.get()
    assert (grant.user, grant.level) == (person, "internal")
    assert "Camille Lec" in told
    assert towns.level_for(person) == Confidentiality.INTERNAL
    event = AuditEvent.objects.first()
    assert (event.action, event.details) == (AuditAction.ACCESS_GIVEN, {"user": person.pk, "level": "internal"})


def test_an_access_given_again_replaces_the_one_before(developer, page):
    group = Group.objects.get(name=Role.USER)

    give(developer, page, group=group.pk)
    give(developer, page, group=group.pk, level="restricted")

    assert [(grant.group, grant.level) for grant in Grant.objects.all()] == [(group, "restricted")]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "one of the two"),
        ({"email": "nobody@example.org"}, "There is no account with this e-mail."),
        ({"email": "not an address"}, "valid email"),
    ],
)
def test_what_is_not_a_person_or_a_group_is_refused(developer, page, said, message):
    answer = give(developer, page, **said)

    assert message in answer.content.decode()
    assert not Grant.objects.exists()


def test_nobody_gives_more_than_they_read(as_role, page):
    browser = as_role(Role.AI_DEVELOPER)
    permission = Group.objects.get(name=Role.AI_DEVELOPER).permissions.get(codename="view_personal_columns")
    Group.objects.get(name=Role.AI_DEVELOPER).permissions.remove(permission)

    answer = give(browser, page, group=Group.objects.get(name=Role.USER).pk, level="restricted")

    assert "You do not read these columns yourself" in answer.content.decode()
    assert not Grant.objects.exists()


def test_an_access_is_taken_back_once_confirmed(developer, towns):
    person = UserFactory()
    grant = Grant.objects.create(dataset=towns, user=person)
    address = reverse("datasets:access_take_back", args=[towns.slug, grant.pk])

    shown = developer.get(address)
    still_there = Grant.objects.exists()
    developer.post(address)

    assert (shown.status_code, still_there, Grant.objects.exists()) == (200, True, False)
    assert AuditEvent.objects.first().details == {"user": person.pk, "level": "public"}


def test_the_access_of_another_dataset_is_not_there(developer, towns):
    other = Dataset.objects.create(name="Other", slug="other")
    grant = Grant.objects.create(dataset=other, user=UserFactory())

    answer = developer.post(reverse("datasets:access_take_back", args=[towns.slug, grant.pk]))

    assert answer.status_code == 404
    assert Grant.objects.exists()


def test_opening_to_more_people_asks_for_consent_closing_does_not(developer, towns, page):
    wider = {"agir": "visibilite", "visibility": "public"}

    refused = developer.post(page, wider).content.decode()
    before = Dataset.objects.get().visibility
    developer.post(page, wider | {"is_sure": "on"})
    opened = Dataset.objects.get()
    developer.post(page, {"agir": "visibilite", "visibility": "internal"})

    assert "More people would read it" in refused
    assert (before, opened.visibility, Dataset.objects.get().visibility) == ("internal", "public", "internal")
    assert opened.is_visible_to(AnonymousUser())
    assert AuditEvent.objects.first().details == {"before": "public", "after": "internal"}


def test_the_page_says_who_reads_how_much_and_why(developer, towns, page):
    Grant.objects.create(dataset=towns, group=Group.objects.get(name=Role.USER))

    told = " ".join(developer.get(page).content.decode().split())

    assert "3 columns, 1 hidden" in told
    assert "Every column" in told
    assert "Their role" in told


def test_whoever_makes_a_dataset_restricted_keeps_it_others_do_not(developer, towns, page):
    maker = developer.get("/").wsgi_request.user
    Dataset.objects.update(created_by=maker)
    developer.post(page, {"agir": "visibilite", "visibility": "restricted"})
    dataset = Dataset.objects.get()

    assert dataset.is_visible_to(maker)
    assert not dataset.is_visible_to(UserFactory(role=Role.AI_DEVELOPER))
    assert dataset.is_visible_to(UserFactory(role=Role.DATA_PROTECTION_OFFICER))


def test_the_queries_do_not_grow_with_the_accesses(developer, towns, page, django_assert_max_num_queries):
    for _person in range(10):
        Grant.objects.create(dataset=towns, user=UserFactory())

    with django_assert_max_num_queries(22):
        developer.get(page)
