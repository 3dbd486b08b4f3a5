"""The OpenAPI document of a model: valid, typed, and true of what is answered."""

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.inference.enums import Audience
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.inference.serve_factories import deploy, in_service, make_model, make_version, progression, reports, tumours

pytestmark = pytest.mark.django_db

READ = ["inference:read"]


@pytest.fixture
def api():
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=token_of(person(Role.AI_DEVELOPER), scopes=READ).authorization)
    return client


def url(model):
    return f"/api/v1/models/{model.slug}/schema/"


def validator(document, name):
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("made", [tumours, reports, progression])
def test_it_is_valid_and_true_of_what_is_asked_and_answered(api, made):
    made = made()
    model = in_service(made)
    body = {"rows": made.rows[:2]}

    document = api.get(url(model)).json()

    OpenAPIV31SpecValidator(document).validate()
    validator(document, "Asked").validate(body)
    answer = api.post(f"/api/v1/models/{model.slug}/predict/", body, format="json").json()
    validator(document, "Answer").validate(answer)
    validator(document, "Asked").validate(body | {"explain": True})
    explained = api.post(f"/api/v1/models/{model.slug}/predict/", body | {"explain": True}, format="json").json()
    validator(document, "Answer").validate(explained)
    assert all("explanation" in each for each in explained["predictions"])


def test_it_tells_types_bounds_choices_and_what_may_be_missing(api):
    document = api.get(url(in_service(reports()))).json()

    row = document["components"]["schemas"]["Row"]
    assert row["properties"]["district"]["enum"] == ["Nord", "Sud"]
    assert row["properties"]["age"]["maximum"] == 120
    assert row["properties"]["text"]["maxLength"] == 200
    assert row["properties"]["surface"]["type"] == ["number", "null"]
    assert "surface" not in row["required"]
    assert "enum" not in row["properties"]["source"]


def test_who_may_read_it():
    for audience, expected in {
        Audience.STAFF: (404, 404),
        Audience.PEOPLE: (404, 200),
        Audience.PUBLIC: (200, 200),
    }.items():
        assert_access(
            "GET",
            url(in_service(audience=audience)),
            {
                anonymous(): expected[0],
                token_of(person(), scopes=READ): expected[1],
                token_of(person(), scopes=["datasets:read"]): expected[0],
                token_of(person(Role.OPERATOR), scopes=READ): 200,
            },
        )


def test_a_model_with_nothing_in_service_has_none(api):
    assert api.get(url(make_model(tumours()))).json()["code"] == "not_in_service"


def test_it_is_read_again_only_once_another_version_serves(api):
    model = in_service()
    etag = api.get(url(model))["ETag"]

    assert api.get(url(model), headers={"If-None-Match": etag}).status_code == 304
    deploy(make_version(model, tumours(seed=9)))
    assert api.get(url(model), headers={"If-None-Match": etag}).status_code == 200
