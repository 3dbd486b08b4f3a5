"""Every code that the code raises is declared, so that every code that a program receives is documented."""

import ast
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from rest_framework import exceptions as rest

from apps.core.errors import EcluseError
from apps.core.problems import find_problem_type, problem_types

HOUSE = Path(settings.BASE_DIR) / "apps"
WHOLE = {item.code for item in problem_types.all() if not item.in_field}
IN_FIELD = {item.code for item in problem_types.all() if item.in_field}


def subclasses(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def raised_codes() -> Iterator[tuple[str, str]]:
    """Each `code="…"` given where an exception is raised, with the place. Forms speak to people, not to programs."""
    spoken = {HOUSE / "datasets" / "names.py"}  # the validators of forms
    for path in sorted(path for path in HOUSE.rglob("*.py") if "forms" not in str(path.relative_to(HOUSE))):
        if path in spoken:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                for keyword in node.exc.keywords:
                    if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                        yield f"{path.relative_to(HOUSE)}:{node.lineno}", keyword.value.value


def test_every_error_of_the_house_has_a_declared_code() -> None:
    for path in HOUSE.rglob("*.py"):
        if "migrations" not in path.parts and path.stem != "__init__":
            import_module(".".join(path.relative_to(HOUSE.parent).with_suffix("").parts))

    undeclared = {
        error.__qualname__: error.code
        for error in subclasses(EcluseError)
        if error.__module__.startswith("apps.") and error.code not in WHOLE | {"error"}
    }

    assert undeclared == {}


def test_every_code_that_is_raised_by_hand_is_declared() -> None:
    undeclared = {place: code for place, code in raised_codes() if code not in WHOLE | IN_FIELD}

    assert undeclared == {}


def test_every_error_of_rest_framework_has_a_declared_code() -> None:
    known = [kind for kind in subclasses(rest.APIException) if kind.__module__ == rest.__name__]

    undeclared = [kind.default_code for kind in known if kind.default_code not in WHOLE]

    assert undeclared == []


def test_a_code_is_declared_once() -> None:
    counted = Counter(item.anchor for item in problem_types.all())

    assert [anchor for anchor, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("item", problem_types.all(), ids=lambda item: item.anchor)
def test_a_declared_code_is_named_and_explained(item: object) -> None:
    assert item.code.isidentifier()
    assert item.code == item.code.lower()
    assert 400 <= item.status < 600
    assert item.title
    assert item.in_field or item.meaning


def test_the_most_precise_declared_code_wins() -> None:
    assert find_problem_type("nobody_knows", "not_found").code == "not_found"
    assert find_problem_type("nobody_knows") is None
    assert find_problem_type("required") is None
    assert find_problem_type("required", in_field=True).in_field


@pytest.mark.django_db
def test_every_declared_code_is_explained_on_the_page_of_errors(client: Client) -> None:
    page = client.get("/api/errors/").content.decode()

    assert [item.anchor for item in problem_types.all() if f'id="{item.anchor}"' not in page] == []
