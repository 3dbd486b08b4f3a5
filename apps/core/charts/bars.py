"""Bars of named values, and histograms of how values are spread."""

from collections.abc import Sequence
from math import isfinite

from django.utils.translation import gettext as _

from apps.core.charts.scales import Scale, nice_ticks, quantile
from apps.core.charts.shapes import CHARACTER, WIDTH, Bin, Chart, Label, Path, Rect, Shape, at, nothing, shorten
from apps.core.charts.words import describe_bars
from apps.core.numbers import Value, compact, decimals_for, format_number


def bar_chart(
    *,
    title: str,
    label_name: str,
    value_name: str,
    bars: Sequence[tuple[str, Value]],
    unit: str = "",
    conclusion: str = "",
) -> Chart:
    """Horizontal bars from zero, each under its own name and value, in the order given."""
    columns = [label_name, value_name]
    known = [(label, value) for label, value in bars if value is not None and isfinite(value)]
    if not known:
        return nothing(title, columns)
    values = [value for _label, value in known]
    low, high = min(0.0, *values), max(0.0, *values)
    across = Scale(low, high, 0, WIDTH)
    decimals, zero = decimals_for(values), across.at(0)
    shapes: list[Shape] = []
    for rank, (label, value) in enumerate(bars):
        y = rank * 44.0
        said = format_number(value, decimals, unit)
        shapes += [Label("0", at(y + 16), shorten(label, 48)), Label(at(WIDTH), at(y + 16), said, "end", "label")]
        if value is not None and isfinite(value):
            x = across.at(value)
            css = "bin bin-hi" if value == max(values) else "bin"
            shapes.append(Rect(at(min(x, zero)), at(y + 22), at(abs(x - zero)), "14", css))
    height = len(bars) * 44
    shapes.append(Path("".join(f"M{at(zero)} {rank * 44 + 20}v18" for rank in range(len(bars))), "axis"))
    return Chart(
        title=title,
        conclusion=conclusion or describe_bars(known, decimals, unit),
        height=height,
        columns=columns,
        rows=list(bars),
        shapes=shapes,
    )


def histogram(
    *, title: str, value_name: str, count_name: str, bins: Sequence[Bin], unit: str = "", conclusion: str = ""
) -> Chart:
    """Counts by interval; the darker bins hold the middle half of the values."""
    columns = [value_name, count_name]
    if not sum(each.count for each in bins):
        return nothing(title, columns)
    edges = [bins[0].low, *(each.high for each in bins)]
    decimals = decimals_for(edges)
    first, median, third = (quantile(bins, share) for share in (0.25, 0.5, 0.75))
    ticks = nice_ticks(0, max(each.count for each in bins), about=3)
    names = [compact(tick, ticks[1]) for tick in ticks]
    left, right, top, bottom = max(map(len, names)) * CHARACTER + 14, WIDTH - 10, 30.0, 180.0
    across, up = Scale(edges[0], edges[-1], left, right), Scale(0, ticks[-1], bottom, top)
    shapes: list[Shape] = []
    for tick, name in zip(ticks, names, strict=True):
        y = up.at(tick)
        shapes += [Path(f"M{at(left)} {at(y)}H{at(right)}", "grid"), Label(at(left - 8), at(y + 4), name, "end")]
    for each in bins:
        x, y = across.at(each.low), up.at(each.count)
        css = "bin bin-hi" if each.high > first and each.low < third else "bin"
        shapes.append(Rect(at(x), at(y), at(across.at(each.high) - x), at(bottom - y), css))
    x = across.at(median)
    said = _("median %(value)s") % {"value": format_number(median, decimals, unit)}
    toward_left = x > WIDTH / 2
    shapes += [
        Path(f"M{at(left)} {at(bottom)}H{at(right)}", "axis"),
        Path(f"M{at(x)} 12V{at(bottom)}", "limit"),
        Label(at(x - 7 if toward_left else x + 7), "20", said, "end" if toward_left else "start", "label"),
        Label(at(left), "202", format_number(edges[0], decimals)),
        Label(at(right), "202", format_number(edges[-1], decimals), "end"),
    ]
    rows = [
        (
            _("%(low)s to %(high)s")
            % {"low": format_number(each.low, decimals), "high": format_number(each.high, decimals)},
            each.count,
        )
        for each in bins
    ]
    conclusion = conclusion or _(
        "Half of the values lie between %(first)s and %(third)s, around a median of %(median)s."
    ) % {
        "first": format_number(first, decimals),
        "third": format_number(third, decimals),
        "median": format_number(median, decimals),
    }
    return Chart(title=title, conclusion=conclusion, height=210, columns=columns, rows=rows, shapes=shapes)
