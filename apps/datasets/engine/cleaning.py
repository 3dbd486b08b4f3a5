"""From what is collected to typed rows and rejected rows: all the entities of a dataset.

    inputs ──▶ sound ──(told by others out)──▶ rows      typed, numbered in the order of the inputs
       └───────what is not in rows───────────▶ rejects   with every reason

Then rows that refer to none are taken out, until each refers to a row that is there. Rejects are by construction what
is not kept: no row is lost, none is in both. Only they are read a second time.

What the recipes say is computed by the engine of the instance (see `computing.py`); DuckDB reads what came, numbers the
rows and counts them.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from apps.datasets.engine.attending import never
from apps.datasets.engine.computing import Computing, OnDuckDB, computing_on
from apps.datasets.engine.connecting import Script, connect, working_directory
from apps.datasets.engine.entity import Entity
from apps.datasets.engine.inputs import Landed, view_name, view_others
from apps.datasets.engine.making import Cleaning, Making, Preview
from apps.datasets.engine.rejects import told
from apps.datasets.enums import Engine
from apps.datasets.recipes import compiling
from apps.datasets.recipes.compiling import LINEAGE
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.pseudonyms import PADS, pads, pads_table
from apps.datasets.schema import ROW_ID, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# How many records of each input a preview reads.
PREVIEW_RECORDS = 1_000


def clean(
    *,
    makings: Sequence[Making],
    others: Mapping[str, Landed],
    pseudonym_key: bytes | None = None,
    engine: Engine = Engine.DUCKDB,
    should_stop: Callable[[], bool] = never,
) -> Cleaning:
    """Write the rows of each entity, and the rejected ones, as two Parquet files.

    `makings` are in an order in which each comes after the entities that its steps look at; `others` are what the steps
    need besides (see `Step.needs`), but for entities; `pseudonym_key` is what pseudonyms are made with, if some are.
    Whatever the `engine`, the same rows come out. Raises EngineUnavailable if it cannot be had, RecipeRefused if a
    recipe does not fit the columns of its inputs, CleaningCancelled if `should_stop`, which this thread asks several
    times a second, says so.
    """
    reads = [path for each in (*others.values(), *(one for it in makings for one in it.inputs)) for path in each.files]
    reads += [path for each in makings if each.base for path in (each.base.rows, each.base.rejects)]
    writes = [path for each in makings for path in (each.rows_to, each.rejects_to)]
    with (
        working_directory() as work,
        connect(reads=reads, writes=[work, *writes], pushes_filters=False) as connection,
    ):
        script = Script(connection, should_stop)
        computing = computing_on(engine, script, work)
        known = _known(computing, others, pseudonym_key)
        entities = [
            Entity(script=script, computing=computing, making=each, work=work, others=known) for each in makings
        ]
        for entity in entities:
            entity.keep()
            known[f"entity:{entity.name}"] = compiling.as_texts(entity.rows)
        _refer(entities)
        return Cleaning(entities=tuple(entity.set_aside() for entity in entities), sql=script.told)


def preview(
    *,
    recipe: Recipe,
    schema: EntitySchema,
    inputs: Sequence[Landed],
    others: Mapping[str, Landed],
    referred: Mapping[str, tuple[EntitySchema, Path]] | None = None,
    pseudonym_key: bytes | None = None,
    limit: int = 20,
) -> Preview:
    """The first rows that the recipe makes and the first that it rejects, of the first records: the work is bounded.

    Foreign keys are looked at where the rows that they refer to are given (`referred`, by entity): nothing else of the
    dataset is made. Raises RecipeRefused if the recipe does not fit the columns of its inputs.
    """
    published = dict(referred or {})
    reads = [path for each in (*others.values(), *inputs) for path in each.files]
    reads += [path for _schema, path in published.values()]
    with working_directory() as work, connect(reads=reads, writes=[work], pushes_filters=False) as connection:
        making = Making(
            schema=schema,
            recipe=recipe,
            inputs=tuple(inputs),
            rows_to=work / "rows.parquet",
            rejects_to=work / "rejects.parquet",
        )
        script = Script(connection)
        computing = OnDuckDB(script, work)
        known = _known(computing, others, pseudonym_key)
        entity = Entity(
            script=script, computing=computing, making=making, work=work, others=known, at_most=PREVIEW_RECORDS
        )
        entity.keep()
        entity.take_out_orphans({name: _published(script, *each) for name, each in published.items()})
        cleaned = entity.set_aside()
        shown = f"SELECT * EXCLUDE {(ROW_ID, *LINEAGE)} FROM {entity.kept} LIMIT ?".replace("'", "")  # noqa: S608 -- checked names
        found = connection.execute(shown, [limit])
        names = [column[0] for column in found.description or ()]
        kept = tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())
        rejects = connection.execute("SELECT * FROM read_parquet(?) LIMIT ?", [str(making.rejects_to), limit])
        return Preview(records=cleaned.counts.read, rows=kept, rejects=tuple(told(row) for row in rejects.fetchall()))


def _known(computing: Computing, others: Mapping[str, Landed], pseudonym_key: bytes | None) -> "dict[str, ir.Table]":
    """What steps look at besides their input, by its name."""
    known = view_others(computing.script, others)
    if pseudonym_key is not None:
        known[PADS] = pads_table(computing.hold(view_name(PADS), pads(pseudonym_key)))
    return known


def _published(script: Script, schema: EntitySchema, path: Path) -> "ir.Table":
    """The rows of an entity as a version has them."""
    name = f"{schema.name}__published"
    script.view(name, [path])
    return compiling.typed(schema, name=name)


def _refer(entities: Sequence[Entity]) -> None:
    """Take out rows that refer to none, until each row refers to one that is there: one taken out may be another's."""
    by_name = {entity.name: entity for entity in entities}
    waiting = [entity for entity in entities if entity.making.refers_to]
    while waiting:
        entity = waiting.pop(0)
        referred = {name: by_name[name].rows for name in entity.making.refers_to}
        if entity.take_out_orphans(referred):
            waiting += [other for other in entities if other not in waiting and entity.name in other.making.refers_to]
