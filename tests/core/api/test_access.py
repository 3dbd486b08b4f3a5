"""Who may call what, for every operation of the document: an endpoint that comes is tried without anyone adding it."""

from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.accounts.scopes import scope_choices
from tests.api_matrix import anonymous, assert_access, person, stranger, token_of
from tests.core.api.test_schema_read import operations

pytestmark = pytest.mark.django_db

NIL = str(UUID(int=0))
# Open to all by decision. Adding to this list is a decision too.
PUBLIC = {"index", "schema", "health", "health_live", "health_ready", "tokens_create"} | {
    # Public datasets are read by anyone; the others are not found without the right to see them.
    "datasets_list",
    "datasets_read",
    "datasets_rows",
    "datasets_row",
    "datasets_row_by_key",
    "datasets_aggregate",
    "datasets_statistics",
    "datasets_schema",
    "datasets_data_package",
    "datasets_csvw",
    "datasets_catalogue",
    "datasets_entity_rows",
    "datasets_entity_row",
    "datasets_entity_row_by_key",
    "datasets_entity_aggregate",
    "datasets_entity_statistics",
    "datasets_entity_export",
    "datasets_quality",
    "datasets_versions",
    "datasets_export",
    # Public models too.
    "models_schema",
    "models_forecast",
}
# What any token may ask: about the one who asks, or about the token itself (others, by a scope: see the tests of each).
WITHOUT_SCOPE = {"me", "tokens_read", "tokens_renew", "tokens_revoke"}


def address(path: str, described: dict[str, Any]) -> str:
    for parameter in described.get("parameters", []):
        if parameter["in"] == "path":
            value = NIL if parameter["schema"].get("format") == "uuid" else "0"
            path = path.replace(f"{{{parameter['name']}}}", value)
    return path


def needs_token(described: dict[str, Any]) -> bool:
    return bool(described.get("security")) and {} not in described["security"]


every_private = pytest.mark.parametrize(
    ("path", "method", "described"), [item for item in operations() if needs_token(item.values[2])]
)


def test_nothing_is_open_to_all_that_was_not_meant_to_be() -> None:
    open_to_all = {item.values[2]["operationId"] for item in operations() if not needs_token(item.values[2])}

    assert open_to_all == PUBLIC


def needed_scopes(described: dict[str, Any]) -> set[str]:
    return {scope for option in described["security"] for held in option.values() for scope in held}


def test_nothing_is_open_to_any_token_that_was_not_meant_to_be() -> None:
    private = [item.values[2] for item in operations() if needs_token(item.values[2])]

    assert {described["operationId"] for described in private if not needed_scopes(described)} == WITHOUT_SCOPE


@pytest.mark.urls("tests.core.api.planted")
def test_a_view_that_says_nothing_of_rights_wants_a_token_and_a_scope() -> None:
    everything = [code for code, _label in scope_choices()]

    assert_access(
        "GET", "/api/v1/planted/private/", {anonymous(): 401, token_of(person(*Role), scopes=everything): 403}
    )


@every_private
def test_a_private_operation_answers_401_without_a_good_token(
    path: str, method: str, described: dict[str, Any]
) -> None:
    assert_access(method.upper(), address(path, described), {anonymous(): 401, stranger(): 401})


@every_private
def test_a_private_operation_answers_403_to_a_token_without_its_scope(
    path: str, method: str, described: dict[str, Any]
) -> None:
    answer = APIClient().generic(
        method.upper(),
        address(path, described),
        headers={"Authorization": token_of(person(*Role), scopes=[]).authorization},
    )

    assert not needed_scopes(described) or answer.status_code == 403


@pytest.mark.parametrize("url", ["/api/v1/", "/api/v1/schema/", "/api/v1/health/"])
def test_a_refused_token_is_refused_even_where_none_is_needed(url: str) -> None:
    assert_access("GET", url, {anonymous(): 200, stranger(): 401, token_of(person(), scopes=[]): 200})


@pytest.mark.parametrize("url", ["/api/v1/health/live/", "/api/v1/health/ready/"])
def test_probes_do_not_look_at_tokens(url: str) -> None:
    assert_access("GET", url, {anonymous(): 200, stranger(): 200})
