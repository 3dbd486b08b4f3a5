"""The home page of a person: is it well, what waits for them, what happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.gates import GateState
from apps.core.interface import Event, RunLine, SitePage, Stage, Task, Tone, Viewer, interfaces

RUNS_SHOWN = 6
EVENTS_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Home:
    """What the apps declare for one person, in the order in which it is read.

    Whoever does not work on the flight, and sees none of it, is shown `doors`: the pages that are open to them.
    """

    stages: Sequence[Stage]
    doors: Sequence[SitePage]
    tasks: Sequence[Task]
    runs: Sequence[RunLine]
    events: Sequence[Event]

    @classmethod
    def of(cls, viewer: Viewer) -> "Home":
        declared = interfaces.all()
        stages = [stage for each in declared if each.stages for stage in each.stages(viewer)]
        tasks = [task for each in declared if each.tasks for task in each.tasks(viewer)]
        runs = [run for each in declared if each.runs for run in each.runs(viewer)]
        events = [event for each in declared if each.events for event in each.events(viewer)]
        works_here = bool(stages) or getattr(viewer, "is_staff", False)
        pages = [page for each in declared if each.section for page in each.pages if page.is_open_to(viewer)]
        return cls(
            stages=sorted(stages, key=lambda stage: stage.rank),
            doors=[] if works_here else pages,
            tasks=sorted(tasks, key=lambda task: task.rank),
            runs=sorted(runs, key=lambda run: run.started_at, reverse=True)[:RUNS_SHOWN],
            events=sorted(events, key=lambda event: event.at, reverse=True)[:EVENTS_SHOWN],
        )

    @property
    def tone(self) -> Tone:
        gates = {stage.gate for stage in self.stages}
        if GateState.CLOSED in gates:
            return Tone.BAD
        if GateState.WAITING in gates:
            return Tone.WAIT
        return Tone.OK if gates else Tone.OFF

    @property
    def verdict(self) -> str:
        """Is it well? One sentence, about the gates that do not open first."""
        if not self.stages:
            return _("The flight is dry: no stage has been set up yet.")
        closed = [stage for stage in self.stages if stage.gate == GateState.CLOSED]
        if closed:
            sentence = ngettext(
                "One gate is closed: %(stage)s.", "%(count)s gates are closed, the first at: %(stage)s.", len(closed)
            )
            return sentence % {"count": len(closed), "stage": closed[0].label}
        waiting = [stage for stage in self.stages if stage.gate == GateState.WAITING]
        if waiting:
            sentence = ngettext(
                "One gate is not open yet: %(stage)s.",
                "%(count)s gates are not open yet, the first at: %(stage)s.",
                len(waiting),
            )
            return sentence % {"count": len(waiting), "stage": waiting[0].label}
        return _("All is well: every gate is open.")


# The flight as it is explained to whoever does not know it yet, with a gate in each of its states.
EXPLANATION = [
    Stage(
        rank=1,
        label=gettext_lazy("Sources"),
        unit=gettext_lazy("files, databases, APIs, web sites"),
        gate=GateState.OPEN,
        gate_note=gettext_lazy("The contract of the source holds: columns, types, ranges, freshness."),
    ),
    Stage(
        rank=2,
        label=gettext_lazy("Collection"),
        unit=gettext_lazy("runs that stop and resume where they were"),
        gate=GateState.OPEN,
        gate_note=gettext_lazy("What does not pass is kept aside with its reason, to be read and replayed."),
    ),
    Stage(
        rank=3,
        label=gettext_lazy("Dataset"),
        unit=gettext_lazy("cleaned, documented, versioned"),
        gate=GateState.CLOSED,
        gate_note=gettext_lazy("A quality rule fails: the new version waits, and the report says what blocks."),
    ),
    Stage(
        rank=4,
        label=gettext_lazy("Model"),
        unit=gettext_lazy("trained, tested, explained"),
        gate=GateState.WAITING,
        gate_note=gettext_lazy("The tests pass; a person reads the report and decides."),
        is_held=True,
    ),
    Stage(
        rank=5,
        label=gettext_lazy("Service"),
        unit=gettext_lazy("answers, with reasons, on the version before"),
        gate=GateState.OPEN,
        gate_note=gettext_lazy("Its drift is watched; feedback becomes rows of a dataset."),
    ),
]
