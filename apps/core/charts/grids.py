"""What became of several things, time after time: a row of signs for each."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.charts.lines import label_axis
from apps.core.charts.scales import Scale
from apps.core.charts.shapes import WIDTH, Chart, Label, Path, Shape, at, nothing, shorten
from apps.core.interface import Tone

ROW, TOP = 44.0, 24.0
# Signs stand beside their name where there is room for both, even in the larger letters of a phone; else under it.
COLUMN, LINE, LARGEST = 50.0, 26.0, 10.5
LONGEST_ASIDE, LONGEST = 36, 60
NOTHING = "–"


def state_chart(
    *,
    title: str,
    row_name: str,
    rows: Sequence[str],
    times: Sequence[str],
    states: Sequence[Sequence[Tone | None]],
    words: Mapping[Tone, str],
    conclusion: str = "",
) -> Chart:
    """A sign for each thing at each time, the oldest first: OK, WARN or BAD, told apart by their shapes; a dash for
    None. `words` say each of them in the table.
    """
    columns = [row_name, *times]
    if not rows or not times:
        return nothing(title, columns)
    room = WIDTH - COLUMN * len(times)
    longest = max(min(len(name), LONGEST_ASIDE) for name in rows)
    is_aside = longest * LARGEST <= room
    left, height, under = (room, LINE, 10.0) if is_aside else (0.0, ROW, TOP + 6)
    wide = (WIDTH - left) / len(times)
    first, last = left + wide / 2, WIDTH - wide / 2
    across = Scale(0, len(times) - 1, first, last) if len(times) > 1 else Scale(-1, 1, left, WIDTH)
    shapes: list[Shape] = []
    for rank, (name, line) in enumerate(zip(rows, states, strict=True)):
        y = rank * height
        shapes.append(Label("0", at(y + 14), shorten(name, LONGEST_ASIDE if is_aside else LONGEST)))
        for i, state in enumerate(line):
            shapes.append(_sign(state, across.at(i), y + under))
    shapes += label_axis(times, across, len(rows) * height + 16)
    return Chart(
        title=title,
        conclusion=conclusion or _describe(rows, states),
        height=int(len(rows) * height + 24),
        columns=columns,
        rows=[
            (name, *(words[state] if state else NOTHING for state in line))
            for name, line in zip(rows, states, strict=True)
        ],
        shapes=shapes,
    )


def _sign(state: Tone | None, x: float, y: float) -> Path:
    match state:
        case Tone.OK:
            return Path(f"M{at(x - 5)} {at(y)}l4 4l7 -9", "mark mark-ok")
        case Tone.BAD:
            return Path(f"M{at(x - 5)} {at(y - 5)}l10 10M{at(x + 5)} {at(y - 5)}l-10 10", "mark mark-bad")
        case None:
            return Path(f"M{at(x - 3)} {at(y)}h6", "mark")
    return Path(f"M{at(x)} {at(y - 6)}l6 11h-12z", "mark mark-warn")


def _describe(rows: Sequence[str], states: Sequence[Sequence[Tone | None]]) -> str:
    """How things are the last time."""
    last = [line[-1] for line in states if line[-1]]
    bad = [name for name, line in zip(rows, states, strict=True) if line[-1] not in {Tone.OK, None}]
    if not last:
        return _("Nothing is known of the last time.")
    if not bad:
        return _("All is well the last time.")
    told = ngettext(
        "Of %(all)s, one is not well the last time: %(names)s.",
        "Of %(all)s, %(count)s are not well the last time: %(names)s.",
        len(bad),
    )
    return told % {"all": len(last), "count": len(bad), "names": ", ".join(bad)}
