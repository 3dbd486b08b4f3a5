"""The quality of a dataset, build after build: what its gates decided, what weakens, what was set aside."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.access import public
from apps.core.charts import Chart, Series, bar_chart, line_chart, state_chart
from apps.core.gates import Check
from apps.core.interface import Tone
from apps.datasets.models import Build
from apps.datasets.quality import Judged, Trail, by_subject, judged_builds, tone_of, trails
from apps.datasets.quarantine import is_fault, reason_label
from apps.datasets.standing import tone_of as tone_of_build
from apps.datasets.views.page import DatasetPage

SHOWN_TABLES = 20
SHOWN_REASONS = 5


@dataclass(frozen=True, kw_only=True)
class Line:
    """A build that was judged, in the table; `name` is that of its version for whoever sees no build."""

    judged: Judged
    name: str
    tone: Tone


@dataclass(frozen=True, kw_only=True)
class Weakening:
    """A check that weakens: at the build before, and at the last one."""

    trail: Trail
    tone: Tone
    word: str
    before: Check | None
    last: Check


@public
def quality(request: HttpRequest, slug: str) -> HttpResponse:
    """Whoever may not see builds is told of those that were published: their gates are told to everyone already."""
    shown = DatasetPage.load(request, slug)
    judged = judged_builds(shown.dataset, shown.viewer)
    lines = [_line(each, sees_builds=shown.sees_builds) for each in judged]
    found = trails((each.stored, each.verdict) for each in judged)
    groups = by_subject(found)
    shown_groups = list(groups.items())[:SHOWN_TABLES]
    context = {
        "lines": lines[::-1],
        "weakening": [_weakening(trail) for trail in found if trail.weakens],
        "charts": [
            (f"checks-{rank}", _chart(subject, each, lines)) for rank, (subject, each) in enumerate(shown_groups, 1)
        ],
        "left_out": len(groups) - len(shown_groups),
        "reasons": _reasons(lines) if shown.sees_builds and lines else None,
        **_standing(found),
    }
    return render(request, "datasets/quality.html", shown.context("quality", **context))


def _line(judged: Judged, *, sees_builds: bool) -> Line:
    name = _("no. %(number)s") % {"number": judged.build.pk}
    if not sees_builds:
        name = _("version %(number)s") % {"number": judged.number}
    return Line(judged=judged, name=name, tone=tone_of_build(judged.build))


def _weakening(trail: Trail) -> Weakening:
    *before, last = (check for check in trail.told if check)
    tone = tone_of(last)
    return Weakening(trail=trail, tone=tone, word=_words()[tone], before=before[-1] if before else None, last=last)


def _words() -> dict[Tone, str]:
    return {Tone.OK: _("Holds"), Tone.WARN: _("Warning"), Tone.BAD: _("Blocks")}


def _standing(found: Sequence[Trail]) -> dict[str, object]:
    """Is it well? A tone and a sentence."""
    if not found:
        return {"tone": Tone.OFF, "verdict": _("Nothing was judged yet.")}
    last = [trail.last for trail in found if trail.last]
    failing = [check for check in last if not check.passed]
    weakening = sum(trail.weakens for trail in found)
    if failing:
        said = ngettext(
            "At the last build, one check of %(all)s does not hold.",
            "At the last build, %(count)s checks of %(all)s do not hold.",
            len(failing),
        ) % {"count": len(failing), "all": len(last)}
        tone = Tone.BAD if any(check.blocks for check in failing) else Tone.WARN
        return {"tone": tone, "verdict": said}
    if weakening:
        said = ngettext("All checks hold; one weakens.", "All checks hold; %(count)s weaken.", weakening)
        return {"tone": Tone.WARN, "verdict": said % {"count": weakening}}
    return {"tone": Tone.OK, "verdict": _("All checks hold, and none weakens.")}


def _chart(subject: str, found: Sequence[Trail], lines: Sequence[Line]) -> Chart:
    return state_chart(
        title=_("%(table)s: its checks at each build") % {"table": subject} if subject else _("Checks at each build"),
        row_name=_("Check"),
        rows=[trail.name for trail in found],
        times=[each.name for each in lines],
        states=[trail.states for trail in found],
        words=_words(),
    )


def _reasons(lines: Sequence[Line]) -> Chart:
    """The most frequent faults for which rows were set aside, at each build."""
    counts = [_counted(line.judged.build) for line in lines]
    total = sum(counts, Counter[str]())
    most = sorted(total, key=lambda code: (-total[code], code))[:SHOWN_REASONS]
    title = _("Values set aside, by reason")
    if len(lines) == 1:
        bars = [(reason_label(code), total[code]) for code in most]
        return bar_chart(title=title, label_name=_("Reason"), value_name=_("Values"), bars=bars)
    return line_chart(
        title=title,
        label_name=_("Build"),
        labels=[line.name for line in lines],
        series=[Series(name=reason_label(code), values=[count[code] for count in counts]) for code in most],
    )


def _counted(build: Build) -> Counter[str]:
    """The values that a build set aside, by reason; what was left out on purpose is none of them."""
    counts: Counter[str] = Counter()
    for output in build.outputs.all():
        for reason in filter(is_fault, output.reasons):
            counts[reason["code"]] += reason["count"]
    return counts
