"""How far a person reads the columns of a dataset: by their roles where these open it, by what was given to them."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.datasets.enums import ColumnType, Confidentiality, Visibility
from apps.datasets.interface import search
from apps.datasets.models import Column, Dataset, Entity, Grant, GroupViewer
from apps.datasets.schema import ColumnSchema, EntitySchema
from tests.accounts.factories import UserFactory, issue
from tests.datasets.reading.tables import add_tables, make_dataset

pytestmark = pytest.mark.django_db

PUBLIC, INTERNAL, RESTRICTED = Confidentiality
SECRET = EntitySchema(
    name="line", columns=(ColumnSchema(name="secret", type=ColumnType.TEXT, confidentiality=RESTRICTED),)
)


def dataset_of(visibility, **fields):
    return make_dataset(visibility=visibility, **fields)


@pytest.mark.parametrize(
    ("visibility", "role", "level"),
    [
        (Visibility.PUBLIC, Role.USER, PUBLIC),
        (Visibility.PUBLIC, Role.OPERATOR, INTERNAL),
        (Visibility.PUBLIC, Role.AI_DEVELOPER, RESTRICTED),
        (Visibility.INTERNAL, Role.USER, None),
        (Visibility.INTERNAL, Role.WATCH_EDITOR, INTERNAL),
        (Visibility.INTERNAL, Role.AI_DEVELOPER, RESTRICTED),
        (Visibility.RESTRICTED, Role.AI_DEVELOPER, None),
        (Visibility.RESTRICTED, Role.DATA_PROTECTION_OFFICER, RESTRICTED),
    ],
)
def test_roles_open_datasets_and_say_how_far_they_are_read(visibility, role, level):
    assert dataset_of(visibility).level_for(UserFactory(role=role)) == level


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("given", list(Confidentiality))
def test_a_grant_to_an_end_user_is_read_as_far_as_it_says(visibility, given):
    dataset, person = dataset_of(visibility), UserFactory()
    Grant.objects.create(dataset=dataset, user=person, level=given)

    assert dataset.level_for(person) == given


def test_a_role_adds_nothing_to_a_grant_where_it_opens_nothing():
    dataset, developer = dataset_of(Visibility.RESTRICTED), UserFactory(role=Role.AI_DEVELOPER)
    Grant.objects.create(dataset=dataset, user=developer, level=PUBLIC)

    assert dataset.level_for(developer) == PUBLIC


def test_the_furthest_of_several_grants_counts():
    dataset, person, team = dataset_of(Visibility.RESTRICTED), UserFactory(), Group.objects.create(name="team")
    person.groups.add(team)
    Grant.objects.create(dataset=dataset, user=person, level=PUBLIC)
    Grant.objects.create(dataset=dataset, group=team, level=INTERNAL)

    assert dataset.level_for(person) == INTERNAL
    assert dataset.level_for(GroupViewer.of(team)) == INTERNAL
    assert dataset.level_for(AnonymousUser()) is None


def test_whoever_made_it_and_lost_their_role_reads_it_no_more():
    maker = UserFactory(role=Role.AI_DEVELOPER)
    made = dataset_of(Visibility.RESTRICTED, created_by=maker)
    before = made.level_for(maker)
    maker.remove_from(Role.AI_DEVELOPER)

    assert (before, Dataset.objects.get().level_for(maker)) == (RESTRICTED, None)


def test_all_at_once_as_one_by_one():
    """What is asked of the database for a list is what is said of each."""
    team, maker = Group.objects.create(name="team"), UserFactory(role=Role.AI_DEVELOPER)
    people = [AnonymousUser(), maker, *(UserFactory(role=role) for role in Role)]
    people[-1].groups.add(team)
    for visibility in Visibility:
        for created_by in (None, maker):
            dataset_of(visibility, created_by=created_by)
            granted = dataset_of(visibility, created_by=created_by)
            Grant.objects.create(dataset=granted, group=team)

    for person in people:
        one_by_one = {dataset.pk for dataset in Dataset.objects.all() if dataset.is_visible_to(person)}
        assert set(Dataset.objects.visible_to(person).values_list("pk", flat=True)) == one_by_one


@pytest.mark.parametrize("holders", [{}, {"user": True, "group": True}])
def test_a_grant_is_to_a_person_or_to_a_group(holders):
    made = {"user": UserFactory(), "group": Group.objects.create(name="team")}

    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(dataset=dataset_of(Visibility.INTERNAL), **{name: made[name] for name in holders})


@pytest.mark.parametrize("count", [1, 8])
def test_the_catalogue_asks_for_all_grants_at_once(count, django_assert_max_num_queries):
    person = UserFactory()
    for _rank in range(count):
        dataset = dataset_of(Visibility.RESTRICTED)
        add_tables(dataset, {SECRET: []})
        Grant.objects.create(dataset=dataset, user=person)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {issue(person, scopes=['datasets:read']).secret}")

    with django_assert_max_num_queries(8):
        told = api.get("/api/v1/catalogue/").json()

    assert len(told["dcat:dataset"]) == count


@pytest.mark.parametrize(("mask", "is_found"), [("hidden", False), ("start", True)])
def test_a_search_finds_no_column_that_is_hidden(mask, is_found):
    dataset = dataset_of(Visibility.PUBLIC)
    add_tables(dataset, {SECRET: []})
    entity = Entity.objects.create(dataset=dataset, name="line")
    Column.objects.create(entity=entity, position=0, name="secret", confidentiality=RESTRICTED, mask=mask)
    reader = UserFactory()

    found = [hit.label for hit in search(AnonymousUser(), "secret")]
    Grant.objects.create(dataset=dataset, user=reader, level=RESTRICTED)

    assert found == (["secret"] if is_found else [])
    assert [hit.label for hit in search(reader, "secret")] == ["secret"]
