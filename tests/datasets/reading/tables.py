"""A published table, made by hand: what reading needs, without a source, a recipe or a build."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from apps.datasets.enums import BuildState, ColumnType, PersonalData
from apps.datasets.models import Build, Dataset, Version
from apps.datasets.schema import ColumnSchema, EntitySchema

TYPES = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "bigint",
    ColumnType.FLOAT: "double precision",
    ColumnType.DECIMAL: "numeric(18,6)",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.DATETIME: "timestamptz",
}

PATIENTS = EntitySchema(
    name="patient",
    columns=(
        ColumnSchema(name="code", type=ColumnType.TEXT, is_key=True),
        ColumnSchema(name="age", type=ColumnType.INTEGER),
        ColumnSchema(name="bmi", type=ColumnType.FLOAT),
        ColumnSchema(name="cost", type=ColumnType.DECIMAL),
        ColumnSchema(name="smokes", type=ColumnType.BOOLEAN),
        ColumnSchema(name="seen_on", type=ColumnType.DATE),
        ColumnSchema(name="noted", type=ColumnType.DATETIME),
        ColumnSchema(name="surname", type=ColumnType.TEXT, personal_data=PersonalData.DIRECT),
    ),
)


def publish(schema: EntitySchema = PATIENTS, rows: Sequence[Sequence[Any]] = (), **dataset: Any) -> Version:
    """A dataset with one version, whose table holds these rows, numbered from 1."""
    name = uuid4().hex[:8]
    parent = Dataset.objects.create(**{"name": name, "slug": name, "is_public": True} | dataset)
    return add_version(parent, schema, rows)


def add_version(dataset: Dataset, schema: EntitySchema = PATIENTS, rows: Sequence[Sequence[Any]] = ()) -> Version:
    number = dataset.versions.count() + 1
    table = f"{dataset.slug}__v{number}".replace("-", "_")
    columns = ", ".join(
        f'"{column.name}" {TYPES[column.type]}{" NOT NULL" if column.must_be_filled else ""}'
        for column in schema.columns
    )
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE data."{table}" (id bigint PRIMARY KEY, {columns})')
        for rank, row in enumerate(rows, 1):
            marks = ", ".join(["%s"] * (len(row) + 1))
            cursor.execute(f'INSERT INTO data."{table}" VALUES ({marks})', [rank, *row])  # noqa: S608 -- a test's own
    build = Build.objects.create(dataset=dataset, state=BuildState.PUBLISHED, schema=schema.as_json())
    version = Version.objects.create(
        dataset=dataset,
        number=number,
        build=build,
        schema=schema.as_json(),
        schema_version=dataset.schema_version,
        rows=len(rows),
        size=0,
        sha256="0" * 64,
        manifest={},
        table=table,
        published_at=timezone.now(),
    )
    dataset.current_version = version
    dataset.save()
    return version
