"""Line charts and sparklines."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil, isfinite
from typing import TypeAlias

from django.utils.translation import gettext as _

from apps.core.charts.scales import Scale, axis_ticks
from apps.core.charts.shapes import (
    CHARACTER,
    WIDTH,
    Band,
    Chart,
    Label,
    Limit,
    Path,
    Series,
    Shape,
    at,
    nothing,
    shorten,
)
from apps.core.charts.words import describe, describe_all, describe_limit
from apps.core.numbers import Value, clean, compact, decimals_for, format_number

MARKERS = 4
DASHES = 3
HEIGHT = 230.0
BOTTOM = 204.0
# A phone writes letters by half as large again: how much wider names then are, and how high a line of them.
LARGER, STEP = 1.5, 20.0
PIECE = 12.0  # less than the height of a name

Point: TypeAlias = tuple[float, float]


def line_chart(
    *,
    title: str,
    label_name: str,
    labels: Sequence[str],
    series: Sequence[Series],
    unit: str = "",
    limit: Limit | None = None,
    band: Band | None = None,
    conclusion: str = "",
) -> Chart:
    """Lines over ordered labels. Raises ValueError if a series, or the band, has not one value for each label."""
    bounds = (
        [Series(name=band.low_name, values=band.lows), Series(name=band.high_name, values=band.highs)] if band else []
    )
    told = [*series, *bounds]
    columns = [label_name, *(each.name for each in told)]
    if any(len(each.values) != len(labels) for each in told):
        raise ValueError("A series needs one value for each label.")
    rows = [(label, *(each.values[i] for each in told)) for i, label in enumerate(labels)]
    known = [value for each in told for value in clean(each.values)]
    if not known:
        return nothing(title, columns)
    top, bottom, right = 28.0, BOTTOM, WIDTH - 14
    ticks = axis_ticks([*known, limit.value] if limit else known)
    step = ticks[1] - ticks[0]
    names = [compact(tick, step) for tick in ticks]
    left = max(map(len, names)) * CHARACTER + 14
    across = Scale(0, len(labels) - 1, left, right) if len(labels) > 1 else Scale(-1, 1, left, right)
    up = Scale(ticks[0], ticks[-1], bottom, top)
    shapes: list[Shape] = []
    for tick, name in zip(ticks, names, strict=True):
        y = up.at(tick)
        shapes += [
            Path(f"M{at(left)} {at(y)}H{at(right)}", "axis" if tick == 0 else "grid"),
            Label(at(left - 8), at(y + 4), name, "end"),
        ]
    shapes += label_axis(labels, across, bottom + 20)
    taken: list[Box] = []
    if band:
        shapes += draw_band(band, across, up)
    if limit:
        y = up.at(limit.value)
        shapes += [Path(f"M{at(left)} {at(y)}H{at(right)}", "limit"), Label(at(left + 4), at(y - 6), limit.label)]
        taken.append(Box(left + 4, left + 4 + len(limit.label) * CHARACTER, y - 17, y - 3))
    for rank, each in enumerate(series):
        shapes += draw_line(each.values, across, up, rank, every_point=len(series) > 1 and len(labels) <= 16)
    shapes += name_lines(series, across, up, unit, taken)
    said = [conclusion] if conclusion else describe_all(labels, series, unit)
    if limit and not conclusion:
        said.append(describe_limit(limit, known))
    note = "" if ticks[0] <= 0 <= ticks[-1] else _("The vertical axis does not start at zero.")
    return Chart(
        title=title, conclusion=" ".join(said), height=int(HEIGHT), columns=columns, rows=rows, shapes=shapes, note=note
    )


def sparkline(*, title: str, labels: Sequence[str], values: Sequence[Value], unit: str = "") -> Chart:
    """A line the size of a word, without axes: its sentence says the rest."""
    columns = ["", title]
    known = clean(values)
    if not known:
        return nothing(title, columns)
    low, high = min(known), max(known)
    up = Scale(low, high, 32, 4) if high > low else Scale(low - 1, low + 1, 32, 4)
    across = Scale(0, max(1, len(values) - 1), 2, 142)
    return Chart(
        title=title,
        conclusion=describe(labels, values, unit),
        width=144,
        height=36,
        columns=columns,
        rows=list(zip(labels, values, strict=True)),
        shapes=draw_line(values, across, up, 0, every_point=False),
    )


def label_axis(labels: Sequence[str], across: Scale, y: float) -> list[Shape]:
    """The first and the last label, and as many between as there is room for (left out on a phone)."""
    short = [shorten(label, 18) for label in labels]
    if len(labels) == 1:
        return [Label(at(across.at(0)), at(y), short[0], "middle")]
    room = max(map(len, short)) * CHARACTER + 16
    gap = across.at(1) - across.at(0)
    stride = max(1, ceil(room / gap))
    last = len(labels) - 1
    aside = 1.5 * room  # the first and the last are wholly on one side of their place
    between = range(stride, max(stride, last - ceil(aside / gap) + 1), stride)
    return [
        Label(at(across.at(0)), at(y), short[0]),
        *(
            Label(at(across.at(i)), at(y), short[i], "middle", "opt")
            for i in between
            if across.at(i) - aside > across.start
        ),
        Label(at(across.at(last)), at(y), short[last], "end"),
    ]


def draw_line(values: Sequence[Value], across: Scale, up: Scale, rank: int, *, every_point: bool) -> list[Shape]:
    """The line, broken where values are missing; a marker where a point would otherwise not be seen."""
    points = points_of(values, across, up)
    runs = [[point for point in run if point] for known, run in groupby(points, key=bool) if known]
    d = "".join("M" + "L".join(f"{at(x)} {at(y)}" for x, y in run) for run in runs if len(run) > 1)
    shown = [point for run in runs for point in run] if every_point else [run[0] for run in runs if len(run) == 1]
    if not every_point and runs:
        shown.append(runs[-1][-1])
    css = f"line line-{rank % DASHES + 1}"
    return [*([Path(d, css)] if d else []), *(Path(marker(rank, x, y), "dot") for x, y in dict.fromkeys(shown))]


def draw_band(band: Band, across: Scale, up: Scale) -> list[Shape]:
    """An area for each run of labels whose two bounds are known."""
    lows, highs = points_of(band.lows, across, up), points_of(band.highs, across, up)
    pairs = [(low, high) if low and high else None for low, high in zip(lows, highs, strict=True)]
    runs = [[pair for pair in run if pair] for known, run in groupby(pairs, key=bool) if known]
    outlines = ([*(high for _low, high in run), *(low for low, _high in reversed(run))] for run in runs)
    return [Path("M" + "L".join(f"{at(x)} {at(y)}" for x, y in outline) + "z", "band") for outline in outlines]


def marker(rank: int, x: float, y: float) -> str:
    """A circle, a square, a triangle or a diamond, so that lines differ without their colour."""
    match rank % MARKERS:
        case 0:
            return f"M{at(x - 4.5)} {at(y)}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z"
        case 1:
            return f"M{at(x - 4)} {at(y - 4)}h8v8h-8z"
        case 2:
            return f"M{at(x)} {at(y - 5)}l5 9h-10z"
    return f"M{at(x)} {at(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5z"


def name_lines(
    series: Sequence[Series], across: Scale, up: Scale, unit: str, taken: Sequence["Box"] = ()
) -> list[Shape]:
    """Name each line where there is most room, beside what is `taken`; a line alone is told by its highest value
    instead."""
    if len(series) == 1:
        known = [(i, value) for i, value in enumerate(series[0].values) if value is not None and isfinite(value)]
        if not known:  # its band alone is
            return []
        i, top = max(known, key=lambda pair: pair[1])
        x, y = across.at(i), up.at(top)
        decimals = decimals_for(value for _i, value in known)
        said = format_number(top, decimals, unit)
        toward_left = x > WIDTH / 2
        return [
            Path(marker(0, x, y), "dot"),
            Label(at(x - 10 if toward_left else x + 10), at(y - 8), said, "end" if toward_left else "start", "label"),
        ]
    drawn = [points_of(each.values, across, up) for each in series]
    boxes, shapes = [*taken], list[Shape]()
    for each, points in zip(series, drawn, strict=True):
        if known_points := [point for point in points if point]:
            name = shorten(each.name, 24)
            box = roomiest(known_points, len(name) * CHARACTER, drawn, boxes, left=across.start)
            boxes.append(box)
            shapes.append(Label(at((box.left + box.right) / 2), at(box.bottom - 3), name, "middle", "label"))
    return shapes


@dataclass(frozen=True)
class Box:
    """Where a name stands."""

    left: float
    right: float
    top: float
    bottom: float

    def clearance(self, inked: Sequence[Point]) -> float:
        """How far the nearest of these points is above or below; those beside do not count. They come in order."""
        first, last = (bisect(inked, (x, 0.0)) for x in (self.left - 6, self.right + 6))
        return min((max(self.top - y, y - self.bottom, 0.0) for _x, y in inked[first:last]), default=HEIGHT)

    def overlaps(self, other: "Box") -> bool:
        """Whether these two names would touch, in the larger letters of a phone too."""
        beside = abs(self.left + self.right - other.left - other.right) / 2
        widths = self.right - self.left + other.right - other.left
        return beside < LARGER * widths / 2 and abs(self.bottom - other.bottom) < STEP


def roomiest(
    points: Sequence[Point], width: float, lines: Sequence[Sequence[Point | None]], taken: Sequence[Box], *, left: float
) -> Box:
    """The place next to one of the line's points that is farthest from every line and from the names already placed;
    where lines lie on one another, names stand one above the other."""
    room = 0.8 * width  # half of the name as a phone writes it
    spots = [(min(max(x, left + room), WIDTH - room), y) for x, y in points[:: ceil(len(points) / 40)]]
    others = [(x, y) for box in taken for x in (box.left, box.right) for y in (box.top, box.bottom)]
    inked = sorted([*others, *(point for line in lines for point in between(line))])
    for number in range(int(BOTTOM / STEP)):
        bottoms = [(x, y + climb) for x, y in spots for climb in (-8 - STEP * number, 22 + STEP * number)]
        places = [Box(x - width / 2, x + width / 2, y - 14, y) for x, y in bottoms if 14 < y < BOTTOM]
        if free := [box for box in places if not any(box.overlaps(other) for other in taken)]:
            return max(free, key=lambda box: box.clearance(inked))
    x, y = spots[0]
    return Box(x - width / 2, x + width / 2, y - 22, y - 8)


def between(line: Sequence[Point | None]) -> Iterator[Point]:
    """The points of a line, and as many more on each stroke between them as it takes for no name to stand between
    two."""
    for one, other in pairwise([*line, None]):
        if one:
            yield one
        if one and other:
            across, down = other[0] - one[0], other[1] - one[1]
            pieces = ceil(max(abs(across), abs(down)) / PIECE)
            yield from ((one[0] + across * n / pieces, one[1] + down * n / pieces) for n in range(1, pieces))


def points_of(values: Sequence[Value], across: Scale, up: Scale) -> list[Point | None]:
    return [
        (across.at(i), up.at(value)) if value is not None and isfinite(value) else None
        for i, value in enumerate(values)
    ]
