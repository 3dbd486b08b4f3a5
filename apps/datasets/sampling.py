"""What a recipe is tried on: the first files of what it reads, and the rows of the entities that it looks up.

Those are as the served version has them. Until there is one, they are made by their own recipes from the first files
of what these read, so that the tables of a new dataset can be tried before any of them is built.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from hashlib import file_digest
from time import monotonic
from typing import TYPE_CHECKING

from apps.collection.connectors.base import SourceColumn
from apps.collection.connectors.file.values import proposed_type
from apps.collection.models import Source
from apps.datasets.design import Design, columns_of, in_order_of_making
from apps.datasets.exceptions import CleaningCancelled, PreviewTooLong
from apps.datasets.failures import SegmentsGone
from apps.datasets.inputs import (
    landing_received,
    names_read,
    pseudonym_key,
    reading_runs,
    reading_today,
    reading_version,
    received_rows,
)
from apps.datasets.models import Version

if TYPE_CHECKING:
    from apps.datasets.engine import Landed

# The first files are enough for the first rows.
SAMPLED_SEGMENTS, SAMPLED_RECEIPTS = 2, 50
LONGEST_SECONDS = 10.0
# What is looked at to propose types.
SEEN_ROWS = 300
LONGEST_EXAMPLE = 60
# What is made here is read as the snapshot of a version is; it is the one of none.
OF_NO_VERSION = 1


def columns_seen(source: Source) -> list[SourceColumn]:
    """The columns of a source, with what their first values look like; its names alone if its files are gone."""
    import pyarrow.parquet as pq

    names = columns_of(source)
    values: dict[str, list[str]] = {}
    try:
        with reading_runs(list(source.feeding_runs()), at_most=1) as landed, pq.ParquetFile(landed.files[0]) as file:
            known = [name for name in names if name in file.schema_arrow.names]
            batch = next(file.iter_batches(SEEN_ROWS, columns=known))
            values = {name: [value or "" for value in batch.column(name).to_pylist()] for name in known}
    except SegmentsGone:
        pass
    return [_seen(name, values.get(name, [])) for name in names]


def _seen(name: str, values: Sequence[str]) -> SourceColumn:
    example = next((value for value in values if value.strip()), "")
    return SourceColumn(name=name, proposed_type=proposed_type(values), example=example[:LONGEST_EXAMPLE])


@contextmanager
def reading_sample(design: Design, entity: str, *, version: Version | None = None) -> "Iterator[dict[str, Landed]]":
    """The first of what the recipe of this entity reads today, by its name (see `Step.needs`).

    Raises KeyError if it has no recipe or looks up an entity that has none, SegmentsGone if a source holds nothing,
    RecipeRefused if a recipe does not hold, PreviewTooLong.
    """
    in_order_of_making(design.recipes)
    published = set(version.tables.values_list("entity", flat=True)) if version else set()
    with ExitStack() as stack:
        yield _read(stack, design, entity, version, published, until=monotonic() + LONGEST_SECONDS)


def _read(
    stack: ExitStack, design: Design, entity: str, version: Version | None, published: set[str], *, until: float
) -> "dict[str, Landed]":
    recipe = design.recipes[entity]
    found = {}
    for name in recipe.needs:
        kind, _colon, path = name.partition(":")
        if kind == "entity" and path in published:
            found[name] = stack.enter_context(reading_version(version, path))
        elif kind == "entity":
            read = _read(stack, design, path, version, published, until=until)
            found[name] = stack.enter_context(_made(design, path, read, until=until))
    for kind, path in names_read({"": recipe}):
        if kind == "received":
            records = received_rows(version.dataset, path, up_to=SAMPLED_RECEIPTS) if version else ()
            found[f"{kind}:{path}"] = stack.enter_context(landing_received(records, [recipe], path))
        else:
            found[f"{kind}:{path}"] = stack.enter_context(reading_today(kind, path, at_most=SAMPLED_SEGMENTS))
    return found


@contextmanager
def _made(design: Design, entity: str, read: "dict[str, Landed]", *, until: float) -> "Iterator[Landed]":
    """The rows of an entity as its recipe makes them of what is read; what refers to others is not looked at."""
    from apps.datasets import engine

    recipe, schema = design.recipes[entity], design.schema.entity(entity)
    with engine.working_directory() as work:
        making = engine.Making(
            schema=replace(schema, foreign_keys=()),
            recipe=recipe.model_copy(update={"rules": ()}),
            inputs=tuple(read[each.name] for each in recipe.inputs),
            rows_to=work / "rows.parquet",
            rejects_to=work / "rejects.parquet",
        )
        try:
            engine.clean(
                makings=[making],
                others={name: read[name] for name in recipe.needs},
                pseudonym_key=pseudonym_key("trial"),
                should_stop=lambda: monotonic() > until,
            )
        except CleaningCancelled as error:
            raise PreviewTooLong from error
        with making.rows_to.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        yield engine.Landed(files=(making.rows_to,), digests=(digest,), version=OF_NO_VERSION)
