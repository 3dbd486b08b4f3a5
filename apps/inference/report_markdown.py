"""An evaluation report in Markdown, for the people who review a change where it is proposed.

What leaves the instance is read by others than those who may read the dataset: no row, and no value of a column that is
personal or confidential. What comes from the dataset stands in code spans, where it can neither mention people nor be
taken for markup.
"""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.gates import Check, Severity
from apps.datasets.enums import Confidentiality, PersonalData
from apps.inference.gates.case import CheckName
from apps.inference.gates.telling import told_check
from apps.inference.models import TrainingRun
from apps.inference.reports import Line, Told
from apps.inference.telling import failure_of, sentence_of

SHOWN_SLICES = 5
# Checks whose subject holds a value: “column = value”, or a class.
OF_SLICES = frozenset({CheckName.METRIC_OF_SLICE, CheckName.WORST_SLICE})
OF_CLASSES = frozenset({CheckName.ROWS_OF_CLASS, CheckName.TEST_ROWS_OF_CLASS})


def marker_of(run: TrainingRun) -> str:
    """What tells the comment about this model from all others, unseen by whoever reads it."""
    return f"<!-- ecluse:model:{run.model.slug} -->"


def write_report(run: TrainingRun) -> str:
    """The report of a training, its marker first, in the language of the moment."""
    return "\n".join([marker_of(run), *_lines(run), ""])


def _lines(run: TrainingRun) -> Iterator[str]:
    version, report = getattr(run, "version", None), getattr(run, "evaluation", None)
    title = _("%(model)s: training no. %(number)s") % {"model": _span(run.model.name), "number": run.pk}
    if version:
        title = _("%(model)s: version %(number)s") % {"model": _span(run.model.name), "number": version.number}
    yield f"### {title}"
    yield ""
    yield sentence_of(run)
    if failure := failure_of(run):
        yield from ("", f"**{failure.title}.** {failure.advice}")
    if report:
        yield from _metrics(Told.of(report))
    yield from _gate(run)
    if report:
        yield from _slices(run, Told.of(report))
    path = version.get_absolute_url() if version else run.get_absolute_url()
    yield ""
    yield "[" + _("Read all of it, and decide") + f"]({settings.SITE_URL}{path})"
    if report:
        digest = _("SHA-256 of the report: %(digest)s") % {"digest": f"`{report.sha256}`"}
        yield from ("", f"<sub>{digest}</sub>")


def _metrics(told: Told) -> Iterator[str]:
    heads = [_("Metric"), _("Value"), _("Between, 19 times out of 20"), _("Baseline"), _("In service"), _("Difference")]
    yield from ("", _row(heads), _row(["---", "--:", "--:", "--:", "--:", "---"]))
    yield from (_row(_cells(line)) for line in told.lines)


def _cells(line: Line) -> list[str]:
    label = f"**{line.label}**" if line.is_primary else line.label
    difference = " ".join(filter(None, [line.difference, line.word and f"({line.word})"]))
    return [label, line.value, line.interval, line.baseline, line.champion, difference]


def _gate(run: TrainingRun) -> Iterator[str]:
    verdict = run.judged  # counted here; each check is told when it is quoted
    if verdict is None:
        return
    yield ""
    if verdict.blocking:
        count = len(verdict.blocking)
        yield "❌ " + ngettext("Gate closed: one check blocks.", "Gate closed: %(count)s checks block.", count) % {
            "count": count
        }
    else:
        count = len(verdict.passed)
        yield "✅ " + ngettext("Gate open: one check holds.", "Gate open: %(count)s checks hold.", count) % {
            "count": count
        }
    if broken := [*verdict.blocking, *verdict.warnings]:
        open_columns = _open_columns(run)
        yield from ("", *(_check(run, check, open_columns) for check in broken))


def _check(run: TrainingRun, check: Check, open_columns: frozenset[str]) -> str:
    sign = "❌" if check.severity == Severity.BLOCKING else "⚠️"
    subject = _subject(run, check, open_columns)
    # What was measured may quote values.
    return f"- {sign} {_span(told_check(check).name)}" + (f" ({_span(subject)})" if subject else "")


def _subject(run: TrainingRun, check: Check, open_columns: frozenset[str]) -> str:
    """What a check is about, without the value where it is one of a column that is not told to anyone."""
    column, _sign, _value = check.subject.partition(" = ")
    if check.name in OF_SLICES:
        return check.subject if column in open_columns else column
    if check.name in OF_CLASSES and run.pinned_spec.target.name not in open_columns:
        return ""
    return check.subject


def _slices(run: TrainingRun, told: Told) -> Iterator[str]:
    open_columns = _open_columns(run)
    slices = [line for line in told.slices if line.column in open_columns][:SHOWN_SLICES]
    if not slices:
        return
    yield from ("", "**" + _("Where it does worst") + "**", "")
    yield from (_row([_("Rows where"), told.metric, _("Rows")]), _row(["---", "--:", "--:"]))
    for line in slices:
        where = f"{_span(line.column)} = {_span(line.value)}"
        yield _row([where, f"{line.score} ({line.interval})" if line.interval else line.score, str(line.rows)])


def _open_columns(run: TrainingRun) -> frozenset[str]:
    """Those of which values may be told to anyone: of every table that has a column of this name."""
    if run.dataset_version is None:
        return frozenset()
    columns = [column for entity in run.dataset_version.pinned_schema.entities for column in entity.columns]
    closed = {
        column.name
        for column in columns
        if column.personal_data != PersonalData.NONE or column.level != Confidentiality.PUBLIC
    }
    return frozenset(column.name for column in columns) - closed


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _span(text: str) -> str:
    """A text as code, on one line, whatever it holds."""
    plain = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`"
