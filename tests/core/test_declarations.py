"""What apps declare, how it is found, and what is refused."""

import sys
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured
from pydantic import BaseModel, Field, create_model

from apps.core.declarations import (
    Bundle,
    Declarations,
    HealthCheck,
    Person,
    PersonalData,
    bundles,
    health_checks,
    metrics,
    own_fields,
    personal_data,
)
from apps.core.errors import TemporaryFailure
from tests.core.testapp.models import Job, Safe


def about_safe(**fields):
    everything = {
        "model": Safe,
        "fields": ("name",),
        "not_personal": ("id", "password", "api_key"),
        "purpose": "Keep things",
        "retention": "One year",
        "find": lambda person: Safe.objects.filter(name=person.email),
        "erase": lambda rows: rows.delete()[0],
    }
    return PersonalData(**everything | fields)


@pytest.mark.parametrize("registry", [personal_data, metrics, health_checks, bundles])
def test_what_the_apps_declare_is_well_formed(registry):
    assert all(isinstance(each, registry.kind) for each in registry.all())


def test_core_declares_its_health_and_its_metrics():
    assert health_checks.by_app["core"]
    assert metrics.by_app["core"]


@pytest.mark.parametrize("declared", [None, "a text", ["a text"]], ids=["absent", "not a list", "of something else"])
def test_a_module_that_declares_badly_is_refused(monkeypatch, declared):
    module = ModuleType("apps.core.planted")
    module.__spec__ = sys.modules["apps.core"].__spec__
    if declared is not None:
        module.DECLARED = declared
    monkeypatch.setitem(sys.modules, "apps.core.planted", module)

    with pytest.raises(ImproperlyConfigured, match=r"apps\.core\.planted"):
        Declarations("planted", HealthCheck).all()


def test_a_subject_that_no_app_declares_is_empty():
    assert Declarations("nothing_is_called_so", HealthCheck).all() == []


@pytest.mark.parametrize("missing", ["purpose", "retention", "find", "erase"])
def test_personal_fields_need_the_words_of_the_register_and_the_means_to_answer_a_person(missing):
    with pytest.raises(ImproperlyConfigured, match=r"testapp\.Safe"):
        about_safe(**{missing: None})


def test_a_field_is_not_personal_and_not_personal_at_once():
    with pytest.raises(ImproperlyConfigured, match="name"):
        about_safe(not_personal=("id", "name"))


def test_a_model_that_says_nothing_of_anyone_needs_no_more():
    declared = PersonalData(model=Job, not_personal=tuple(own_fields(Job)))

    assert declared.undeclared == set()


@pytest.mark.django_db
def test_a_person_without_any_means_to_be_found_has_no_row():
    Job.objects.create()

    assert list(PersonalData(model=Job).rows_of(Person(email="a@example.org"))) == []


def test_fields_that_are_forgotten_or_gone_are_told():
    declared = about_safe(not_personal=("id", "password", "colour"))

    assert declared.undeclared == {"api_key"}
    assert declared.unknown == {"colour"}


@pytest.mark.django_db
def test_the_rows_of_a_person_are_found_exported_and_erased():
    declared = about_safe()
    Safe.objects.create(name="a@example.org", api_key="k")
    Safe.objects.create(name="b@example.org", api_key="k")

    rows = declared.rows_of(Person(email="a@example.org"))

    assert [declared.as_json(row) for row in rows] == [{"name": "a@example.org"}]
    assert declared.erase(rows) == 1
    assert [safe.name for safe in Safe.objects.all()] == ["b@example.org"]


def test_an_export_of_its_own_wins():
    assert about_safe(export=lambda row: {"who": row.name}).as_json(Safe(name="x")) == {"who": "x"}


def test_a_health_check_that_fails_as_expected_says_why():
    def fail():
        raise TemporaryFailure("The disk is full.")

    result = HealthCheck(name="x", label="X", check=fail).run()

    assert (result.is_well, result.problem) == (False, "The disk is full.")


def test_a_health_check_that_fails_unexpectedly_says_its_type_only():
    def fail():
        raise ValueError("password=hunter2")

    assert HealthCheck(name="x", label="X", check=fail).run().problem == "ValueError"


def test_a_health_check_that_holds_is_well_and_timed():
    result = HealthCheck(name="x", label="X", check=lambda: None).run()

    assert result.is_well
    assert result.seconds >= 0


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": (str, ...)}, "needs a field 'slug'"),
        ({"slug": (str, "")}, "needs a field 'slug', without a default"),
        ({"slug": (str, ...), "kind": (str, ...)}, "cannot have a field 'kind'"),
        ({"slug": (str, ...), "sort": (str, Field(alias="kind"))}, "cannot have a field 'kind'"),
    ],
    ids=["no key", "a key that may be left out", "a kind of its own", "the alias of one"],
)
def test_a_document_that_cannot_be_written_in_a_project_is_refused(fields, fault):
    with pytest.raises(ImproperlyConfigured, match=fault):
        Bundle(kind="box", document=create_model("Box", __base__=BaseModel, **fields), apply=print, export=list)
