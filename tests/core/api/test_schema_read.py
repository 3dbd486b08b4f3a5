"""The OpenAPI document: valid, complete, and true for every operation that there is or will be."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils.translation import override
from rest_framework.test import APIClient
from schemathesis.openapi import from_dict

from apps.core.api.documents import openapi_document

DOCUMENT = openapi_document().content
METHODS = ("get", "post", "put", "patch", "delete")


def operations() -> list[Any]:
    return [
        pytest.param(path, method, item[method], id=f"{method.upper()} {path}")
        for path, item in DOCUMENT["paths"].items()
        for method in METHODS
        if method in item
    ]


every_operation = pytest.mark.parametrize(("path", "method", "described"), operations())


def test_the_document_is_valid_and_its_making_gives_no_warning(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=StringIO())

    assert capsys.readouterr().err == ""
    assert DOCUMENT["openapi"] == "3.1.0"
    from_dict(DOCUMENT).validate()


@pytest.mark.django_db
def test_anyone_reads_it_and_asks_again_only_if_it_changed(api: APIClient) -> None:
    first = api.get("/api/v1/schema/")
    second = api.get("/api/v1/schema/", headers={"If-None-Match": first["ETag"]})

    assert first.json()["info"]["title"]
    assert first["Cache-Control"] == "public, no-cache"
    assert second.status_code == 304


def test_its_texts_follow_the_language_and_the_rest_does_not() -> None:
    with override("en"):
        english = openapi_document().content
    with override("fr"):
        french = openapi_document().content

    assert english["paths"].keys() == french["paths"].keys()
    assert english["info"]["description"].startswith("Écluse over HTTP")


def test_operations_are_named_once() -> None:
    names = [parameters.values[2]["operationId"] for parameters in operations()]

    assert len(names) == len(set(names))


def test_every_area_is_described() -> None:
    described = {tag["name"] for tag in DOCUMENT["tags"] if tag["description"] and tag["x-displayName"]}

    used = {tag for parameters in operations() for tag in parameters.values[2]["tags"]}

    assert used <= described


@every_operation
def test_an_operation_says_what_it_does(path: str, method: str, described: dict[str, Any]) -> None:
    assert described["summary"]
    assert described["description"]
    assert len(described["tags"]) == 1


@every_operation
def test_an_operation_documents_its_answers(path: str, method: str, described: dict[str, Any]) -> None:
    answers = described["responses"]

    assert any(status.startswith("2") for status in answers)
    assert {"405", "406", "500", "503"} <= set(answers)
    if described.get("security") and {} not in described["security"]:
        assert {"401", "403"} <= set(answers)
    if "{" in path:
        assert "404" in answers
    if "requestBody" in described:
        assert {"400", "413", "415"} <= set(answers)


@every_operation
def test_the_parameters_and_fields_of_an_operation_are_described(
    path: str, method: str, described: dict[str, Any]
) -> None:
    undescribed = [item["name"] for item in described.get("parameters", []) if not item.get("description")]

    assert undescribed == []


@pytest.mark.parametrize("name", list(DOCUMENT["components"]["schemas"]))
def test_every_field_of_a_body_is_described(name: str) -> None:
    schemas = DOCUMENT["components"]["schemas"]

    def is_described(value: dict[str, Any]) -> bool:
        return "description" in value or any("$ref" in part for part in [value, *value.get("allOf", [])])

    fields = schemas[name].get("properties", {})

    assert [field for field, value in fields.items() if not is_described(value)] == []
