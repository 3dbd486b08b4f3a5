"""Every field that is stored has been looked at by someone who asked: does it say something of a person?"""

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model

from apps.core.declarations import PersonalData, personal_data
from tests.core.testapp.models import Safe


def must_be_declared(model: type[Model]) -> bool:
    """Ours, and whatever a library keeps of an account."""
    ours = model.__module__.startswith("apps.")
    points_to_an_account = any(
        field.related_model is apps.get_model(settings.AUTH_USER_MODEL) for field in model._meta.fields
    )
    return not model._meta.proxy and (ours or points_to_an_account)


def problems(models: Iterable[type[Model]], declared: list[PersonalData]) -> list[str]:
    """What is missing, superfluous or said twice, as `app.Model: what`."""
    by_model: dict[type[Model], list[PersonalData]] = {}
    for each in declared:
        by_model.setdefault(each.model, []).append(each)
    found = [f"{model._meta.label}: not declared" for model in models if model not in by_model]
    for model, sayings in by_model.items():
        if len(sayings) > 1:
            found.append(f"{model._meta.label}: declared twice")
        found += [f"{model._meta.label}.{name}: not declared" for name in sorted(sayings[0].undeclared)]
        found += [f"{model._meta.label}.{name}: no such field" for name in sorted(sayings[0].unknown)]
    return found


def declaration(*not_personal):
    return PersonalData(model=Safe, not_personal=not_personal)


def test_every_stored_field_is_declared_personal_or_not():
    models = [model for model in apps.get_models(include_auto_created=False) if must_be_declared(model)]

    assert problems(models, personal_data.all()) == []


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ([], "testapp.Safe: not declared"),
        ([declaration("id", "name", "password")], "testapp.Safe.api_key: not declared"),
        ([declaration("id", "name", "password", "api_key", "colour")], "testapp.Safe.colour: no such field"),
        ([declaration("id", "name", "password", "api_key")] * 2, "testapp.Safe: declared twice"),
    ],
    ids=["a model", "a field", "a field that is gone", "twice"],
)
def test_what_was_forgotten_is_found(declared, problem):
    assert problems([Safe], declared) == [problem]


def test_what_a_library_keeps_of_an_account_counts():
    assert must_be_declared(apps.get_model("admin.LogEntry"))
    assert not must_be_declared(apps.get_model("contenttypes.ContentType"))
