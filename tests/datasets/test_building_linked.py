"""Builds of several linked entities, from several sources and other datasets."""

import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from apps.datasets.building import build
from apps.datasets.design import Design
from apps.datasets.designing import create_dataset, delete_dataset
from apps.datasets.enums import BuildState
from apps.datasets.exceptions import DatasetRefused, NothingToBuild, RecipeRefused
from apps.datasets.merise.document import DataModel
from apps.datasets.models import Dataset, Version
from apps.datasets.recipes.document import Recipe
from apps.datasets.requesting import request_build
from apps.datasets.tables import existing_tables, table_model
from tests.collection.factories import SourceFactory
from tests.datasets.factories import collect_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

MODEL = DataModel.model_validate(
    {
        "entities": [
            {"name": "report", "attributes": [{"name": "number", "type": "integer", "is_identifier": True}]},
            {
                "name": "service",
                "attributes": [{"name": "code", "is_identifier": True}, {"name": "label", "is_required": True}],
            },
            {"name": "visit", "attributes": [{"name": "rank", "type": "integer", "is_identifier": True}]},
        ],
        "associations": [
            {
                "name": "handle",
                "legs": [{"entity": "report", "cardinality": "1,1"}, {"entity": "service", "cardinality": "0,n"}],
            },
            {
                "name": "answer",
                "legs": [
                    {"entity": "visit", "cardinality": "1,1", "is_identifying": True},
                    {"entity": "report", "cardinality": "0,n"},
                ],
            },
        ],
    }
)
REPORTS = [{"No": "1", "Service": "a"}, {"No": "2", "Service": "b"}, {"No": "3", "Service": "zz"}]
SERVICES = [{"Code": "a", "Label": "Roads"}, {"Code": "b", "Label": "Parks"}]
VISITS = [{"Report": "1", "Rank": "1"}, {"Report": "1", "Rank": "2"}, {"Report": "3", "Rank": "1"}]


def recipe(columns, *steps, **read):
    return Recipe.from_document({"inputs": [{**read, "steps": [{"step": "map", "columns": columns}, *steps]}]})


def held(rows):
    source = SourceFactory()
    collect_rows(source, rows)
    return source.slug


def make(**fields):
    recipes = {
        "report": recipe({"number": "No", "service_code": "Service"}, source=held(REPORTS)),
        "service": recipe({"code": "Code", "label": "Label"}, source=held(SERVICES)),
        "visit": recipe({"report_number": "Report", "rank": "Rank"}, source=held(VISITS)),
    }
    given = {"name": "Reports", "max_rejected_share": 40} | fields
    return create_dataset(design=Design(model=MODEL, recipes=recipes), by=None, **given)


def built(dataset):
    done = build(build_id=request_build(dataset=dataset, by=None).pk)
    dataset.refresh_from_db()
    return done


def rows_of(version):
    """The rows of each table of a version, without their rank."""
    found = {}
    for stored in version.tables.select_related("version"):
        model = table_model(stored.table, stored.schema)
        found[stored.entity] = [tuple(row)[1:] for row in model.objects.order_by("id").values_list()]
    return found


def test_several_entities_are_published_together_each_row_referring_to_one_that_is_there():
    done = built(make())

    assert done.state == BuildState.PUBLISHED
    assert rows_of(done.version) == {
        "report": [(1, "a"), (2, "b")],
        "service": [("a", "Roads"), ("b", "Parks")],
        "visit": [(1, 1), (1, 2)],
    }
    assert {each.entity: each.rows_rejected for each in done.outputs.all()} == {"report": 1, "service": 0, "visit": 1}
    assert (done.rows_in, done.rows_kept, done.rows_rejected) == (8, 6, 2)
    assert done.version.rows == 6


def test_the_database_itself_holds_the_links():
    version = built(make()).version
    table = version.tables.get(entity="report").table

    with pytest.raises(IntegrityError, match="service"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO data.{table} VALUES (9, 9, 'nowhere')")  # noqa: S608 -- a name of ours


def test_the_gate_judges_each_entity():
    done = built(make(max_rejected_share=Decimal("33.34")))

    assert done.state == BuildState.PUBLISHED
    assert {check.subject for check in done.judged.checks} == {"report", "service", "visit"}
    assert built(make(name="Strict", max_rejected_share=30)).state == BuildState.HELD


def test_two_builds_of_the_same_input_have_the_same_manifest_but_for_times_and_numbers(lake_folder):
    dataset = make()
    first = built(dataset)
    Dataset.objects.update(current_version=None)

    second = built(dataset)

    one, other = (manifest_of(lake_folder, done) for done in (first, second))
    assert one == other
    assert len(one["entities"]) == 3


def manifest_of(folder, done):
    """The manifest that stands beside the files, without what tells one build from another."""
    path = folder / f"datasets/{done.dataset_id}/builds/{done.pk}/manifest.json"
    written = json.loads(path.read_text())
    for name in ("version", "parent", "built_at"):
        del written[name]
    del written["gate"]["judged_at"]
    return written


def test_a_replaced_version_loses_all_its_tables():
    from datetime import timedelta

    from django.utils import timezone

    from apps.datasets.retention import drop_replaced_tables

    dataset = make()
    first = built(dataset).version
    Dataset.objects.update(current_version=None)
    second = built(dataset).version

    dropped = drop_replaced_tables(now=timezone.now() + timedelta(hours=1))

    assert dropped == 3
    assert set(first.tables.values_list("table", flat=True)) == {""}
    assert existing_tables() == set(second.tables.values_list("table", flat=True))


def test_a_dataset_is_made_from_another_and_says_from_which_version():
    origin = make()
    built(origin)
    model = DataModel.model_validate(
        {"entities": [{"name": "desk", "attributes": [{"name": "code", "is_identifier": True}]}]}
    )
    recipes = {"desk": recipe({"code": "code"}, dataset=origin.slug, entity="service")}
    desks = create_dataset(name="Desks", design=Design(model=model, recipes=recipes), by=None)

    done = built(desks)

    assert rows_of(done.version) == {"desk": [("a",), ("b",)]}
    assert list(done.read_versions.all()) == [origin.current_version]
    assert done.version.manifest["read"][0]["dataset"] == origin.slug
    with pytest.raises(DatasetRefused, match="Desks"):
        delete_dataset(dataset=origin, by=None)


def test_a_dataset_cannot_be_made_from_itself_however_far():
    origin = make()
    model = DataModel.model_validate({"entities": [{"name": "desk", "attributes": [{"name": "code"}]}]})
    taken = recipe({"code": "code"}, dataset=origin.slug, entity="service")
    desks = create_dataset(name="Desks", design=Design(model=model, recipes={"desk": taken}), by=None)

    from apps.datasets.design import design_of
    from apps.datasets.designing import change_design

    before = design_of(origin)
    circular = recipe({"code": "code", "label": "code"}, dataset=desks.slug)
    with pytest.raises(RecipeRefused, match="itself made from this one"):
        change_design(
            dataset=origin, design=Design(model=MODEL, recipes={**before.recipes, "service": circular}), by=None
        )


def test_nothing_is_built_until_each_table_has_its_recipe():
    dataset = create_dataset(name="Empty", design=Design(model=MODEL, recipes={}), by=None)

    with pytest.raises(NothingToBuild, match="report"):
        request_build(dataset=dataset, by=None)

    assert not Version.objects.exists()
