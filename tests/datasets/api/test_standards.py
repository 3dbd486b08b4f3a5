"""Datasets told in the standards of open data: valid by those who wrote them, and nothing hidden in them."""

import json

import pytest
from frictionless import Package
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.datasets.reading.tables import publish, publish_linked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache")]


def told(version, path):
    return APIClient().get(f"/api/v1/datasets/{version.dataset.slug}/{path}/").json()


def test_a_data_package_is_one_for_frictionless():
    version = publish(licence="Licence Ouverte 2.0", description="What it is")

    package = told(version, "datapackage")

    assert Package.from_descriptor(package).get_resource("patient").schema.primary_key == ["code"]
    assert package["licenses"] == [{"name": "licence-ouverte-20", "title": "Licence Ouverte 2.0"}]
    fields = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    assert fields["code"] == {"name": "code", "type": "string", "constraints": {"required": True}}
    assert fields["noted"]["type"] == "datetime"
    assert package["resources"][0]["path"].endswith(f"/{version.dataset.slug}/patient/export/?format=csv")


def test_csv_on_the_web_tells_the_types_of_the_columns():
    version = publish()

    (table,) = told(version, "csvw")["tables"]

    columns = {column["name"]: column for column in table["tableSchema"]["columns"]}
    assert columns["code"] == {"name": "code", "datatype": "string", "required": True}
    assert columns["cost"]["datatype"] == "decimal"
    assert table["tableSchema"]["primaryKey"] == ["code"]


@pytest.mark.parametrize("path", ["datapackage", "csvw"])
def test_what_one_may_not_read_is_not_told(path):
    version = publish()

    assert "surname" not in json.dumps(told(version, path))


@pytest.mark.parametrize("path", ["datapackage", "csvw"])
def test_who_may_read_the_description_of_what_is_not_public(path):
    version = publish(visibility="internal")

    assert_access(
        "GET",
        f"/api/v1/datasets/{version.dataset.slug}/{path}/",
        {
            anonymous(): 404,
            token_of(person(Role.USER), scopes=["datasets:read"]): 404,
            token_of(person(Role.WATCH_EDITOR), scopes=["datasets:read"]): 200,
        },
    )


def test_the_catalogue_holds_what_is_published_and_may_be_read(django_assert_max_num_queries):
    public = publish(licence="Licence Ouverte 2.0").dataset
    publish(visibility="internal")
    for _each in range(3):
        publish()

    with django_assert_max_num_queries(3):
        answer = APIClient().get("/api/v1/catalogue/")

    document = answer.json()
    assert answer.headers["Content-Type"] == "application/ld+json"
    assert document["@type"] == "dcat:Catalog"
    assert len(document["dcat:dataset"]) == 4
    (found,) = [each for each in document["dcat:dataset"] if each["dct:identifier"] == public.slug]
    assert found["dct:accessRights"]["@id"].endswith("/PUBLIC")
    media = [each["dcat:mediaType"] for each in found["dcat:distribution"]]
    assert media == ["text/csv", "application/jsonl", "application/vnd.apache.parquet"]


def test_a_long_catalogue_is_read_page_by_page():
    for _each in range(3):
        publish()

    first = APIClient().get("/api/v1/catalogue/?limit=2").json()
    second = APIClient().get(first["hydra:next"]["@id"]).json()

    assert [len(page["dcat:dataset"]) for page in (first, second)] == [2, 1]
    assert "hydra:next" not in second


def test_links_lead_from_a_table_to_another():
    version = publish_linked()

    package = told(version, "datapackage")
    tables = told(version, "csvw")["tables"]

    linked = [each["schema"]["foreignKeys"] for each in package["resources"] if "foreignKeys" in each["schema"]]
    assert linked
    names = {each["name"] for each in package["resources"]}
    assert {link["reference"]["resource"] for links in linked for link in links} <= names
    urls = {each["url"] for each in tables}
    referred = [link["reference"]["resource"] for each in tables for link in each["tableSchema"].get("foreignKeys", [])]
    assert set(referred) <= urls
    assert len(referred) == sum(map(len, linked))
