"""Where a version comes from, and what is made from it, as one person may know it.

    sources → tables → build → version → datasets made from it, and what other apps made of it

Each of them leads to its page if its reader may open it. A dataset that its reader may not see is not there at all, nor
what joins it to the others; which sources a dataset reads is told to whoever sees the dataset.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.models import Source
from apps.core.interface import Viewer
from apps.core.numbers import format_number
from apps.datasets.exceptions import RecipeRefused
from apps.datasets.merise.drawing.diagram import Diagram
from apps.datasets.merise.drawing.flow import Box, draw_flow
from apps.datasets.models import Build, Dataset, Version
from apps.datasets.readers import made_from
from apps.datasets.reading import Table
from apps.datasets.recipes.document import Recipe

# Of each kind; beyond it a drawing is no longer read.
SHOWN = 30


@dataclass(kw_only=True)
class Lineage:
    """What is drawn so far: boxes, which is made from which, and the same in words."""

    boxes: list[Box] = field(default_factory=list)
    made_from: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def add(self, box: Box, *said: str) -> None:
        self.boxes.append(box)
        self.said += said

    def join(self, made: str, origin: str) -> None:
        """What is not shown is not joined."""
        known = {box.id for box in self.boxes}
        if made in known and origin in known and (made, origin) not in self.made_from:
            self.made_from.append((made, origin))

    def draw(self, *, title: str) -> Diagram:
        return draw_flow(self.boxes, self.made_from, title=title, said=self.said)


def lineage_of(version: Version, viewer: Viewer) -> Lineage:
    found, build = Lineage(), version.build
    _add_sources(found, build, viewer)
    _add_datasets_read(found, build, viewer)
    _add_tables(found, version, viewer)
    _add_build(found, version, viewer)
    found.add(
        Box(
            id="version",
            kind=_("Version"),
            name=_("Version %(number)s") % {"number": version.number},
            note=_rows(version.rows),
            url=version.get_absolute_url(),
        ),
        _("Version %(number)s has %(rows)s.") % {"number": version.number, "rows": _rows(version.rows)},
    )
    found.join("version", "build")
    _add_datasets_made(found, version, viewer)
    _add_what_is_made_above(found, version, viewer)
    return found


def _add_sources(found: Lineage, build: Build, viewer: Viewer) -> None:
    """Each source that the build read, with what its runs landed."""
    read: Any = Source.objects.filter(runs__builds=build).annotate(
        segment_count=Count("runs__segments"), landed=Sum("runs__segments__rows")
    )
    for source in read.order_by("slug")[:SHOWN]:
        landed = _landed(source.segment_count, source.landed or 0)
        found.add(
            Box(
                id=f"source:{source.slug}",
                kind=_("Source"),
                name=source.name,
                note=landed,
                url=source.get_absolute_url() if viewer.has_perm("collection.view_source") else "",
            ),
            _("The source “%(name)s” landed %(landed)s.") % {"name": source.name, "landed": landed},
        )


def _add_datasets_read(found: Lineage, build: Build, viewer: Viewer) -> None:
    read = build.read_versions.filter(dataset__in=Dataset.objects.visible_to(viewer)).select_related("dataset")
    for version in read.defer("manifest", "schema").order_by("dataset__slug")[:SHOWN]:
        told = {"name": version.dataset.name, "number": version.number}
        found.add(
            Box(
                id=f"dataset:{version.dataset.slug}",
                kind=_("Dataset"),
                name=version.dataset.name,
                note=_("version %(number)s") % told,
                url=version.get_absolute_url(),
            ),
            _("It reads version %(number)s of the dataset “%(name)s”.") % told,
        )


def _add_tables(found: Lineage, version: Version, viewer: Viewer) -> None:
    """Each table with what was read for it, and what became of that."""
    outputs = {output.entity: output for output in version.build.outputs.all()}
    slug = version.dataset.slug
    for table in Table.all_of(version, viewer)[:SHOWN]:
        name, title = table.schema.name, table.schema.title
        output = outputs.get(name)
        rows = _rows(table.rows)
        aside = output.rows_rejected if output else 0
        note = _("%(rows)s, %(count)s set aside") % {"rows": rows, "count": format_number(aside)} if aside else rows
        url = reverse("datasets:entity_rows", args=[slug, name])
        found.add(Box(id=f"entity:{name}", kind=_("Table"), name=title, note=note, url=url))
    for name, document in version.build.recipes.items():
        for read in _reads(document):
            kind, _colon, path = read.partition(":")
            found.join(f"entity:{name}", f"{kind}:{path.partition('.')[0]}")
    found.said += _tables_in_words(found)


def _tables_in_words(found: Lineage) -> Iterator[str]:
    names = {box.id: box.name for box in found.boxes}
    for box in found.boxes:
        if box.id.startswith("entity:"):
            origins = [f"“{names[origin]}”" for made, origin in found.made_from if made == box.id]
            told = {"name": box.name, "note": box.note, "origins": ", ".join(origins)}
            if origins:
                yield _("The table “%(name)s” (%(note)s) is made from %(origins)s.") % told
            else:
                yield _("The table “%(name)s” has %(note)s.") % told


def _add_build(found: Lineage, version: Version, viewer: Viewer) -> None:
    """The build for whoever may see builds, the recipe for the others; and the version that it restored, if it did."""
    build = version.build
    told = {"build": build.pk, "recipe": build.recipe_number}
    tables = [box.id for box in found.boxes if box.id.startswith("entity:")]
    box = Box(
        id="build",
        kind=_("Recipe"),
        name=_("Recipe no. %(recipe)s") % told,
        url=reverse("datasets:recipe", args=[version.dataset.slug]),
    )
    said = _("Recipe no. %(recipe)s made it.") % told
    if version.dataset.shows_builds_to(viewer):
        note = _("recipe no. %(recipe)s") % told
        name = _("Build no. %(build)s") % told
        box = Box(id="build", kind=_("Build"), name=name, note=note, url=build.get_absolute_url())
        said = _("Build no. %(build)s made it, by recipe no. %(recipe)s.") % told
    found.add(box, said)
    for table in tables:
        found.join("build", table)
    if restored := build.restores:
        number = {"number": restored.number}
        name = _("Version %(number)s") % number
        found.add(
            Box(id="restored", kind=_("Version restored"), name=name, url=restored.get_absolute_url()),
            _("It restores version %(number)s: its rows are those that were made then.") % number,
        )
        found.join("build", "restored")


def _add_datasets_made(found: Lineage, version: Version, viewer: Viewer) -> None:
    """Those whose recipes read this one today, and from which of its versions what they serve was made."""
    dataset = version.dataset
    made = Dataset.objects.visible_to(viewer).filter(entities__recipe__dependencies__dataset=dataset).distinct()
    readers = list(made.select_related("current_version").defer("current_version__manifest", "model")[:SHOWN])
    builds = [reader.current_version.build_id for reader in readers if reader.current_version]
    reading = Build.read_versions.through.objects.filter(build__in=builds, version__dataset=dataset)
    numbers = dict(reading.values_list("build", "version__number"))
    for reader in readers:
        served = reader.current_version
        number = numbers.get(served.build_id) if served else None
        note = _("made from version %(number)s") % {"number": number} if number else _("not made yet")
        told = {"name": reader.name, "note": note}
        found.add(
            Box(
                id=f"made:{reader.slug}", kind=_("Dataset"), name=reader.name, note=note, url=reader.get_absolute_url()
            ),
            _("The dataset “%(name)s” reads it: %(note)s.") % told,
        )
        found.join(f"made:{reader.slug}", "version")


def _add_what_is_made_above(found: Lineage, version: Version, viewer: Viewer) -> None:
    """What other apps made from this very version."""
    for made in made_from(version, viewer)[:SHOWN]:
        box = Box(id=f"made:{made.id}", kind=str(made.kind), name=made.name, note=made.note, url=made.url)
        found.add(box, made.said)
        found.join(box.id, "version")


def _reads(document: dict[str, object]) -> Sequence[str]:
    """What a recipe reads; nothing if this release no longer understands it."""
    with suppress(RecipeRefused):
        return Recipe.from_document(document).reads
    return ()


def _landed(segments: int, rows: int) -> str:
    """“3 segments, 1,200 rows”."""
    count = ngettext("%(count)s segment", "%(count)s segments", segments) % {"count": format_number(segments)}
    return _("%(segments)s, %(rows)s") % {"segments": count, "rows": _rows(rows)}


def _rows(count: int) -> str:
    return ngettext("%(count)s row", "%(count)s rows", count) % {"count": format_number(count)}
