"""What a chart shows, said in a sentence: people who do not see the drawing read its conclusion like everyone."""

from collections.abc import Sequence
from math import isfinite
from statistics import fmean

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.charts.shapes import Limit, Series
from apps.core.numbers import Value, decimals_for, format_number, format_percent

# A line rises or falls if its least-squares line covers at least this share of the range of its values.
CLEAR_TREND = 0.5


def trend(values: Sequence[float]) -> int:
    """1 if the values clearly rise, -1 if they clearly fall, else 0 (see CLEAR_TREND)."""
    middle, mean = (len(values) - 1) / 2, fmean(values)
    reach = max(values) - min(values)
    if not reach or len(values) < 3:
        return 0
    slope = sum((i - middle) * (value - mean) for i, value in enumerate(values)) / sum(
        (i - middle) ** 2 for i in range(len(values))
    )
    change = slope * (len(values) - 1) / reach
    return 0 if abs(change) < CLEAR_TREND else (1 if change > 0 else -1)


def describe(labels: Sequence[str], values: Sequence[Value], unit: str = "") -> str:
    """What a line shows, in one sentence: its trend, its highest, its lowest and its last value."""
    known = [
        (label, value) for label, value in zip(labels, values, strict=True) if value is not None and isfinite(value)
    ]
    if not known:
        return _("There is no value yet.")
    decimals = decimals_for(value for _label, value in known)

    def said(value: float) -> str:
        return format_number(value, decimals, unit)

    last_label, last = known[-1]
    if len(known) == 1:
        return _("There is one value: %(value)s (%(label)s).") % {"value": said(last), "label": last_label}
    top_label, top = max(known, key=lambda pair: pair[1])
    low_label, low = min(known, key=lambda pair: pair[1])
    if top == low:
        return _("The value stays at %(value)s.") % {"value": said(last)}
    facts = {
        "high": said(top),
        "high_label": top_label,
        "low": said(low),
        "low_label": low_label,
        "last": said(last),
    }
    match trend([value for _label, value in known]):
        case 1:
            sentence = _(
                "It rises, from %(low)s at the lowest (%(low_label)s) to %(high)s (%(high_label)s); last %(last)s."
            )
        case -1:
            sentence = _(
                "It falls, from %(high)s at the highest (%(high_label)s) to %(low)s (%(low_label)s); last %(last)s."
            )
        case _none:
            sentence = _(
                "No clear trend, between %(low)s (%(low_label)s) and %(high)s (%(high_label)s); last %(last)s."
            )
    return sentence % facts


def describe_limit(limit: Limit, values: Sequence[float]) -> str:
    times = sum(limit.is_broken_by(value) for value in values)
    facts = {"label": limit.label, "value": format_number(limit.value), "count": format_number(times)}
    if not times:
        return _("The limit “%(label)s” (%(value)s) holds throughout.") % facts
    return (
        ngettext(
            "The limit “%(label)s” (%(value)s) is passed once.",
            "The limit “%(label)s” (%(value)s) is passed %(count)s times.",
            times,
        )
        % facts
    )


def describe_all(labels: Sequence[str], series: Sequence[Series], unit: str) -> list[str]:
    if len(series) == 1:
        return [describe(labels, series[0].values, unit)]
    return [
        _("%(series)s: %(sentence)s") % {"series": each.name, "sentence": describe(labels, each.values, unit)}
        for each in series
    ]


def describe_bars(bars: Sequence[tuple[str, float]], decimals: int, unit: str) -> str:
    (top_label, top), (low_label, low) = (
        max(bars, key=lambda pair: pair[1]),
        min(bars, key=lambda pair: pair[1]),
    )
    facts = {
        "high": format_number(top, decimals, unit),
        "high_label": top_label,
        "low": format_number(low, decimals, unit),
        "low_label": low_label,
    }
    total = sum(value for _label, value in bars)
    if len(bars) == 1:
        return _("There is one value: %(value)s (%(label)s).") % {"value": facts["high"], "label": top_label}
    if top == low:
        return _("All are equal, at %(value)s.") % {"value": facts["high"]}
    if low >= 0 and isfinite(total):
        facts["share"] = format_percent(top / total)
        return (
            _(
                "%(high_label)s comes first with %(high)s (%(share)s of the total); "
                "%(low_label)s comes last with %(low)s."
            )
            % facts
        )
    return _("%(high_label)s comes first with %(high)s; %(low_label)s comes last with %(low)s.") % facts


def describe_matrix(
    rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[Value]], decimals: int, *, is_square: bool
) -> str:
    cells = [
        (value, row, column)
        for row, line in zip(rows, values, strict=True)
        for column, value in zip(columns, line, strict=True)
        if value is not None and isfinite(value)
    ]
    total = sum(value for value, _row, _column in cells)
    apart = [cell for cell in cells if cell[1] != cell[2]]
    if is_square and total > 0:
        right = sum(value for value, row, column in cells if row == column)
        facts = {"share": format_percent(right / total), "right": format_number(right), "total": format_number(total)}
        worst = max(apart, default=None)
        if worst is None or worst[0] <= 0:
            return _("All %(total)s cases are on the diagonal.") % facts
        facts |= {"count": format_number(worst[0], decimals), "row": worst[1], "column": worst[2]}
        return (
            _(
                "%(right)s of %(total)s cases (%(share)s) are on the diagonal; "
                "the most frequent confusion takes “%(row)s” for “%(column)s” (%(count)s)."
            )
            % facts
        )
    value, row, column = max(cells)
    return _("The highest value is %(value)s, at “%(row)s” and “%(column)s”.") % {
        "value": format_number(value, decimals),
        "row": row,
        "column": column,
    }
