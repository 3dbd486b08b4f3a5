"""The rows that a version got wrong, read again in the dataset as this reader may read them; of a forecast, periods."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.errors import EcluseError
from apps.core.interface import Viewer
from apps.core.numbers import format_number, format_percent
from apps.datasets.models import Version, VersionTable
from apps.datasets.reading import RowQuery, Table, read_rows
from apps.datasets.reading.queries import Filter
from apps.datasets.schema import ROW_ID
from apps.datasets.views.cells import said
from apps.inference.enums import Period
from apps.inference.models import ModelVersion
from apps.inference.report import Mistake
from apps.inference.reports import Told, value_said
from apps.inference.series import day_of

SHOWN_ROWS = 20
SHOWN_COLUMNS = 5


@dataclass(frozen=True, kw_only=True)
class ShownMistake:
    row: str
    expected: str
    answered: str
    confidence: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Mistakes with the values of their rows, for the columns that the reader sees; or why they cannot be shown. `name`
    is what each row is."""

    name: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[ShownMistake, ...] = ()
    refusal: str = ""

    @property
    def has_confidence(self) -> bool:
        """Numbers are answered without one."""
        return any(row.confidence for row in self.rows)


def mistakes_of(version: ModelVersion, report: Told, viewer: Viewer) -> Shown:
    """Where the rows of the training can no longer be read, or not by this person, their ranks alone are shown."""
    mistakes = report.report.mistakes[:SHOWN_ROWS]
    learnt, spec = version.training.dataset_version, version.training.pinned_spec
    if spec.forecast:
        return _periods(mistakes, spec.forecast.period, report)
    bare = Shown(name=_("Row"), rows=tuple(_shown(mistake, report) for mistake in mistakes))
    # The rows of a query are not those of a table.
    if not mistakes or learnt is None or not spec.data.entity or not learnt.dataset.is_visible_to(viewer):
        return bare
    try:
        table = _table(learnt, spec.data.entity, viewer)
        names = [each.name for each in spec.features if each.name in table.by_name][:SHOWN_COLUMNS]
        ranks = Filter(column=ROW_ID, operator="in", value=tuple(mistake.id for mistake in mistakes))
        query = RowQuery(columns=(ROW_ID, *names), filters=(ranks,), limit=SHOWN_ROWS)
        rows = {row[ROW_ID]: row for row in read_rows(table, query).rows}
    except VersionTable.DoesNotExist:
        return bare
    except EcluseError as refusal:
        return replace(bare, refusal=str(refusal.message))
    columns = [table.by_name[name] for name in names]
    found = [
        _shown(mistake, report, tuple(said(rows.get(mistake.id, {}).get(each.name), each) for each in columns))
        for mistake in mistakes
    ]
    return replace(bare, columns=tuple(column.title for column in columns), rows=tuple(found))


def _periods(mistakes: Sequence[Mistake], period: Period, report: Told) -> Shown:
    """The periods that were foretold the worst: they are no rows of the dataset."""
    said = (date_format(day_of(mistake.id, period), "DATE_FORMAT") for mistake in mistakes)
    found = (replace(_shown(mistake, report), row=day) for mistake, day in zip(mistakes, said, strict=True))
    return Shown(name=str(period.label), rows=tuple(found))


def _shown(mistake: Mistake, report: Told, values: tuple[str, ...] = ()) -> ShownMistake:
    expected, answered = (
        report.labels.get(each, each) if isinstance(each, str) else each for each in (mistake.truth, mistake.answer)
    )
    return ShownMistake(
        row=format_number(mistake.id),
        expected=value_said(expected),
        answered=value_said(answered),
        confidence=format_percent(mistake.confidence) if mistake.confidence is not None else "",
        values=values,
    )


def _table(version: Version, entity: str, viewer: Viewer) -> Table:
    """Of a version that is no longer served, the snapshot. Raises VersionTable.DoesNotExist."""
    is_served = version.pk == version.dataset.current_version_id
    return Table.of(version, viewer, entity, is_snapshot=not is_served)
