"""Schemathesis asks every operation everything its schema allows, and much that it does not."""

from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from apps.accounts.models import User
from apps.core.api.documents import openapi_document

SEED = 20261122


@schemathesis.serializer("application/jsonl", "application/vnd.apache.parquet")
def as_a_file(_context: Any, value: Any) -> bytes:
    """The files of batches, which may be any bytes: the batch says later that they cannot be read."""
    return getattr(value, "data", None) or str(value).encode()


EXAMPLES = 25
CONFIG = {
    "seed": SEED,
    "generation": {
        "max-examples": EXAMPLES,
        "deterministic": True,
        "mode": "all",
        # REST framework refuses it in every text, which JSON Schema has no short way to say.
        "allow-x00": False,
        # A parameter of the query that nobody reads is ignored, as everywhere on the web.
        "allow-extra-parameters": False,
        # The tests give the token; the check of ignored tokens takes it off and spoils it by itself.
        "with-security-parameters": False,
    },
    "operations": [
        # Well-formed credentials are still not those of anyone.
        {
            "include-operation-id": "tokens_create",
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "400"]}},
        },
    ],
}


@pytest.fixture
def _hardly_limited(settings: Any) -> None:
    rates = dict.fromkeys(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "1000000/minute")
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}


@pytest.fixture
def _one_transaction(db: None) -> Iterator[None]:
    """Serve from the transaction of the test, as Django's own test client does: no request may close its connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def authorization(person: User, secret_of: Callable[[User], str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret_of(person)}"}


def load(document: dict[str, Any]) -> Any:
    # Not schemathesis.pytest.from_fixture: it sets the identifier of the test, which pytest 9 does not let it do.
    loaded = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(CONFIG))
    loaded.app = get_wsgi_application()
    return loaded


def call(case: schemathesis.Case, headers: dict[str, str] | None = None) -> None:
    """Every check, but one where there is a cursor: a text of the server's own, which no schema can describe."""
    skipped = [positive_data_acceptance] if "cursor" in (case.query or {}) else []
    case.call_and_validate(headers=headers, excluded_checks=skipped)


schema = load(openapi_document().content)


@schema.parametrize()
@pytest.mark.usefixtures("_one_transaction", "_hardly_limited")
# One token for all the examples of an operation.
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_every_operation_keeps_its_word_to_a_token_with_every_scope(
    case: schemathesis.Case, authorization: dict[str, str]
) -> None:
    call(case, headers=authorization)


@schema.parametrize()
@pytest.mark.usefixtures("_one_transaction", "_hardly_limited")
def test_every_operation_keeps_its_word_to_anyone(case: schemathesis.Case) -> None:
    call(case)


@pytest.mark.urls("tests.core.api.planted")
@pytest.mark.usefixtures("_one_transaction", "_hardly_limited")
@pytest.mark.parametrize(
    ("operation", "failure"), [("lying", "Response violates schema"), ("crashing", "Server error")]
)
def test_an_operation_that_breaks_its_word_is_found(operation: str, failure: str) -> None:
    planted = load(openapi_document().content)
    strategy = planted.find_operation_by_id(operation).as_strategy()

    @hypothesis.settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None)
    @hypothesis.given(case=strategy)
    def ask(case: schemathesis.Case) -> None:
        call(case)

    with pytest.raises(FailureGroup) as found:
        ask()

    assert failure in [each.title for each in found.value.exceptions]
