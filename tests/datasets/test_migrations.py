"""What was designed and published when a dataset had one entity, one source and one table."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from apps.datasets.design import design_of
from apps.datasets.models import Dataset
from tests.collection.factories import SourceFactory

pytestmark = pytest.mark.django_db(transaction=True)

ONE_ENTITY, ONE_BOOLEAN = [("datasets", "0002_schema_data")], [("datasets", "0005_drop_single_entity")]


def migrate_to(nodes):
    """The models as they are there; as they are today, those of the apps above too, with None."""
    executor = MigrationExecutor(connection)
    executor.migrate(nodes or executor.loader.graph.leaf_nodes())
    return executor.loader.project_state(nodes or executor.loader.graph.leaf_nodes()).apps


@pytest.fixture(autouse=True)
def _as_today():
    yield
    migrate_to(None)


@pytest.fixture
def before():
    """The models as they were."""
    return migrate_to(ONE_ENTITY)


def test_a_dataset_of_one_entity_keeps_its_design_its_builds_and_its_versions(before):
    source = SourceFactory()
    column = {"name": "code", "label": "Code INSEE", "type": "text", "is_key": True, "personal_data": "none"}
    schema = {"name": "town", "label": "Communes", "columns": [column]}
    steps = [{"step": "map", "columns": {"code": "Code"}}]
    dataset = before.get_model("datasets.Dataset").objects.create(name="Towns", slug="towns")
    entity = dataset.entities.create(name="town", label="Communes")
    entity.columns.create(position=0, name="code", label="Code INSEE", type="text", is_key=True)
    before.get_model("datasets.Recipe").objects.create(entity=entity, source_id=source.pk, steps=steps)
    build = dataset.builds.create(
        state="published",
        recipe={"source": source.slug, "steps": steps},
        schema=schema,
        rows_in=3,
        rows_kept=2,
        rows_rejected=1,
        reasons=[{"code": "missing", "column": "code", "count": 1}],
        rejects="rejects.parquet",
    )
    version = dataset.versions.create(
        number=1,
        build=build,
        schema=schema,
        schema_version=1,
        rows=2,
        size=9,
        sha256="0" * 64,
        snapshot="rows.parquet",
        manifest={},
        table="towns__town__v1",
        published_at=timezone.now(),
    )

    migrate_to(None)

    now = Dataset.objects.get()
    design = design_of(now)
    assert design.schema.main.key == ("code",)
    assert design.schema.main.label == "Communes"
    assert design.recipes["town"].as_document() == {"inputs": [{"source": source.slug, "steps": steps}]}
    assert [each.source for each in now.entities.get().recipe.dependencies.all()] == [source]
    made = now.builds.get(pk=build.pk)
    assert made.pinned_schema.main.column("code").label == "Code INSEE"
    assert (made.outputs.get().rejects, made.outputs.get().reasons[0]["count"]) == ("rejects.parquet", 1)
    stored = now.versions.get(pk=version.pk).tables.get()
    assert (stored.entity, stored.rows, stored.table) == ("town", 2, "towns__town__v1")
    assert stored.schema.key == ("code",)


def test_what_was_public_stays_so_and_the_rest_is_internal_there_and_back():
    old = migrate_to(ONE_BOOLEAN).get_model("datasets.Dataset")
    old.objects.create(name="Open", slug="open", is_public=True)
    old.objects.create(name="Ours", slug="ours")

    migrate_to(None)
    seen = dict(Dataset.objects.values_list("slug", "visibility"))
    Dataset.objects.filter(slug="ours").update(visibility="restricted")
    back = migrate_to(ONE_BOOLEAN).get_model("datasets.Dataset")

    assert seen == {"open": "public", "ours": "internal"}
    assert dict(back.objects.values_list("slug", "is_public")) == {"open": True, "ours": False}
