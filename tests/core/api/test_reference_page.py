"""The pages about the API: complete, open to all, and with commands that work when they are pasted."""

import subprocess
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.core.api.documents import openapi_document
from apps.core.api.markdown import to_html
from apps.core.api.reference import Area, Operation, Reader, Request, constraints, type_name

DOCUMENT: dict[str, Any] = {
    "tags": [{"name": "locks", "x-displayName": "Locks", "description": "What holds the water."}, {"name": "unused"}],
    "paths": {
        "/api/v1/locks/{id}/": {
            "put": {
                "operationId": "locks_replace",
                "tags": ["locks"],
                "summary": "Replace a lock",
                "security": [{"token": ["locks:write"]}],
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
                    {"name": "reason", "in": "query", "required": True, "schema": {"type": "string"}, "example": "a b"},
                    {"name": "dry", "in": "query", "schema": {"type": "boolean", "default": False}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lock"}}}},
                "responses": {
                    "200": {
                        "description": "The lock.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lock"}}},
                    },
                    "404": {"$ref": "#/components/responses/NotFound"},
                },
            }
        }
    },
    "components": {
        "responses": {
            "NotFound": {"description": "No such lock.", "content": {"application/problem+json": {"schema": {}}}}
        },
        "schemas": {
            "Lock": {
                "type": "object",
                "required": ["name", "gates"],
                "properties": {
                    "name": {"type": "string", "maxLength": 20, "description": "Its name.", "example": "l'Aigle"},
                    "fall": {"type": ["number", "null"]},
                    "gates": {"type": "array", "items": {"$ref": "#/components/schemas/Gate"}},
                },
            },
            "Gate": {"type": "object", "required": ["state"], "properties": {"state": {"enum": ["open", "closed"]}}},
        },
    },
}


# Of identifiers: nobody's token, no dataset, no source, no run.
EXAMPLES = (
    "/models/orientation/",
    "/ai-services/modele-de-langue/",
    "/ai-needs/repondre-aux-courriels/",
    "/tokens/0f8fad5b",
    "/datasets/signalements/",
    "/sources/signalements/",
    "/runs/1/",
)


def read() -> list[Area]:
    with override("en"):
        return Reader(DOCUMENT, site_url="https://ecluse.example", scheme="Bearer").areas()


def operations() -> list[Operation]:
    """All those of the platform."""
    reader = Reader(openapi_document().content, site_url="https://ecluse.example", scheme="Bearer")
    return [operation for area in reader.areas() for operation in area.operations]


def test_operations_stand_in_their_area_and_empty_areas_are_left_out() -> None:
    (area,) = read()

    assert (area.title, area.description) == ("Locks", "What holds the water.")
    assert [(operation.method, operation.path) for operation in area.operations] == [("PUT", "/api/v1/locks/{id}/")]


def test_nested_fields_are_named_by_their_path() -> None:
    (operation,) = read()[0].operations

    assert [(field.name, field.type, field.is_required) for field in operation.body] == [
        ("name", "string", True),
        ("fall", "number or null", False),
        ("gates", "object[]", True),
        ("gates[].state", "any", True),
    ]


def test_answers_tell_errors_apart() -> None:
    (operation,) = read()[0].operations

    assert [answer.status for answer in operation.successes] == ["200"]
    assert [answer.description for answer in operation.problems] == ["No such lock."]


def test_a_command_holds_what_cannot_be_left_out_and_is_quoted_for_a_shell() -> None:
    (operation,) = read()[0].operations

    assert operation.scopes == ["locks:write"]
    assert operation.curl == "\n".join(
        [
            "curl \\",
            "  --request PUT \\",
            '  --header "Authorization: Bearer $ECLUSE_TOKEN" \\',
            "  --header 'Content-Type: application/json' \\",
            """  --data '{"name": "l'\\''Aigle", "gates": [{"state": "open"}]}' \\""",
            "  'https://ecluse.example/api/v1/locks/1/?reason=a+b'",
        ]
    )


def test_every_address_shown_names_something() -> None:
    shown = [operation.curl.split("'")[-2] for operation in operations()]

    assert [address for address in shown if "/string/" in address or "{" in address] == []


def test_a_python_snippet_compiles() -> None:
    for operation in operations():
        compile(operation.python, operation.anchor, "exec")


def test_a_plain_read_is_one_line() -> None:
    assert Request(method="GET", url="https://ecluse.example/").as_curl() == "curl 'https://ecluse.example/'"


def test_limits_of_a_value_are_told_in_words() -> None:
    assert type_name({"type": "array", "items": {"type": "string"}}) == "string[]"
    assert len(constraints({"minimum": 1, "maximum": 200, "default": 50, "enum": [1, 50]})) == 4


def test_markdown_lets_no_html_through_and_its_headings_can_be_linked_to() -> None:
    html, headings = to_html("## Limits\n\n<script>alert(1)</script>\n\n```\nx\n```\n")

    assert "<script>" not in html
    assert '<h2 id="limits">Limits</h2>' in html
    assert '<pre tabindex="0">' in html
    assert [(heading.anchor, heading.title) for heading in headings] == [("limits", "Limits")]


@pytest.mark.django_db
def test_the_page_shows_every_operation_and_its_links_lead_somewhere(client: Client) -> None:
    page = client.get("/api/").content.decode()

    anchors = [part.split('"')[0] for part in page.split('href="#')[1:]]
    operations = [
        operation["operationId"] for item in openapi_document().content["paths"].values() for operation in item.values()
    ]
    assert [name for name in operations if f'id="{name}"' not in page] == []
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in page] == []


@pytest.mark.django_db
def test_the_page_is_in_the_language_of_its_reader(client: Client) -> None:
    english = client.get("/api/", headers={"Accept-Language": "en"}).content.decode()
    french = client.get("/api/", headers={"Accept-Language": "fr"}).content.decode()

    assert "<h1>API reference</h1>" in english
    assert "Send a token in the" in english
    assert "<h1>API reference</h1>" not in french


@pytest.mark.django_db
def test_swagger_ui_is_an_extra_that_says_so_and_has_no_inline_script(client: Client) -> None:
    page = client.get("/api/swagger/", headers={"Accept-Language": "en"}).content.decode()

    assert "not fully accessible" in page
    assert 'href="/api/"' in page
    assert page.count("<script") == page.count("<script src=")
    assert "style=" not in page


@pytest.mark.django_db(transaction=True)
def test_the_commands_of_the_page_work_when_pasted_into_a_shell(
    live_server: LiveServer, settings: Any, person: User, secret_of: Callable[..., str]
) -> None:
    settings.SITE_URL = live_server.url
    person.add_to(Role.AI_DEVELOPER)
    page = Client().get("/api/").content.decode()
    commands = [unescape(part.split("</code>")[0]) for part in page.split("<code>curl")[1:]]
    secret = secret_of(person, name="pasted")
    reads = [f"curl --fail-with-body --silent{command}" for command in commands if "--request" not in command]

    failed = {
        command: answer.stdout
        for command in reads
        if not any(example in command for example in EXAMPLES)
        for answer in [paste(command, secret)]
        if answer.returncode != 0
    }

    assert len(reads) >= 7
    assert failed == {}


def paste(command: str, secret: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        env={"ECLUSE_TOKEN": secret, "PATH": "/usr/local/bin:/usr/bin:/bin", "no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
