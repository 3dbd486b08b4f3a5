"""What a design would make of the records that are there, and change for readers: said before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.models import Source
from apps.core.errors import EcluseError
from apps.core.interface import Tone, Viewer
from apps.core.numbers import format_number
from apps.datasets import engine
from apps.datasets.design import Design, columns_read
from apps.datasets.engine import Stage, StageKind
from apps.datasets.inputs import pseudonym_key
from apps.datasets.merise.document import DataModel
from apps.datasets.models import Version
from apps.datasets.quarantine import reason_text
from apps.datasets.recipes.proposing import propose
from apps.datasets.sampling import columns_seen, reading_sample
from apps.datasets.stepping import follow, seen_in
from apps.datasets.views.cells import is_numeric, said
from apps.datasets.views.stages import ShownStage, shown_stages

ROWS = 20


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
    stages: tuple[ShownStage, ...] = ()
    refusal: str = ""


def try_out(
    design: Design,
    *,
    by: Viewer,
    entity: str = "",
    version: Version | None = None,
    hidden: frozenset[str] = frozenset(),
    chosen: str = "",
) -> Trial:
    """Run the recipe of an entity, the main one if it is not said, on the first records collected, as a whole and step
    by step (see `shown_stages`). What is wrong with it is told, not raised, as is what this person may not read.
    """
    try:
        schema = design.schema.entity(entity) if entity else design.schema.main
        recipe = design.recipes[schema.name]
        columns_read(recipe, schema=design.schema, by=by)
        with reading_sample(design, schema.name, version=version) as read:
            tried = engine.preview(
                recipe=recipe,
                schema=schema,
                inputs=[read[each.name] for each in recipe.inputs],
                others={name: read[name] for name in recipe.needs},
                pseudonym_key=pseudonym_key("trial"),
                limit=ROWS,
            )
            stages = follow(recipe, schema, read, seen=seen_in(recipe, schema, hidden))
    except (KeyError, EcluseError, FileNotFoundError) as error:
        return why_not(error)
    tone, sentence = _verdict(tried.records, sum(each.set_aside for each in stages))
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
        stages=shown_stages(stages, recipe, schema, hidden=hidden, chosen=chosen),
    )


def try_steps(design: Design, *, entity: str, version: Version | None, hidden: frozenset[str], chosen: str) -> Trial:
    """The same, step by step only: remembered from one step that is looked at to the next."""
    try:
        schema = design.schema.entity(entity)
        recipe = design.recipes[entity]
        with reading_sample(design, entity, version=version) as read:
            stages = follow(recipe, schema, read, seen=seen_in(recipe, schema, hidden))
    except (KeyError, EcluseError, FileNotFoundError) as error:
        return why_not(error)
    came, kept = sum(each.rows_in for each in stages if each.kind == StageKind.READ), stages[-1].rows_out
    facts = {"kept": format_number(kept), "records": format_number(_records(stages))}
    return Trial(
        tone=Tone.OK if kept == came else Tone.WARN,
        sentence=_("Of the first %(records)s records, %(kept)s would become rows.") % facts,
        stages=shown_stages(stages, recipe, schema, hidden=hidden, chosen=chosen),
    )


def why_not(error: Exception) -> Trial:
    """Why nothing could be tried."""
    match error:
        case KeyError():
            name = str(error.args[0])
            sentence = _("The table “%(name)s” has no recipe yet: it is needed to try this one.") % {"name": name}
            return Trial(tone=Tone.OFF, sentence=sentence)
        case FileNotFoundError():
            return Trial(tone=Tone.OFF, sentence=_("The collected files are gone: collect the source again."))
        case EcluseError():
            return Trial(tone=Tone.BAD, sentence=_("This recipe cannot be applied."), refusal=str(error.message))
    raise error


def _records(stages: Sequence[Stage]) -> int:
    """How many records were read: what came to the first step of each input."""
    return sum(each.rows_in for each in stages if each.input and each.step == 1)


def _verdict(records: int, set_aside: int) -> tuple[Tone, str]:
    """What is left out on purpose is no fault."""
    facts = {"records": format_number(records), "rejected": format_number(set_aside)}
    if not records:
        return Tone.OFF, _("There is no record to try this on.")
    if not set_aside:
        return Tone.OK, _("None of the first %(records)s records would be set aside.") % facts
    sentence = ngettext(
        "Of the first %(records)s records, one would be set aside.",
        "Of the first %(records)s records, %(rejected)s would be set aside.",
        set_aside,
    )
    return Tone.WARN, sentence % facts


def propose_for(source: Source, *, entity: str) -> Design:
    """A structure and a recipe for what this source holds, of types that its first values have."""
    proposed, recipe = propose(source=source.slug, entity=entity, columns=columns_seen(source))
    return Design(model=DataModel(entities=(proposed,)), recipes={entity: recipe})
