"""What a recipe would make of the rows that the last build set aside: said before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from apps.core import lake
from apps.core.errors import EcluseError
from apps.core.interface import Tone
from apps.core.numbers import format_number
from apps.datasets import engine
from apps.datasets.design import Design
from apps.datasets.engine import Made, ReasonCount, Replayed
from apps.datasets.inputs import pseudonym_key
from apps.datasets.models import Build, BuildOutput
from apps.datasets.quarantine import reason_label, title_of
from apps.datasets.recipes.document import Recipe
from apps.datasets.sampling import reading_sample
from apps.datasets.schema import EntitySchema
from apps.datasets.views.page import DatasetPage


@dataclass(frozen=True, kw_only=True)
class ReplayedReason:
    label: str
    column: str
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class Replay:
    """How many of the rows that `build` set aside would be kept, in words and reason by reason."""

    build: Build
    tone: Tone
    sentence: str
    reasons: Sequence[ReplayedReason]
    others: int
    is_partial: bool


def replay_of(shown: DatasetPage, design: Design, entity: str) -> Replay | None:
    """Of the last build that set rows of this table aside, if they are still there; for whoever may see builds."""
    if not shown.sees_builds:
        return None
    outputs = BuildOutput.objects.filter(build__dataset=shown.dataset, entity=entity, rows_rejected__gt=0)
    output = outputs.exclude(rejects="").select_related("build").order_by("-build").first()
    if output is None:
        return None
    output.build.dataset = shown.dataset
    try:
        replayed = _replayed(shown, design, output)
    except (EcluseError, KeyError, FileNotFoundError):
        return None
    return _told(output.build, replayed, design.schema.entity(entity)) if replayed.tried else None


def _replayed(shown: DatasetPage, design: Design, output: BuildOutput) -> Replayed:
    recipe, build = design.recipes[output.entity], output.build
    before = Recipe.from_document(build.recipes[output.entity])
    with (
        reading_sample(design, output.entity, version=shown.version) as read,
        lake.reading(output.rejects) as rejects,
    ):
        return engine.replay(
            before=Made(recipe=before, schema=build.pinned_schema.entity(output.entity)),
            after=Made(recipe=recipe, schema=design.schema.entity(output.entity)),
            rejects=rejects,
            others={name: read[name] for name in {*recipe.needs, *before.needs} if name in read},
            pseudonym_key=pseudonym_key("trial"),
        )


def _told(build: Build, replayed: Replayed, schema: EntitySchema) -> Replay:
    facts = {"tried": format_number(replayed.tried), "kept": format_number(replayed.kept), "build": build.pk}
    sentence = ngettext(
        "Of the %(tried)s rows that build no. %(build)s set aside for what they hold, %(kept)s would be kept.",
        "Of the %(tried)s rows that build no. %(build)s set aside for what they hold, %(kept)s would be kept.",
        replayed.kept,
    )
    return Replay(
        build=build,
        tone=Tone.OK if replayed.kept == replayed.tried else Tone.WARN if not replayed.kept else Tone.INFO,
        sentence=sentence % facts,
        reasons=_reasons(replayed.before, replayed.after, schema),
        others=replayed.others,
        is_partial=replayed.is_partial,
    )


def _reasons(before: Sequence[ReasonCount], after: Sequence[ReasonCount], schema: EntitySchema) -> list[ReplayedReason]:
    """Each reason, the most frequent of before first, then those that are new."""
    was = {(each.code, each.column): each.count for each in before}
    becomes = {(each.code, each.column): each.count for each in after}
    return [
        ReplayedReason(
            label=reason_label(code),
            column=title_of(schema, names),
            before=was.get((code, names), 0),
            after=becomes.get((code, names), 0),
        )
        for code, names in dict.fromkeys([*was, *becomes])
    ]
