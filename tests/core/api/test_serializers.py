from typing import Any

import pytest

from tests.core.api.planted import TeamSerializer


def codes(data: Any) -> dict[str, list[str]]:
    serializer = TeamSerializer(data=data)
    assert not serializer.is_valid()
    return {name: [error.code for error in errors] for name, errors in serializer.errors.items()}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 12),
        ("name", True),
        ("size", "12"),
        ("size", True),
        ("size", 1.5),
        ("share", "0.5"),
        ("share", False),
        ("is_open", "yes"),
        ("is_open", 1),
        ("tags", "a,b"),
        ("tags", {"a": 1}),
        ("members", {}),
        ("wait", 30),
    ],
)
def test_a_value_of_another_type_than_announced_is_refused(field: str, value: object) -> None:
    assert codes({"name": "locks"} | {field: value}) == {field: ["invalid"]}


def test_a_field_that_is_not_known_is_refused() -> None:
    assert codes({"name": "locks", "is_staff": True}) == {"is_staff": ["unknown_field"]}


def test_what_is_of_the_announced_types_is_accepted() -> None:
    data = {"name": "locks", "size": 12.0, "share": 1, "is_open": False, "tags": ["a"], "wait": "00:10:00"}

    serializer = TeamSerializer(data=data)

    assert serializer.is_valid(), serializer.errors
    assert serializer.validated_data["size"] == 12
