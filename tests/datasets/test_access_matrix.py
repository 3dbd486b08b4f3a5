"""Who opens what: each person × each page and endpoint of a dataset × its visibility, in one table.

An address that is added without its line here fails the first test.
"""

from contextlib import closing

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import get_resolver, reverse
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.datasets.api.urls import urlpatterns as api_urls
from apps.datasets.enums import Visibility
from apps.datasets.models import Dataset, Grant
from tests.accounts.factories import UserFactory, issue
from tests.datasets.factories import GRENOBLE, VOIRON, built, make_dataset

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lake_folder", "no_table_left", "own_cache"),
]

# The pages that show a dataset, to whoever reads it.
READ = {
    "dataset", "rows", "entity_rows", "export", "entity_export", "dictionary", "dictionary_csv", "model", "model_ddl",
    "model_mocodo", "recipe", "versions", "versions_feed", "version", "differences", "version_file",
    "entity_version_file", "lineage", "quality", "api", "api_try", "documentation", "documentation_markdown",
    "version_documentation", "version_documentation_markdown",
}  # fmt: skip
# Those that serve to make it: the right of a role, on a dataset that roles open.
WORK = {
    "model_change": "datasets.change_dataset",
    "model_yaml": "datasets.view_personal_columns",
    "recipe_change": "datasets.change_dataset",
    "recipe_steps": "collection.view_rejection",
    "settings": "datasets.change_dataset",
    "delete": "datasets.delete_dataset",
    "access": "datasets.grant_dataset",
    "access_take_back": "datasets.grant_dataset",
    "build": "datasets.view_build",
    "build_progress": "datasets.view_build",
    "build_cancel": "datasets.build_dataset",
    "build_new": "datasets.build_dataset",
    "note": "datasets.build_dataset",
    "version_restore": "datasets.build_dataset",
    "rejects": "collection.view_rejection",
    "rejects_export": "collection.view_rejection",
}
# Not about one dataset: what they list is tested below.
OTHERS = {"datasets", "dataset_new"}
LISTS = {"api-datasets", "api-catalogue"}
# What is done over REST to a version: for whoever builds, on a dataset that roles open.
ACTS = {"api-dataset-version-note": "put", "api-dataset-version-restore": "post"}
READERS = {
    Visibility.PUBLIC: {
        "anonymous", "end user", "granted user", "granted group", "other owner", "staff without a role", "developer",
        "granted developer", "operator", "maker", "DPO",
    },
    Visibility.INTERNAL: {
        "granted user", "granted group", "other owner", "developer", "granted developer", "operator", "maker", "DPO",
    },
    Visibility.RESTRICTED: {"granted user", "granted group", "granted developer", "maker", "DPO"},
}  # fmt: skip
WORKERS = {
    Visibility.PUBLIC: {"other owner", "developer", "granted developer", "operator", "maker", "DPO"},
    Visibility.INTERNAL: {"other owner", "developer", "granted developer", "operator", "maker", "DPO"},
    Visibility.RESTRICTED: {"maker", "DPO"},
}


@pytest.fixture
def people():
    """Everyone by name; None is nobody in particular."""
    team = Group.objects.create(name="team")
    found = {
        "anonymous": None,
        "end user": UserFactory(),
        "granted user": UserFactory(),
        "granted group": UserFactory(),
        "other owner": UserFactory(role=Role.AI_DEVELOPER),
        "staff without a role": UserFactory(is_staff=True),
        "developer": UserFactory(role=Role.AI_DEVELOPER),
        "granted developer": UserFactory(role=Role.AI_DEVELOPER),
        "operator": UserFactory(role=Role.OPERATOR),
        "maker": UserFactory(role=Role.AI_DEVELOPER),
        "DPO": UserFactory(role=Role.DATA_PROTECTION_OFFICER),
    }
    found["granted group"].groups.add(team)
    make_dataset(GRENOBLE, name="Theirs", slug="theirs", visibility="restricted")
    Dataset.objects.update(created_by=found["other owner"])
    return found


@pytest.fixture(params=list(Visibility))
def towns(request, people):
    dataset = make_dataset(GRENOBLE, VOIRON, name="Towns", slug="towns", visibility=request.param)
    built(dataset)
    Dataset.objects.filter(pk=dataset.pk).update(created_by=people["maker"])
    for name in ("granted user", "granted developer"):
        Grant.objects.create(dataset=dataset, user=people[name])
    Grant.objects.create(dataset=dataset, group=Group.objects.get(name="team"))
    dataset.refresh_from_db()
    return dataset


def arguments(name, dataset):
    """What an address of this name needs."""
    given = {"slug": dataset.slug}
    if name.startswith(("entity_", "recipe_")):
        given["entity"] = "town"
    if name.startswith("version_") or name in {"version", "differences", "entity_version_file"}:
        given["number"] = 1
    if name.startswith(("build_c", "build_p", "rejects")) or name in {"build", "note"}:
        given["pk"] = dataset.current_version.build_id
    if name == "access_take_back":
        given["pk"] = dataset.grants.first().pk
    return given


def expected(name, who, person, dataset):
    """The status of a page."""
    reads = who in READERS[dataset.visibility]
    if name in READ:
        return 200 if reads else 404
    if person is None:
        return 302  # to sign in
    also = ["datasets.view_build"] if name.startswith(("rejects", "model_yaml", "recipe_steps")) else []
    if not person.has_perms([WORK[name], *also]):
        return 403
    if not reads:
        return 404
    if who not in WORKERS[dataset.visibility]:
        return 403
    return 302 if name in {"build_new", "build_progress", "version_restore"} else 200


def status(browser, name, dataset):
    address = reverse(f"datasets:{name}", kwargs=arguments(name, dataset))
    with closing(browser.post(address) if name == "build_new" else browser.get(address)) as answer:
        return answer.status_code


def test_every_address_of_a_dataset_is_in_the_table():
    (pages,) = [each for each in get_resolver().url_patterns if getattr(each, "namespace", "") == "datasets"]

    assert {pattern.name for pattern in pages.url_patterns} == READ | set(WORK) | OTHERS
    assert {pattern.name for pattern in api_urls} >= LISTS


def test_who_opens_each_page(people, towns):
    wanted, got = {}, {}
    for who, person in people.items():
        browser = Client()
        if person:
            browser.force_login(person)
        for name in sorted(READ | set(WORK)):
            wanted[who, name] = expected(name, who, person, towns)
            got[who, name] = status(browser, name, towns)

    assert {place: code for place, code in got.items() if code != wanted[place]} == {}


def test_who_reads_each_endpoint(people, towns):
    wanted, got = {}, {}
    for who, person in people.items():
        api = APIClient()
        if person:
            api.credentials(HTTP_AUTHORIZATION=f"Bearer {issue(person, scopes=['datasets:read']).secret}")
        for pattern in api_urls:
            if pattern.name in LISTS | set(ACTS):
                continue
            given = {"slug": towns.slug}
            if "entity" in str(pattern.pattern):
                given["entity"] = "town"
            if "pk" in str(pattern.pattern):
                given["pk"] = 1
            query = {"code": "38185"} if pattern.name.endswith("by-key") else {}
            wanted[who, pattern.name] = 200 if who in READERS[towns.visibility] else 404
            with closing(api.get(reverse(pattern.name, kwargs=given), query)) as answer:
                got[who, pattern.name] = answer.status_code

    assert {place: code for place, code in got.items() if code != wanted[place]} == {}


def test_who_acts_on_a_version_over_rest(people, towns):
    wanted, got = {}, {}
    for who, person in people.items():
        api = APIClient()
        if person:
            scopes = ["datasets:read", "datasets:write"]
            api.credentials(HTTP_AUTHORIZATION=f"Bearer {issue(person, scopes=scopes).secret}")
        for name, verb in ACTS.items():
            if person is None:
                code = 401
            elif not person.has_perms(["datasets.view_dataset", "datasets.build_dataset"]):
                code = 403
            elif who not in READERS[towns.visibility]:
                code = 404
            else:
                may = who in WORKERS[towns.visibility]
                code = 403 if not may else 200 if verb == "put" else 409  # it is the version that is read
            wanted[who, name] = code
            answer = getattr(api, verb)(reverse(name, args=[towns.slug, 1]), {"note": "So"}, format="json")
            got[who, name] = answer.status_code

    assert {place: code for place, code in got.items() if code != wanted[place]} == {}


def test_a_token_of_another_area_reads_what_anyone_reads(people, towns):
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {issue(people['maker'], scopes=['collection:read']).secret}")

    answer = api.get(f"/api/v1/datasets/{towns.slug}/rows/")

    assert answer.status_code == (200 if towns.is_public else 404)


def test_lists_searches_and_the_catalogue_name_it_to_its_readers_only(people, towns):
    wanted, got = {}, {}
    for who, person in people.items():
        browser, api = Client(), APIClient()
        if person:
            browser.force_login(person)
            api.credentials(HTTP_AUTHORIZATION=f"Bearer {issue(person, scopes=['datasets:read']).secret}")
        told = {
            "the list": browser.get(reverse("datasets:datasets")).content.decode(),
            "the search": browser.get(reverse("search"), {"q": "Towns"}).content.decode(),
            "the home page": browser.get(reverse("home")).content.decode(),
            "the datasets": api.get(reverse("api-datasets")).content.decode(),
            "the catalogue": api.get(reverse("api-catalogue")).content.decode(),
        }
        for place, text in told.items():
            is_there = "/jeux-de-donnees/towns/" in text or '"towns"' in text
            reads = who in READERS[towns.visibility]
            # The home page shows the latest events, to some; never what one may not read.
            wanted[who, place] = reads if place != "the home page" else reads and is_there
            got[who, place] = is_there

    assert {place: there for place, there in got.items() if there != wanted[place]} == {}


def test_the_administration_shows_what_is_of_the_datasets_that_one_may_read(people, towns):
    wanted, got = {}, {}
    for who in ("other owner", "developer", "granted developer", "operator", "maker", "DPO"):
        browser = Client()
        browser.force_login(people[who])
        for model, pk in {
            "dataset": towns.pk,
            "entity": towns.entities.get().pk,
            "column": towns.entities.get().columns.first().pk,
            "recipe": towns.entities.get().recipe.pk,
            "recipedependency": towns.entities.get().recipe.dependencies.get().pk,
            "build": towns.current_version.build_id,
            "version": towns.current_version_id,
            "grant": towns.grants.first().pk,
        }.items():
            wanted[who, model] = 200 if who in READERS[towns.visibility] else 302  # it is said that there is none
            got[who, model] = browser.get(reverse(f"admin:datasets_{model}_change", args=[pk])).status_code

    assert {place: code for place, code in got.items() if code != wanted[place]} == {}
