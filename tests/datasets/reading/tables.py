"""Published tables, made by hand: what reading needs, without a source, a recipe or a build."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from apps.core import lake
from apps.datasets.enums import BuildState, ColumnType, PersonalData
from apps.datasets.models import Build, Dataset, Version
from apps.datasets.schema import ROW_ID, ColumnSchema, DatasetSchema, EntitySchema, ForeignKey

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

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


SERVICES = EntitySchema(
    name="service",
    label="Services",
    columns=(
        ColumnSchema(name="code", type=ColumnType.TEXT, is_key=True),
        ColumnSchema(name="label", type=ColumnType.TEXT),
        ColumnSchema(name="opened_on", type=ColumnType.DATE),
        ColumnSchema(name="head", type=ColumnType.TEXT, personal_data=PersonalData.DIRECT),
    ),
)
VISITS = EntitySchema(
    name="visit",
    label="Visites",
    columns=(
        ColumnSchema(name="number", type=ColumnType.INTEGER, is_key=True),
        ColumnSchema(name="service_code", type=ColumnType.TEXT),
        ColumnSchema(name="sponsor_code", type=ColumnType.TEXT, personal_data=PersonalData.SENSITIVE),
        ColumnSchema(name="day", type=ColumnType.DATE),
        ColumnSchema(name="cost", type=ColumnType.DECIMAL),
        ColumnSchema(name="note", type=ColumnType.TEXT),
        ColumnSchema(name="patient", type=ColumnType.TEXT, personal_data=PersonalData.DIRECT),
    ),
    foreign_keys=(
        ForeignKey(name="service", columns=("service_code",), entity="service", references=("code",)),
        ForeignKey(name="sponsor", columns=("sponsor_code",), entity="service", references=("code",)),
    ),
)
LINKED = {
    VISITS: [
        [1, "CAR", "URG", "2026-01-15", "10.50", "Première visite à l'école", "Durand"],
        [2, "CAR", None, "2026-02-10", "20", "Contrôle", "Petit"],
        [3, "URG", None, "2025-12-31", None, None, "Moreau"],
        [4, None, None, None, "0.000001", "Les écoles visitées", "Durand"],
    ],
    SERVICES: [
        ["CAR", "Cardiologie", "1990-05-01", "Mme Roux"],
        ["URG", "Urgences", None, "M. Blanc"],
    ],
}


def publish(
    schema: EntitySchema = PATIENTS,
    rows: Sequence[Sequence[Any]] = (),
    *,
    has_snapshots: bool = False,
    **dataset: Any,
) -> Version:
    """A dataset with one version, whose table holds these rows, numbered from 1."""
    return add_tables(make_dataset(**dataset), {schema: rows}, has_snapshots=has_snapshots)


def publish_linked(*, has_snapshots: bool = False, **dataset: Any) -> Version:
    """Visits, each of a service, in one version."""
    return add_tables(make_dataset(**dataset), LINKED, has_snapshots=has_snapshots)


def make_dataset(**fields: Any) -> Dataset:
    name = uuid4().hex[:8]
    dataset: Dataset = Dataset.objects.create(**{"name": name, "slug": name, "visibility": "public"} | fields)
    return dataset


def add_version(dataset: Dataset, schema: EntitySchema = PATIENTS, rows: Sequence[Sequence[Any]] = ()) -> Version:
    return add_tables(dataset, {schema: rows})


def add_tables(
    dataset: Dataset, entities: Mapping[EntitySchema, Sequence[Sequence[Any]]], *, has_snapshots: bool = False
) -> Version:
    """A version more, whose entities hold these rows; their snapshots are in the lake if a test reads them there."""
    number = dataset.versions.count() + 1
    whole = DatasetSchema(entities=tuple(entities)).as_json()
    build = Build.objects.create(dataset=dataset, state=BuildState.PUBLISHED, schema=whole)
    now = timezone.now()
    dataset.versions.filter(replaced_at=None).update(replaced_at=now)
    version = Version.objects.create(
        dataset=dataset,
        number=number,
        build=build,
        schema=whole,
        schema_version=dataset.schema_version,
        rows=sum(len(rows) for rows in entities.values()),
        size=0,
        manifest={},
        published_at=now,
    )
    for position, (schema, rows) in enumerate(entities.items()):
        entity = f"__{schema.name}" if position else ""
        table = f"{dataset.slug}{entity}__v{number}".replace("-", "_")
        _fill(table, schema, rows)
        snapshot = f"tests/{table}.parquet" if has_snapshots else ""
        if has_snapshots:
            _write(snapshot, schema, rows)
        version.tables.create(
            position=position,
            entity=schema.name,
            rows=len(rows),
            size=0,
            sha256=uuid4().hex * 2,
            table=table,
            snapshot=snapshot,
        )
    dataset.current_version = version
    dataset.save()
    return version


def _fill(table: str, schema: EntitySchema, rows: Sequence[Sequence[Any]]) -> None:
    columns = ", ".join(
        f'"{column.name}" {TYPES[column.type]}{" NOT NULL" if column.must_be_filled else ""}'
        for column in schema.columns
    )
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE data."{table}" (id bigint PRIMARY KEY, {columns})')
        for rank, row in enumerate(rows, 1):
            marks = ", ".join(["%s"] * (len(row) + 1))
            cursor.execute(f'INSERT INTO data."{table}" VALUES ({marks})', [rank, *row])  # noqa: S608 -- a test's own


def _write(name: str, schema: EntitySchema, rows: Sequence[Sequence[Any]]) -> None:
    """The same rows as Parquet, typed by DuckDB as a build types them."""
    columns = ", ".join(f'"{column.name}" {TYPES[column.type]}' for column in schema.columns)
    engine = _engine()
    with lake.writing(name) as draft:
        engine.execute(f"CREATE OR REPLACE TABLE t ({ROW_ID} bigint, {columns})")
        for rank, row in enumerate(rows, 1):
            marks = ", ".join(["?"] * (len(row) + 1))
            engine.execute(f"INSERT INTO t VALUES ({marks})", [rank, *row])  # noqa: S608 -- a test's own
        engine.execute(f"COPY t TO '{draft.path}' (FORMAT parquet)")


@cache
def _engine() -> "DuckDBPyConnection":
    """One for the session: it takes longer to open than a table to write."""
    import duckdb

    engine = duckdb.connect(config={"threads": 1})
    engine.execute("SET TimeZone = 'UTC'")
    return engine
