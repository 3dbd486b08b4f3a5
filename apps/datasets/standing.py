"""How a dataset stands: what its readers get today, and what its last build did. The home page, the lists, the pages
of a dataset and the tasks say the same, because they ask here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.gates import GateState
from apps.core.interface import Tone
from apps.datasets.enums import BuildState
from apps.datasets.models import Build, Dataset, Version

STATE_TONES = {
    BuildState.WAITING: Tone.WAIT,
    BuildState.RUNNING: Tone.INFO,
    BuildState.PUBLISHED: Tone.OK,
    BuildState.UNCHANGED: Tone.OK,
    BuildState.HELD: Tone.BAD,
    BuildState.FAILED: Tone.BAD,
    BuildState.CANCELLED: Tone.OFF,
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A tone, a word or two for a list, a sentence for a page, and the gate at the exit of the dataset."""

    tone: Tone
    word: str
    sentence: str
    gate: GateState

    @property
    def is_held(self) -> bool:
        """Readers still get the version from before a build that did not pass."""
        return self.gate == GateState.CLOSED


def standing_of(*, version: Version | None, last: Build | None) -> Standing:
    """Pure, for rows already loaded: the version that is served and the last build, each if there is one.

    Whoever may not see builds is told of the version alone: give them no `last`.
    """
    served = _served(version)
    match BuildState(last.state) if last else None:
        case BuildState.HELD:
            blocking = len(last.judged.blocking) if last and last.judged else 0
            said = (
                ngettext(
                    "The gate is closed: one check blocks the last build.",
                    "The gate is closed: %(count)s checks block the last build.",
                    blocking,
                )
                % {"count": blocking}
                if blocking
                else _("The gate is closed before the last build.")
            )
            return Standing(tone=Tone.BAD, word=_("Gate closed"), sentence=f"{said} {served}", gate=GateState.CLOSED)
        case BuildState.FAILED:
            said = _("The last build failed.")
            return Standing(tone=Tone.BAD, word=_("Build failed"), sentence=f"{said} {served}", gate=GateState.CLOSED)
        case BuildState.WAITING | BuildState.RUNNING:
            said = _("A new version is being made.")
            return Standing(tone=Tone.INFO, word=_("Being built"), sentence=f"{said} {served}", gate=GateState.WAITING)
    if version is None:
        return Standing(tone=Tone.OFF, word=_("Empty"), sentence=served, gate=GateState.WAITING)
    if last and last.state == BuildState.CANCELLED:
        said = _("The last build was cancelled.")
        return Standing(tone=Tone.OK, word=_("Gate open"), sentence=f"{served} {said}", gate=GateState.OPEN)
    said = _("All is well: version %(number)s passed its gate and is served.") % {"number": version.number}
    return Standing(tone=Tone.OK, word=_("Gate open"), sentence=said, gate=GateState.OPEN)


def tone_of(build: Build) -> Tone:
    return STATE_TONES[BuildState(build.state)]


def latest_builds(datasets: Iterable[Dataset]) -> dict[int, Build]:
    """The last build of each of these datasets, by dataset, in one query; without what only their own page shows."""
    builds = Build.objects.filter(dataset__in=[dataset.pk for dataset in datasets]).defer(
        "sql", "schema", "recipes", "model"
    )
    return {build.dataset_id: build for build in builds.order_by("dataset_id", "-pk").distinct("dataset_id")}


def _served(version: Version | None) -> str:
    if version is None:
        return _("Nothing is served yet.")
    return _("Readers get version %(number)s.") % {"number": version.number}
