"""What a design would make of the records that are there, and change for readers: said before it is saved."""

from contextlib import ExitStack, suppress
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.connectors.base import SourceColumn
from apps.collection.models import Segment, Source
from apps.collection.previewing import preview
from apps.core import lake
from apps.core.errors import EcluseError
from apps.core.interface import Tone
from apps.core.numbers import format_number
from apps.datasets import designing, engine
from apps.datasets.quarantine import reason_text
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.proposing import propose
from apps.datasets.schema import EntitySchema
from apps.datasets.views.cells import is_numeric, said
from apps.datasets.views.page import told

ROWS = 20
# The first files are enough for the first rows.
SEGMENTS = 2


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """A record that would not become a row: its number, and each reason as a sentence."""

    row: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The first rows that a design would make, and what it would set aside; or why it makes none."""

    tone: Tone
    sentence: str
    columns: tuple[tuple[str, bool], ...] = ()
    rows: tuple[tuple[tuple[str, bool], ...], ...] = ()
    rejects: tuple[SetAside, ...] = ()
    refusal: str = ""


def try_out(source: Source, schema: EntitySchema, recipe: Recipe) -> Trial:
    """Run the recipe on the first records collected. What is wrong with it is told, not raised."""
    landed = Segment.objects.filter(run__in=source.feeding_runs(), rows__gt=0).order_by("run", "part", "seq")
    names = landed.values_list("name", flat=True)[:SEGMENTS]
    try:
        with ExitStack() as stack:
            paths = [stack.enter_context(lake.reading(name)) for name in names]
            tried = engine.preview(recipe=recipe, schema=schema, segments=paths, limit=ROWS)
    except EcluseError as error:
        return Trial(tone=Tone.BAD, sentence=_("This recipe cannot be applied."), refusal=told(error))
    except FileNotFoundError:
        return Trial(tone=Tone.OFF, sentence=_("The collected files are gone: collect the source again."))
    tone, sentence = _verdict(tried)
    return Trial(
        tone=tone,
        sentence=sentence,
        columns=tuple((column.title, is_numeric(column)) for column in schema.columns),
        rows=tuple(
            tuple((said(row.get(each.name), each), is_numeric(each)) for each in schema.columns)
            for row in tried.rows[:ROWS]
        ),
        rejects=tuple(
            SetAside(row=reject.row, reasons=tuple(reason_text(reason, schema) for reason in reject.reasons))
            for reject in tried.rejects[:ROWS]
        ),
    )


def _verdict(tried: engine.Preview) -> tuple[Tone, str]:
    facts = {"records": format_number(tried.records), "rejected": format_number(len(tried.rejects))}
    if not tried.records:
        return Tone.OFF, _("There is no record to try this on.")
    if not tried.rejects:
        return Tone.OK, _("All of the first %(records)s records would become rows.") % facts
    if len(tried.rejects) >= ROWS:
        return Tone.WARN, _("Of the first %(records)s records, %(rejected)s or more would be set aside.") % facts
    sentence = ngettext(
        "Of the first %(records)s records, one would be set aside.",
        "Of the first %(records)s records, %(rejected)s would be set aside.",
        len(tried.rejects),
    )
    return Tone.WARN, sentence % facts


def changes_for_readers(old: EntitySchema, new: EntitySchema) -> list[str]:
    """What programs and people will notice once a version is made by the new structure; empty if nothing."""
    before, after = ({column.name: column for column in schema.columns} for schema in (old, new))
    changes = [
        _("Column “%(name)s” disappears: programs that ask for it are refused.") % {"name": name}
        for name in before
        if name not in after
    ]
    changes += [_("Column “%(name)s” appears.") % {"name": name} for name in after if name not in before]
    for name in [name for name in after if name in before]:
        if before[name].type != after[name].type:
            changes.append(
                _("Column “%(name)s” changes type: %(old)s becomes %(new)s.")
                % {"name": name, "old": before[name].type.label, "new": after[name].type.label}
            )
        if before[name].personal_data != after[name].personal_data:
            changes.append(
                _("Column “%(name)s” changes who may read it: %(new)s.")
                % {"name": name, "new": after[name].personal_data.label}
            )
    return changes


def propose_for(source: Source, *, entity: str, is_looked_at: bool) -> tuple[EntitySchema, Recipe]:
    """A structure and a recipe for what this source holds; types are proposed if the source `is_looked_at` again."""
    collected = designing.columns_of(source)
    seen: dict[str, SourceColumn] = {}
    if is_looked_at:
        # A source that does not answer now was collected all the same: its columns are then texts.
        with suppress(EcluseError):
            seen = {column.name: column for column in preview(kind=source.kind, config=source.config).columns}
    columns = [seen.get(name, SourceColumn(name=name)) for name in collected]
    return propose(source=source.slug, entity=entity, columns=columns)
