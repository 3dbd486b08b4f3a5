"""Who opens which page: the permission matrix, and what an internal dataset tells of itself to a stranger."""

import pytest
from django.urls import reverse

from apps.accounts.roles import Role

READ = [
    "dataset",
    "rows",
    "dictionary",
    "dictionary_csv",
    "model",
    "model_ddl",
    "model_mocodo",
    "recipe",
    "versions",
    "api",
    "export",
]
SEES_BUILDS = {Role.AI_DEVELOPER, Role.OPERATOR, Role.DATA_PROTECTION_OFFICER, Role.ADMINISTRATOR}
STAFF = SEES_BUILDS | {Role.WATCH_EDITOR}


@pytest.mark.parametrize("name", READ)
def test_anyone_reads_a_public_dataset(client, public_towns, name):
    answer = client.get(reverse(f"datasets:{name}", args=[public_towns.slug]))

    assert answer.status_code == 200


@pytest.mark.parametrize("name", READ)
def test_an_internal_dataset_does_not_exist_for_a_stranger(client, towns, name):
    answer = client.get(reverse(f"datasets:{name}", args=[towns.slug]))

    assert answer.status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_an_internal_dataset_is_read_by_the_roles_that_see_datasets(as_role, towns, role):
    answer = as_role(role).get(towns.get_absolute_url())

    assert answer.status_code == (200 if role in STAFF else 404)


@pytest.mark.parametrize("role", list(Role))
def test_a_build_is_seen_by_the_roles_that_see_builds(as_role, public_towns, role):
    answer = as_role(role).get(public_towns.latest_build().get_absolute_url())

    assert answer.status_code == (200 if role in SEES_BUILDS else 403)


@pytest.mark.parametrize("name", ["model_change", "settings", "delete"])
@pytest.mark.parametrize("role", list(Role))
def test_only_developers_change_a_dataset(as_role, public_towns, role, name):
    answer = as_role(role).get(reverse(f"datasets:{name}", args=[public_towns.slug]))

    assert answer.status_code == (200 if role == Role.AI_DEVELOPER else 403)


@pytest.mark.parametrize("role", list(Role))
def test_rows_set_aside_ask_for_the_right_to_read_those_of_the_collection_too(as_role, held_towns, role):
    build = held_towns.latest_build()
    browser = as_role(role)
    person = browser.get("/").wsgi_request.user

    answer = browser.get(reverse("datasets:rejects", args=[held_towns.slug, build.pk]))

    may = person.has_perm("datasets.view_build") and person.has_perm("collection.view_rejection")
    assert answer.status_code == (200 if may else 403)


@pytest.mark.parametrize("role", list(Role))
def test_only_developers_and_operators_ask_for_builds(as_role, public_towns, role):
    before = public_towns.builds.count()

    answer = as_role(role).post(reverse("datasets:build_new", args=[public_towns.slug]))

    may = role in {Role.AI_DEVELOPER, Role.OPERATOR}
    assert answer.status_code == (302 if may else 403)
    assert public_towns.builds.count() - before == may


def test_a_link_asks_for_no_build(developer, towns):
    before = towns.builds.count()

    answer = developer.get(reverse("datasets:build_new", args=[towns.slug]))

    assert answer.status_code == 405
    assert towns.builds.count() == before
