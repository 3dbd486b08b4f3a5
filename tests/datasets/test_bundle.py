"""Datasets written down: applied, changed, exported, applied again."""

import pytest

from apps.core.declarations import Outcome
from apps.core.errors import RuleViolation
from apps.core.projects.applying import apply_project
from apps.core.projects.exporting import export_project
from apps.datasets.bundle import DatasetDocument, apply_dataset, export_datasets
from apps.datasets.designing import design_of
from apps.datasets.exceptions import DatasetRefused, RecipeRefused, SchemaRefused
from apps.datasets.models import Dataset
from tests.collection.factories import SourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def source():
    return SourceFactory(slug="towns")


def written(**fields):
    return DatasetDocument.model_validate(
        {
            "slug": "towns",
            "name": "Communes",
            "entity": {
                "name": "town",
                "label": "Communes",
                "description": "One row each",
                "columns": [
                    {"name": "code", "type": "text", "is_key": True, "label": "Code INSEE"},
                    {"name": "area", "type": "decimal", "digits": 8, "decimals": 2, "unit": "km²"},
                ],
            },
            "recipe": {
                "source": "towns",
                "steps": [
                    {"step": "map", "columns": {"code": "Code", "area": "Surface"}},
                    {"step": "parse_number", "columns": ["area"]},
                ],
            },
        }
        | fields
    )


def test_a_document_makes_a_dataset():
    outcome = apply_dataset(written(is_public=True, max_rejected_share=2.5))

    dataset = Dataset.objects.get()
    schema, recipe = design_of(dataset)
    assert outcome == Outcome.CREATED
    assert (dataset.slug, dataset.is_public, str(dataset.max_rejected_share)) == ("towns", True, "2.50")
    assert (schema.key, schema.column("area").unit, schema.column("area").digits) == (("code",), "km²", 8)
    assert dataset.entities.get().description == "One row each"
    assert [step.step for step in recipe.steps] == ["map", "parse_number"]


def test_applying_again_changes_nothing():
    apply_dataset(written())

    assert apply_dataset(written()) == Outcome.UNCHANGED
    assert Dataset.objects.get().schema_version == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "All of them"},
        {"max_rejected_share": 1},
        {"entity": written().entity.model_dump() | {"label": "Towns"}},
        {"entity": written().entity.model_dump() | {"description": "Another"}},
        {"recipe": {"source": "towns", "steps": [{"step": "map", "columns": {"code": "Code", "area": "Area"}}]}},
    ],
    ids=["description", "share", "label", "entity", "recipe"],
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
        ({"recipe": {"source": "nowhere", "steps": [{"step": "trim"}]}}, DatasetRefused),
        ({"recipe": {"source": "towns", "steps": [{"step": "guess"}]}}, RecipeRefused),
        ({"entity": {"name": "town", "columns": []}}, SchemaRefused),
    ],
    ids=["source", "recipe", "entity"],
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
