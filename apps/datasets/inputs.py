"""What a build reads: the runs that sources hold, the versions of other datasets, what programs wrote.

As files that the engine can open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from apps.collection.models import Run, Segment, Source
from apps.core import lake
from apps.datasets.failures import SegmentsDamaged, SegmentsGone
from apps.datasets.models import Build, Dataset, Version
from apps.datasets.recipes.checking import named_columns
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.pseudonyms import key_of

# Of 500 records each, at most.
RECEIPTS_AT_ONCE = 20

if TYPE_CHECKING:
    from apps.datasets.engine import Base, Landed


def pseudonym_key(dataset: str) -> bytes | None:
    """What the pseudonyms of this dataset are made with; None if the instance has no key for them."""
    return key_of(dataset, secret=settings.PSEUDONYM_KEY) if settings.PSEUDONYM_KEY else None


def read_now(recipes: Mapping[str, Recipe]) -> tuple[list[Run], list[Version]]:
    """What these recipes would read today."""
    names = names_read(recipes)
    sources = Source.objects.filter(slug__in=[path for kind, path in names if kind == "source"])
    slugs = {path.partition(".")[0] for kind, path in names if kind == "dataset"}
    datasets = Dataset.objects.filter(slug__in=slugs).select_related("current_version")
    return (
        [run for source in sources for run in source.feeding_runs()],
        [dataset.current_version for dataset in datasets if dataset.current_version],
    )


def merge_key(runs: Sequence[Run]) -> tuple[str, ...]:
    """The columns by which what several runs bring is merged: those that the last of them that had some pinned."""
    if len(runs) < 2:
        return ()
    return next((tuple(run.plan["key"]) for run in reversed(runs) if run.plan.get("key")), ())


@contextmanager
def reading(build: Build, recipes: "Mapping[str, Recipe]") -> "Iterator[dict[str, Landed]]":
    """What these recipes read of what is pinned in a build, by its name (see `Step.needs`), for as long as it is open:
    what came since its base, if it has one.

    Raises SegmentsGone if something of it is not there any more, SegmentsDamaged if a file changed.
    """
    from apps.datasets.engine import Landed

    runs = list(build.runs.order_by("pk").select_related("source"))
    known = set(build.base.build.runs.values_list("pk", flat=True)) if build.base else set()
    versions = {each.dataset.slug: each for each in build.read_versions.select_related("dataset")}
    with ExitStack() as stack:
        found = {}
        for kind, path in names_read(recipes):
            if kind == "source":
                own = [run for run in runs if run.source.slug == path]
                new = [run for run in own if run.pk not in known]
                if known and not new:
                    found[f"{kind}:{path}"] = Landed(files=())
                    continue
                landed = stack.enter_context(reading_runs(new))
                found[f"{kind}:{path}"] = replace(landed, merge_on=merge_key(own))
            elif kind == "received":
                records = received_rows(build.dataset, path, up_to=build.received.get(path, 0))
                found[f"{kind}:{path}"] = stack.enter_context(landing_received(records, recipes.values(), path))
            else:
                slug, _dot, entity = path.partition(".")
                found[f"{kind}:{path}"] = stack.enter_context(reading_version(versions.get(slug), entity))
        yield found


@contextmanager
def reading_base(build: Build, entity: str) -> "Iterator[Base | None]":
    """What a build adds to of this entity: the rows and the rejects of its base. None if it reads all.

    Raises SegmentsGone or SegmentsDamaged as `reading` does.
    """
    from apps.datasets.engine import Base

    if build.base is None:
        yield None
        return
    made = build.base.build.outputs.get(entity=entity)
    with reading_version(build.base, entity) as landed, ExitStack() as stack:
        try:
            rejects = stack.enter_context(lake.reading(made.rejects))
        except FileNotFoundError as error:
            raise SegmentsGone from error
        yield Base(rows=landed.files[0], rejects=rejects, read=made.rows_in)


@contextmanager
def reading_before(build: Build, entity: str, columns: tuple[str, ...]) -> "Iterator[Landed | None]":
    """These columns of an entity as the version that a build updates has it; None if it has it not.

    Raises SegmentsGone if its file is not there any more, SegmentsDamaged if it changed.
    """
    version = build.read_versions.filter(dataset=build.dataset_id).first()
    if version is None or not version.tables.of_entity(entity).exists():
        yield None
        return
    with reading_version(version, entity) as landed:
        yield replace(landed, columns=columns)


@contextmanager
def reading_others(recipe: Recipe, *, dataset: Dataset) -> "Iterator[dict[str, Landed]]":
    """All that the steps of a recipe look at besides its inputs, as it is today. Raises SegmentsGone."""
    with ExitStack() as stack:
        found = {}
        for name in recipe.needs:
            kind, _colon, path = name.partition(":")
            if kind == "entity":
                found[name] = stack.enter_context(reading_version(dataset.current_version, path))
            elif kind in {"source", "dataset"}:
                found[name] = stack.enter_context(reading_today(kind, path))
        yield found


def reading_today(kind: str, path: str, *, at_most: int | None = None) -> "AbstractContextManager[Landed]":
    """What a source or an entity of another dataset holds today, the first files of it if asked."""
    if kind == "source":
        source = Source.objects.filter(slug=path).first()
        return reading_runs(list(source.feeding_runs()) if source else [], at_most=at_most)
    slug, _dot, entity = path.partition(".")
    read = Dataset.objects.filter(slug=slug).select_related("current_version").first()
    return reading_version(read.current_version if read else None, entity)


def received_rows(dataset: Dataset, entity: str, *, up_to: int) -> Iterator[dict[str, str | None]]:
    """The records that programs wrote of this entity, in the order of their receipts; some at a time."""
    receipts = dataset.receipts.filter(entity=entity, number__lte=up_to).order_by("number")
    for records in receipts.values_list("records", flat=True).iterator(chunk_size=RECEIPTS_AT_ONCE):
        yield from records


def landing_received(
    records: Iterable[dict[str, str | None]], recipes: Iterable[Recipe], entity: str
) -> "AbstractContextManager[Landed]":
    """These records, with the columns that recipes take of what is received for this entity."""
    from apps.datasets import engine

    ranks = ((recipe, recipe.rank_of(f"received:{entity}")) for recipe in recipes)
    names = (name for recipe, rank in ranks if rank is not None for name in named_columns(recipe, rank))
    return engine.landing(records, tuple(dict.fromkeys(names)))


@contextmanager
def reading_runs(runs: Sequence[Run], *, at_most: int | None = None) -> "Iterator[Landed]":
    """What these runs of one source landed, merged by the key that the last of them pinned; the first files of it."""
    from apps.datasets.engine import Landed

    wanted = {} if at_most is None else {"rows__gt": 0}
    landed = list(Segment.objects.filter(run__in=runs, **wanted).order_by("run", "part", "seq")[:at_most])
    if not landed or any(run.segments_deleted_at for run in runs):
        raise SegmentsGone
    with _open([(each.name, each.sha256) for each in landed]) as files:
        digests = tuple(each.sha256 for each in landed)
        yield Landed(files=files, digests=digests, merge_on=merge_key(runs))


@contextmanager
def reading_version(version: Version | None, entity: str) -> "Iterator[Landed]":
    from apps.datasets.engine import Landed

    table = version.tables.of_entity(entity).first() if version else None
    if version is None or table is None:
        raise SegmentsGone
    with _open([(table.snapshot, table.sha256)]) as files:
        yield Landed(files=files, digests=(table.sha256,), version=version.pk)


@contextmanager
def _open(named: Sequence[tuple[str, str]]) -> Iterator[tuple[Path, ...]]:
    """Local paths to read these files of the lake at, which are as their digests say."""
    with ExitStack() as stack:
        try:
            paths = tuple(stack.enter_context(lake.reading(name)) for name, _sha256 in named)
        except FileNotFoundError as error:
            raise SegmentsGone from error
        for (name, sha256), path in zip(named, paths, strict=True):
            with path.open("rb") as file:
                if file_digest(file, "sha256").hexdigest() != sha256:
                    raise SegmentsDamaged(file=name)
        yield paths


def names_read(recipes: Mapping[str, Recipe]) -> list[tuple[str, str]]:
    """What these recipes read, each once: its kind, source or dataset, and which."""
    names = [name for recipe in recipes.values() for name in recipe.reads if not name.startswith("entity:")]
    pairs = (name.partition(":") for name in dict.fromkeys(names))
    return [(kind, path) for kind, _colon, path in pairs]
