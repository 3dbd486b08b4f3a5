"""Importing a ready file into a dataset, by the same doors as anything else: it is the file of a source, which a recipe
reads; what it holds is judged at both gates; a version is published. Each act may be done again: what is done stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.collection.models import Run, Source
from apps.collection.previewing import Preview
from apps.collection.sourcing import change_source, create_source, keep_upload, open_source
from apps.datasets.design import Design
from apps.datasets.exceptions import DatasetRefused
from apps.datasets.inputs import pseudonym_key
from apps.datasets.merise.document import DataModel
from apps.datasets.models import Dataset
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.proposing import propose

if TYPE_CHECKING:
    from apps.datasets import engine

FILE = "file"
SHOWN_REJECTS = 20


@dataclass(frozen=True, kw_only=True)
class NewSource:
    """What a source says of itself before anything is collected from it."""

    slug: str
    name: str
    purpose: str
    legal_basis: str


def source_of(*, dataset: Dataset | None, slug: str = "", entity: str = "") -> Source | None:
    """The source whose file is replaced: of a dataset, the one that feeds it (this entity of it, if it is said); for a
    dataset to come, the one of this identifier, None if there is none.

    Raises DatasetRefused if it is not a file that was sent, or if it cannot be told which.
    """
    if dataset is None:
        source: Source | None = Source.objects.filter(slug=slug).first()
        if source and not _is_sent(source):
            message = _("The source “%(slug)s” is not a file that was sent: give another identifier.")
            raise DatasetRefused({"source": message % {"slug": slug}})
        return source
    feeding = Source.objects.filter(kind=FILE, recipe_dependencies__recipe__entity__dataset=dataset)
    if entity:
        feeding = feeding.filter(recipe_dependencies__recipe__entity__name=entity)
    if slug:
        feeding = feeding.filter(slug=slug)
    found = [source for source in feeding.distinct().order_by("slug") if _is_sent(source)]
    if len(found) == 1:
        return found[0]
    if found:
        message = _("Several files feed “%(dataset)s”: say which source, of %(sources)s.")
        names = ", ".join(source.slug for source in found)
        raise DatasetRefused({"source": message % {"dataset": dataset.slug, "sources": names}})
    message = _("No file that was sent feeds “%(dataset)s”: its recipe reads something else.")
    raise DatasetRefused({"source": message % {"dataset": dataset.slug}})


@transaction.atomic
def send_file(
    *, path: Path, settings: Mapping[str, str], source: Source | None, new: NewSource, by: User | None
) -> Source:
    """Give this file to its source, made from `new` if there is none yet, and open it. `settings` are those of files.

    Raises SourceRefused.
    """
    config = {**(source.config if source else {}), **settings, **upload_of(path)}
    if source is None:
        source = create_source(
            name=new.name,
            kind=FILE,
            slug=new.slug,
            config=config,
            by=by,
            purpose=new.purpose,
            legal_basis=new.legal_basis,
        )
    elif source.config != config:
        source = change_source(source=source, changes={"config": config}, by=by)
    return open_source(source=source, by=by)


def upload_of(path: Path) -> dict[str, Any]:
    """The setting that names this file, once it is kept in the lake."""
    with path.open("rb") as file:
        stored = keep_upload(file=file, name=path.name)
    return {"upload": {"digest": stored.digest, "name": stored.name}}


def is_collected(source: Source) -> bool:
    """Whether what the source holds is this very file, read with these very settings."""
    last: Run | None = source.feeding_runs().order_by("-pk").first()
    return last is not None and _read(last.plan["config"]) == _read(source.config)


def propose_design(*, source: str, entity: str, found: Preview) -> Design:
    """An entity with all the columns of the file, and a recipe for it."""
    proposed, recipe = propose(source=source, entity=entity, columns=found.columns)
    return Design(model=DataModel(entities=(proposed,)), recipes={entity: recipe})


def entity_fed_by(design: Design, source: str) -> str:
    """The first entity whose recipe reads this source; "" if none does."""
    readers = (name for name, recipe in design.recipes.items() if f"source:{source}" in recipe.reads)
    return next(readers, "")


def try_first_records(*, design: Design, entity: str, found: Preview) -> "engine.Preview | None":
    """What the recipe of an entity makes of the first records of a file that was not collected.

    None if it takes more than this file. Raises RecipeRefused if it asks for columns that are not there.
    """
    from apps.datasets import engine

    recipe: Recipe = design.recipes[entity]
    if len(recipe.inputs) > 1 or recipe.needs:
        return None
    with TemporaryDirectory() as folder:
        path = Path(folder) / "first.parquet"
        _write(path, found)
        return engine.preview(
            recipe=recipe,
            schema=design.schema.entity(entity),
            inputs=[engine.Landed(files=(path,))],
            others={},
            pseudonym_key=pseudonym_key("trial"),
            limit=SHOWN_REJECTS,
        )


def _write(path: Path, found: Preview) -> None:
    """The first records as they would land."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = len(found.rows)
    values = {column.name: [row[rank] for row in found.rows] for rank, column in enumerate(found.columns)}
    places = {"_run": pa.int64(), "_part": pa.int16(), "_seq": pa.int32()}
    columns = {name: pa.array(texts, pa.string()) for name, texts in values.items()}
    columns |= {name: pa.array([0] * count, kind) for name, kind in places.items()}
    pq.write_table(pa.table(columns | {"_row": pa.array(range(1, count + 1), pa.int64())}), path)


def _is_sent(source: Source) -> bool:
    return source.kind == FILE and "upload" in source.config


def _read(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a file, whatever it was called when it was sent."""
    return {**config, "upload": config.get("upload", {}).get("digest")}
