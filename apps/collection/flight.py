"""The lock of some collections on a flight: that of the home page, that of a dataset made from them."""

from collections.abc import Collection
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.enums import RunState
from apps.collection.models import Run
from apps.collection.models.runs import TROUBLED
from apps.core.gates import GateState
from apps.core.interface import Stage
from apps.core.numbers import format_number


def collection_stage(latest: Collection[Run]) -> Stage:
    """What some sources gave, from the last run of each: the gate is closed as soon as one did not pass."""
    troubled = [run for run in latest if run.state in TROUBLED]
    passed = [run for run in latest if run.state == RunState.SUCCEEDED]
    rows = sum(run.rows_kept for run in passed)
    stage = Stage(
        rank=20,
        label=_("Runs"),
        url=reverse("collection:runs"),
        figure=format_number(rows),
        unit=ngettext("row in the last runs", "rows in the last runs", rows),
        gate=GateState.WAITING,
        gate_note=_("Nothing has been judged yet."),
    )
    if troubled:
        said = ngettext("The last run of one source did not pass.", "%(count)s sources did not pass.", len(troubled))
        return replace(
            stage,
            gate=GateState.CLOSED,
            gate_note=said % {"count": len(troubled)},
            gate_url=f"{reverse('collection:sources')}?etat=troubled",
            gate_link=_("See which"),
            is_held=bool(passed),
        )
    if passed:
        return replace(stage, gate=GateState.OPEN, gate_note=_("What was agreed with each source holds."))
    return stage
