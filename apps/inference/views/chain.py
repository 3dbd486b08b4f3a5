"""The chain of locks of a model: dataset, training, gate, review, service. Each says where a version stops."""

from collections.abc import Iterator

from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.gates import GateState
from apps.core.interface import Stage
from apps.core.numbers import format_number
from apps.inference.enums import Decision, Slot, TrainingState
from apps.inference.models import ModelVersion, Review, TrainingRun
from apps.inference.reports import Told
from apps.inference.telling import lasting
from apps.inference.views.page import ModelPage

GATES = {
    TrainingState.PASSED: GateState.OPEN,
    TrainingState.HELD: GateState.CLOSED,
    TrainingState.FAILED: GateState.CLOSED,
}


def chain_of(shown: ModelPage, newest: ModelVersion | None) -> list[Stage]:
    """`newest` is the last version that was made, whose review is shown."""
    return [*_dataset(shown), _training(shown), _review(shown, newest), _service(shown)]


def _dataset(shown: ModelPage) -> Iterator[Stage]:
    dataset = shown.model.dataset
    version = dataset.current_version
    if not dataset.is_visible_to(shown.viewer):
        yield Stage(label=_("Dataset"), rank=10, gate=GateState.OPEN if version else GateState.WAITING)
        return
    yield Stage(
        label=dataset.name,
        rank=10,
        gate=GateState.OPEN if version else GateState.WAITING,
        url=dataset.get_absolute_url(),
        figure=format_number(version.rows) if version else "",
        unit=ngettext("row", "rows", version.rows) if version else "",
        gate_note=_("Version %(number)s is what a training would learn from.") % {"number": version.number}
        if version
        else _("Nothing of it is published yet."),
    )


def _training(shown: ModelPage) -> Stage:
    last = shown.last
    if last is None:
        return Stage(label=_("Training"), rank=20, gate=GateState.WAITING, gate_note=_("It was never trained."))
    return Stage(
        label=_("Training no. %(number)s") % {"number": last.pk},
        rank=20,
        gate=GATES.get(TrainingState(last.state), GateState.WAITING),
        url=last.get_absolute_url(),
        figure=lasting(last.duration(now=timezone.now())) if last.started_at else "",
        gate_note=_gate_note(last),
        is_held=bool(shown.served) and last.state in {TrainingState.HELD, TrainingState.FAILED},
    )


def _gate_note(last: TrainingRun) -> str:
    judged = last.judged
    if judged and judged.blocking:
        count = len(judged.blocking)
        return ngettext("One check blocks.", "%(count)s checks block.", count) % {"count": count}
    if judged:
        count = len(judged.passed)
        return ngettext("One check holds.", "%(count)s checks hold.", count) % {"count": count}
    return str(TrainingState(last.state).label)


def _review(shown: ModelPage, newest: ModelVersion | None) -> Stage:
    if newest is None:
        return Stage(
            label=_("Review"), rank=30, gate=GateState.WAITING, gate_note=_("There is no version to review yet.")
        )
    last: Review | None = newest.reviews.first()
    gate, note = GateState.WAITING, _("It was not submitted yet.")
    if last and not last.decision:
        note = _("It awaits the decision of somebody who did not make it.")
    elif last and last.decision == Decision.APPROVED:
        gate, note = GateState.OPEN, _("It is approved.")
    elif last:
        gate, note = GateState.CLOSED, _("It is refused.")
    return Stage(
        label=_("Review"),
        rank=30,
        gate=gate,
        url=reverse("inference:review", args=[shown.model.slug, newest.number]),
        figure=_("Version %(number)s") % {"number": newest.number},
        gate_note=note,
        is_held=gate == GateState.CLOSED and shown.served is not None,
    )


def _service(shown: ModelPage) -> Stage:
    row = shown.champion
    if row is None:
        return Stage(label=Slot.CHAMPION.label, rank=40, gate=GateState.WAITING, gate_note=_("Nobody can ask it yet."))
    report = getattr(row.version.training, "evaluation", None)
    line = Told.of(report).primary if report else None
    return Stage(
        label=Slot.CHAMPION.label,
        rank=40,
        gate=GateState.OPEN,
        url=row.version.get_absolute_url(),
        figure=_("Version %(number)s") % {"number": row.version.number},
        note=_("%(name)s: %(value)s") % {"name": line.label, "value": line.value} if line else "",
        gate_note=_("Since %(day)s: %(who)s may ask it.")
        % {
            "day": format_date(timezone.localtime(row.deployed_at), "DATE_FORMAT"),
            "who": _lowered(shown.model.get_audience_display()),
        },
    )


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
