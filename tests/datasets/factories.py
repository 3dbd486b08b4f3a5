"""Sources that hold rows, and datasets made of them, to test with."""

from django.utils import timezone

from apps.collection.enums import RunMode, RunState
from apps.collection.models import Run, Segment, Source
from apps.core import lake
from apps.datasets.building import build
from apps.datasets.design import Design
from apps.datasets.designing import create_dataset
from apps.datasets.enums import ColumnType
from apps.datasets.merise.document import Attribute, DataModel, Entity
from apps.datasets.models import Build, Dataset, Version, VersionTable
from apps.datasets.recipes.document import Recipe
from apps.datasets.requesting import request_build
from apps.datasets.schema import ColumnSchema, EntitySchema
from apps.datasets.tables import table_model
from tests.collection.factories import SourceFactory

TOWNS = EntitySchema(
    name="town",
    label="Communes",
    columns=(
        ColumnSchema(name="code", type=ColumnType.TEXT, is_key=True, max_length=5, label="Code INSEE"),
        ColumnSchema(name="name", type=ColumnType.TEXT, is_required=True, label="Nom"),
        ColumnSchema(name="population", type=ColumnType.INTEGER, label="Habitants"),
    ),
)
STEPS = [{"step": "map", "columns": {"code": "Code", "name": "Nom", "population": "Population"}}]
GRENOBLE = {"Code": "38185", "Nom": "Grenoble", "Population": "158198"}
VOIRON = {"Code": "38563", "Nom": "Voiron", "Population": "20248"}
NAMELESS = {"Code": "38000", "Nom": "", "Population": "1"}
UNCOUNTED = {"Code": "38001", "Nom": "Abymes", "Population": "many"}


def collect_rows(
    source: Source, rows: list[dict[str, str]], *, in_segments_of: int = 1_000, mode: RunMode = RunMode.FULL
) -> Run:
    """A run of this source that passed its gate and landed these rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = list(rows[0])
    plan = {"config": {}, "stream": "all", "columns": columns, "asked": [], "parts": []}
    run = Run.objects.create(
        source=source, mode=mode, state=RunState.SUCCEEDED, plan=plan, rows_read=len(rows), rows_kept=len(rows)
    )
    for seq, first in enumerate(range(0, len(rows), in_segments_of)):
        batch = rows[first : first + in_segments_of]
        table = pa.table(
            {name: pa.array([row[name] for row in batch], pa.string()) for name in columns}
            | {
                "_run": pa.array([run.pk] * len(batch), pa.int64()),
                "_part": pa.array([0] * len(batch), pa.int16()),
                "_seq": pa.array([seq] * len(batch), pa.int32()),
                "_row": pa.array(range(first + 1, first + 1 + len(batch)), pa.int64()),
            }
        )
        with lake.writing(f"runs/{run.pk}/all-{seq:06d}.parquet") as draft:
            pq.write_table(table, draft.path)
        stored = draft.stored
        Segment.objects.create(
            run=run, part="all", seq=seq, name=stored.name, rows=len(batch), size=stored.size, sha256=stored.sha256
        )
    run.finished_at = timezone.now()
    run.save()
    return run


def make_dataset(*rows: dict[str, str], schema: EntitySchema = TOWNS, steps=STEPS, source=None, **fields) -> Dataset:
    """A dataset of towns, whose source holds these rows: `make_dataset(GRENOBLE, VOIRON, visibility="public")`."""
    source = source or SourceFactory()
    if rows:
        collect_rows(source, list(rows))
    name = fields.pop("name", f"Dataset of {source.slug}")
    return create_dataset(name=name, design=design(schema, steps, source.slug), by=None, **fields)


def design(schema: EntitySchema, steps, source: str) -> Design:
    """A single entity of this shape, made by these steps from this source."""
    recipe = Recipe.from_document({"inputs": [{"source": source, "steps": list(steps)}]})
    return Design(model=model_of(schema), recipes={schema.name: recipe})


def model_of(*schemas: EntitySchema) -> DataModel:
    """The entities that become these tables, without any association."""
    return DataModel(
        entities=tuple(
            Entity(
                name=schema.name,
                label=schema.label,
                attributes=tuple(
                    Attribute(
                        is_identifier=column.is_key,
                        **{name: getattr(column, name) for name in Attribute.model_fields if hasattr(column, name)},
                    )
                    for column in schema.columns
                ),
            )
            for schema in schemas
        )
    )


def source_of(dataset: Dataset) -> Source:
    return Source.objects.get(recipe_dependencies__recipe__entity__dataset=dataset)


def main_table(version: Version) -> VersionTable:
    """What a version holds of its main entity."""
    return version.tables.select_related("version").get(position=0)


def rows_of(version: Version):
    """The rows of the main entity of a version, as a manager of Django."""
    stored = main_table(version)
    return table_model(stored.table, stored.schema).objects


def built(dataset: Dataset, *rows: dict[str, str]) -> Build:
    """A build of this dataset, once these rows are collected, if any are given. Needs a test that commits."""
    if rows:
        collect_rows(source_of(dataset), list(rows))
    done = build(build_id=request_build(dataset=dataset, by=None).pk)
    assert done is not None
    dataset.refresh_from_db()
    return done
