"""Datasets written down: applied, changed, exported, applied again."""

import pytest

from apps.accounts.models import AuditEvent
from apps.core.declarations import Outcome
from apps.core.errors import RuleViolation
from apps.core.projects.applying import apply_project
from apps.core.projects.exporting import export_project
from apps.datasets.audit_actions import AuditAction
from apps.datasets.bundle import DatasetDocument, apply_dataset, export_datasets
from apps.datasets.design import design_of
from apps.datasets.exceptions import DatasetRefused, RecipeRefused, SchemaRefused
from apps.datasets.models import Dataset
from tests.accounts.factories import UserFactory
from tests.collection.factories import SourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def source():
    return SourceFactory(slug="towns")


NUMBER = {"step": "parse_number", "columns": ["area"]}


def model(**fields):
    town = {
        "name": "town",
        "label": "Communes",
        "description": "One row each",
        "attributes": [
            {"name": "code", "type": "text", "is_identifier": True, "label": "Code INSEE"},
            {"name": "area", "type": "decimal", "digits": 8, "decimals": 2, "unit": "km²"},
        ],
    }
    return {"entities": [town | fields]}


def recipes(*steps, source="towns"):
    return {"town": {"inputs": [{"source": source, "steps": list(steps)}]}}


def written(**fields):
    return DatasetDocument.model_validate(
        {
            "slug": "towns",
            "name": "Communes",
            "model": model(),
            "recipes": recipes({"step": "map", "columns": {"code": "Code", "area": "Surface"}}, NUMBER),
        }
        | fields
    )


def test_a_document_makes_a_dataset():
    outcome = apply_dataset(written(visibility="public", max_rejected_share=2.5))

    dataset = Dataset.objects.get()
    design = design_of(dataset)
    schema = design.schema.main
    assert outcome == Outcome.CREATED
    assert (dataset.slug, dataset.is_public, str(dataset.max_rejected_share)) == ("towns", True, "2.50")
    assert (schema.key, schema.column("area").unit, schema.column("area").digits) == (("code",), "km²", 8)
    assert dataset.entities.get().description == "One row each"
    assert [step.step for step in design.recipes["town"].steps_of(0)] == ["map", "parse_number"]


def test_applying_again_changes_nothing():
    apply_dataset(written())

    assert apply_dataset(written()) == Outcome.UNCHANGED
    assert Dataset.objects.get().schema_version == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "All of them"},
        {"max_rejected_share": 1},
        {"model": model(label="Towns")},
        {"model": model(description="Another")},
        {"recipes": recipes({"step": "map", "columns": {"code": "Code", "area": "Area"}})},
        {"recipes": {}},
    ],
    ids=["description", "share", "label", "entity", "recipe", "no recipe"],
)
def test_a_document_that_differs_changes_the_dataset(fields):
    apply_dataset(written())

    changed = apply_dataset(written(**fields))

    assert changed == Outcome.CHANGED
    assert apply_dataset(written(**fields)) == Outcome.UNCHANGED


def test_what_is_exported_changes_nothing():
    apply_dataset(written())

    [document] = export_datasets()

    assert apply_dataset(document) == Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"recipes": recipes({"step": "trim"}, source="nowhere")}, RecipeRefused),
        ({"recipes": recipes({"step": "guess"})}, RecipeRefused),
        ({"recipes": {"village": recipes({"step": "trim"})["town"]}}, RecipeRefused),
        ({"model": model(attributes=[])}, SchemaRefused),
    ],
    ids=["source", "step", "table", "entity"],
)
def test_what_cannot_be_is_refused_in_words(fields, refusal):
    with pytest.raises(refusal) as raised:
        apply_dataset(written(**fields))

    assert isinstance(raised.value, RuleViolation)
    assert str(raised.value.message)


def test_a_project_is_written_and_read_as_text(tmp_path):
    apply_dataset(written())

    [name] = export_project(root=tmp_path / "project", kinds=["dataset"])
    [applied] = apply_project(root=tmp_path / "project")

    assert name == "datasets/towns.yaml"
    assert applied.outcome == Outcome.UNCHANGED


def test_a_dataset_is_applied_after_those_that_it_is_made_from(tmp_path):
    apply_dataset(written(slug="zones"))
    made = written(
        slug="areas", name="Areas", recipes=recipes({"step": "map", "columns": {"code": "code", "area": "area"}})
    )
    made.recipes["town"]["inputs"][0] = {"dataset": "zones", "steps": made.recipes["town"]["inputs"][0]["steps"]}
    apply_dataset(made)
    export_project(root=tmp_path / "project", kinds=["dataset"])
    Dataset.objects.get(slug="areas").delete()
    Dataset.objects.get(slug="zones").delete()

    applied = apply_project(root=tmp_path / "project")

    assert [(each.key, each.outcome) for each in applied] == [("zones", Outcome.CREATED), ("areas", Outcome.CREATED)]


def test_who_reads_a_dataset_and_its_columns_is_written_down_and_comes_back():
    code, area = model()["entities"][0]["attributes"]
    masked = [code | {"confidentiality": "restricted", "mask": "start"}, area | {"confidentiality": "internal"}]

    apply_dataset(written(visibility="restricted", model=model(attributes=masked)))
    (exported,) = export_datasets()

    shown = exported.model_dump(mode="json", exclude_defaults=True)
    assert shown["visibility"] == "restricted"
    assert [each.get("mask") for each in shown["model"]["entities"][0]["attributes"]] == ["start", None]
    columns = Dataset.objects.get().entities.get().columns.all()
    assert [(each.confidentiality, each.mask) for each in columns] == [("restricted", "start"), ("internal", "hidden")]


def test_accesses_given_to_groups_are_written_down_and_those_of_persons_are_not():
    apply_dataset(written(groups={"watch_editor": "internal"}))
    dataset = Dataset.objects.get()
    person = dataset.grants.create(user=UserFactory())

    (exported,) = export_datasets()
    shown = exported.model_dump(mode="json", exclude_defaults=True)

    assert shown["groups"] == {"watch_editor": "internal"}
    assert apply_dataset(exported) == apply_dataset(written()) == Outcome.UNCHANGED
    assert apply_dataset(written(groups={"operator": "public"})) == Outcome.CHANGED
    assert [(str(each.group), each.level) for each in dataset.grants.exclude(group=None)] == [("operator", "public")]
    assert apply_dataset(written(groups={})) == Outcome.CHANGED
    assert list(dataset.grants.all()) == [person]
    given = AuditEvent.objects.filter(action__in=[AuditAction.ACCESS_GIVEN, AuditAction.ACCESS_TAKEN_BACK])
    assert given.count() == 4


def test_an_access_for_a_group_that_is_not_there_is_refused_and_nothing_is_made():
    with pytest.raises(DatasetRefused, match="nobody"):
        apply_dataset(written(groups={"nobody": "public"}))

    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"confidentiality": "internal", "mask": "year"}, "masks no column of type"),
        ({"mask": "start"}, "everyone reads it"),
    ],
)
def test_a_mask_that_means_nothing_is_refused(said, message):
    code, area = model()["entities"][0]["attributes"]

    with pytest.raises(SchemaRefused, match=message):
        apply_dataset(written(model=model(attributes=[code | said, area])))
