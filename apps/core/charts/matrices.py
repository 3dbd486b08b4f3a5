"""Matrices of values, confusion matrices first among them."""

from collections.abc import Sequence
from math import isfinite

from django.utils.translation import gettext as _

from apps.core.charts.scales import Scale
from apps.core.charts.shapes import CHARACTER, WIDTH, Chart, Label, Rect, Shape, at, nothing, shorten
from apps.core.charts.words import describe_matrix
from apps.core.numbers import Value, clean, decimals_for, format_number


def matrix_chart(
    *,
    title: str,
    row_name: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[Value]],
    conclusion: str = "",
) -> Chart:
    """Cells shaded by value in five levels. With the same rows and columns, a confusion matrix: its diagonal is framed.

    Columns whose names do not fit are numbered, as the rows are then.
    """
    known = [value for line in values for value in clean(line)]
    headers = [row_name, *columns]
    if not known:
        return nothing(title, headers)
    is_square = list(rows) == list(columns)
    wide = WIDTH / len(columns)
    numbered = max(map(len, columns)) * CHARACTER * 1.6 > wide - 6
    low, high, decimals = min(0.0, *known), max(known), decimals_for(known)
    levels = Scale(low, high, 0, 4)
    names = [str(i + 1) if numbered else name for i, name in enumerate(columns)]
    shapes: list[Shape] = [Label(at(wide * (i + 0.5)), "16", name, "middle") for i, name in enumerate(names)]
    for rank, (name, line) in enumerate(zip(rows, values, strict=True)):
        y = 26 + rank * 60.0
        row_label = f"{rank + 1}. {name}" if numbered and is_square else name
        shapes.append(Label("0", at(y + 16), shorten(row_label, 36)))
        for i, value in enumerate(line):
            level = round(levels.at(value)) if value is not None and isfinite(value) else 0
            framed = " cell-framed" if is_square and i == rank else ""
            shapes += [
                Rect(at(wide * i + 1), at(y + 24), at(wide - 2), "30", f"cell cell-{level}{framed}"),
                Label(at(wide * (i + 0.5)), at(y + 44), format_number(value, decimals), "middle", f"on-cell-{level}"),
            ]
    note = ""
    if numbered and not is_square:
        note = _("Columns: %(names)s.") % {"names": ", ".join(f"{i}. {name}" for i, name in enumerate(columns, 1))}
    return Chart(
        title=title,
        conclusion=conclusion or describe_matrix(rows, columns, values, decimals, is_square=is_square),
        height=26 + len(rows) * 60,
        columns=headers,
        rows=[(name, *line) for name, line in zip(rows, values, strict=True)],
        shapes=shapes,
        note=note,
    )
