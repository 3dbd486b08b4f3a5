"""Charts: geometry that stays in its frame, sentences that tell the truth, tables and CSV that say the same."""

import re
from itertools import combinations, pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.core.charts import (
    Band,
    Bin,
    Limit,
    Series,
    bar_chart,
    bins_of,
    histogram,
    line_chart,
    matrix_chart,
    sparkline,
    state_chart,
)
from apps.core.charts.scales import nice_ticks, quantile
from apps.core.charts.shapes import CHARACTER, shorten
from apps.core.charts.words import trend
from apps.core.interface import Tone
from apps.core.numbers import format_number, format_size

values = st.one_of(
    st.none(),
    st.integers(min_value=-(10**15), max_value=10**15),
    st.floats(allow_nan=True, allow_infinity=True, width=64).map(lambda x: x if abs(x) < 1e200 else float("nan")),
)
names = st.text(max_size=80)


@pytest.fixture(autouse=True, scope="module")  # one for all the examples of a property
def _in_english():
    with translation.override("en"):
        yield


def line(*numbers, **options):
    labels = [f"day {i}" for i in range(1, len(numbers) + 1)]
    return line_chart(
        title="Reports",
        label_name="Day",
        labels=labels,
        series=[Series(name="Received", values=numbers)],
        **options,
    )


def coordinates(chart):
    """Every number of every shape, as a template would write it."""
    for shape in chart.shapes:
        for name in ("d", "x", "y", "width", "height"):
            yield from map(float, re.findall(r"-?\d+\.?\d*(?:e[+-]?\d+)?", getattr(shape, name, "")))


def texts(chart):
    return [shape.text for shape in chart.shapes if shape.tag == "text"]


@given(st.lists(st.tuples(names, values), max_size=40), st.lists(values, max_size=3))
def test_whatever_the_values_every_point_of_a_line_lies_inside_the_drawing(points, limits):
    limit = next((Limit(value=v, label="limit") for v in limits if v is not None and abs(v) < 1e200), None)

    chart = line_chart(
        title="t",
        label_name="l",
        labels=[name for name, _value in points],
        series=[Series(name="a", values=[value for _name, value in points])],
        limit=limit,
    )

    assert all(-10 <= number <= 490 for number in coordinates(chart))
    assert chart.conclusion
    assert len(chart.table) == (0 if chart.is_empty else len(points))


@given(st.lists(st.tuples(names, values), max_size=12))
def test_whatever_the_values_every_bar_lies_inside_the_drawing(bars):
    chart = bar_chart(title="t", label_name="l", value_name="v", bars=bars)

    assert all(-1 <= number <= max(480, chart.height) for number in coordinates(chart))


@given(st.lists(values, max_size=60))
def test_whatever_the_values_a_histogram_counts_each_of_them_once(numbers):
    bins = bins_of(numbers)

    chart = histogram(title="t", value_name="v", count_name="n", bins=bins)

    known = [n for n in numbers if n is not None and abs(n) < float("inf")]
    assert sum(each.count for each in bins) == len(known)
    assert all(-1 <= number <= 490 for number in coordinates(chart))


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(values, min_size=n, max_size=n), min_size=1, max_size=5)))
def test_whatever_the_values_every_cell_of_a_matrix_lies_inside_the_drawing(cells):
    chart = matrix_chart(
        title="t",
        row_name="r",
        rows=[f"row {i}" for i in range(len(cells))],
        columns=[f"column {i}" for i in range(len(cells[0]))],
        values=cells,
    )

    assert all(0 <= number <= max(480, chart.height) for number in coordinates(chart))


@given(st.floats(-1e200, 1e200), st.floats(-1e200, 1e200))
def test_ticks_are_few_round_and_span_the_values(one, other):
    low, high = sorted([one, other])

    ticks = nice_ticks(low, high)

    assert 2 <= len(ticks) <= 12
    assert all(a < b for a, b in pairwise(ticks))
    slack = 1e-9 * max(abs(low), abs(high))
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack


def test_an_empty_chart_draws_nothing_and_says_so():
    chart = line()

    assert chart.is_empty
    assert chart.conclusion == "There is no value yet."


def test_a_chart_of_gaps_only_draws_nothing():
    assert line(None, float("nan"), float("inf")).is_empty


def test_a_single_value_is_told_and_marked():
    chart = line(12)

    assert chart.conclusion == "There is one value: 12 (day 1)."
    assert any(shape.css == "dot" for shape in chart.shapes if shape.tag == "path")


def test_a_constant_is_not_called_a_trend():
    assert line(7, 7, 7).conclusion == "The value stays at 7."


def test_a_rise_is_told_with_its_lowest_highest_and_last_values():
    chart = line(10, 12, 15, 19, unit="rows")

    assert chart.conclusion == (
        "It rises, from 10\u00a0rows at the lowest (day 1) to 19\u00a0rows (day 4); last 19\u00a0rows."
    )


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([1, 2, 3, 4], 1), ([4, 3, 2, 1], -1), ([1, 9, 1, 9, 1], 0), ([5, 5, 5], 0), ([1, 2], 0)],
)
def test_a_trend_needs_most_of_the_range_to_be_covered(numbers, expected):
    assert trend(numbers) == expected


def test_a_gap_breaks_the_line_and_a_lonely_point_keeps_a_marker():
    chart = line(1, 2, None, 3, None, 4, 5)

    path = next(shape.d for shape in chart.shapes if shape.css.startswith("line"))
    assert path.count("M") == 2
    assert sum(shape.css == "dot" for shape in chart.shapes if shape.tag == "path") == 3


def test_a_narrow_range_leaves_zero_out_and_warns_the_reader():
    assert line(1000, 1001, 1003).note == "The vertical axis does not start at zero."
    assert line(10, 100).note == ""


def test_a_limit_that_is_passed_is_counted_in_the_conclusion():
    limit = Limit(value=0.2, label="drift")

    assert "passed once" in line(0.1, 0.3, limit=limit).conclusion
    assert "passed 2 times" in line(0.3, 0.1, 0.4, limit=limit).conclusion
    assert "holds throughout" in line(0.1, 0.1, limit=limit).conclusion
    assert "passed once" in line(0.1, 0.3, limit=Limit(value=0.2, label="quality", is_minimum=True)).conclusion


def test_lines_differ_by_dash_and_marker_and_each_is_named_on_the_drawing():
    chart = line_chart(
        title="t",
        label_name="Day",
        labels=["a", "b"],
        series=[Series(name="Received", values=[1, 2]), Series(name="Usual", values=[1, 2.1])],
    )

    styles = {shape.css for shape in chart.shapes if shape.css.startswith("line")}
    heights = [float(s.y) for s in chart.shapes if s.tag == "text" and s.text in {"Received", "Usual"}]
    assert styles == {"line line-1", "line line-2"}
    assert len(heights) == 2
    assert abs(heights[0] - heights[1]) >= 14
    assert chart.conclusion.startswith("Received: ")


def test_a_series_of_another_length_than_its_labels_is_refused():
    with pytest.raises(ValueError, match="one value for each label"):
        line_chart(title="t", label_name="l", labels=["a"], series=[Series(name="s", values=[1, 2])])


def names_of(chart, series):
    """Where each name stands: its middle, its line, its width in the letters of a phone."""
    wanted = {shorten(each.name, 24) for each in series}
    found = [shape for shape in chart.shapes if shape.tag == "text" and shape.text in wanted]
    return [(float(shape.x), float(shape.y), 1.5 * CHARACTER * len(shape.text)) for shape in found]


@pytest.mark.parametrize("labels", [1, 2, 24, 48])
@pytest.mark.parametrize("count", [2, 4, 6])
@pytest.mark.parametrize("value", [0, 0.004, 7])
def test_the_names_of_lines_that_lie_on_one_another_do_not_overlap(labels, count, value):
    series = [Series(name=f"What people wrote {rank}", values=[value] * labels) for rank in range(count)]

    chart = line_chart(
        title="t",
        label_name="l",
        labels=[f"{hour} h" for hour in range(labels)],
        series=series,
        limit=Limit(value=0.2, label="alert threshold"),
    )

    places = names_of(chart, series)
    assert len(places) == count
    for (x, y, width), (other_x, other_y, other_width) in combinations(places, 2):
        assert abs(y - other_y) >= 18 or abs(x - other_x) >= (width + other_width) / 2


@pytest.mark.parametrize("count", [2, 5, 24, 48, 168])
def test_the_labels_of_the_axis_do_not_overlap(count):
    chart = line(*range(count))

    edges = []
    for shape in chart.shapes:
        if shape.tag == "text" and shape.text.startswith("day "):
            width = CHARACTER * len(shape.text)
            start = float(shape.x) - {"start": 0, "middle": width / 2, "end": width}[shape.anchor]
            edges.append((start, start + width))
    assert all(one[1] + 4 < other[0] for one, other in pairwise(sorted(edges)))


def test_long_names_are_cut_on_the_drawing_and_whole_in_the_table():
    name = "Water and sanitation, including storm drains and wells"

    chart = bar_chart(title="t", label_name="Service", value_name="Rows", bars=[(name, 3), ("Roads", 1)])

    assert name not in texts(chart)
    assert any(text.endswith("…") for text in texts(chart))
    assert chart.table[0][0] == name


def test_bars_below_zero_start_from_the_same_axis():
    chart = bar_chart(title="t", label_name="l", value_name="v", bars=[("gain", 3), ("loss", -1)])

    gain, loss = [shape for shape in chart.shapes if shape.tag == "rect"]
    assert float(loss.x) + float(loss.width) == float(gain.x) == 120
    assert "of the total" not in chart.conclusion


def test_bars_tell_the_share_of_the_first():
    chart = bar_chart(title="t", label_name="l", value_name="v", bars=[("a", 3), ("b", 1)])

    assert chart.conclusion == "a comes first with 3 (75% of the total); b comes last with 1."


def test_a_histogram_tells_its_median_and_middle_half():
    bins = [Bin(low=0, high=10, count=5), Bin(low=10, high=20, count=10), Bin(low=20, high=30, count=5)]

    chart = histogram(title="t", value_name="Length", count_name="Rows", bins=bins)

    assert chart.conclusion == "Half of the values lie between 10 and 20, around a median of 15."
    assert quantile(bins, 0.5) == 15


def test_a_confusion_matrix_frames_its_diagonal_and_names_the_worst_confusion():
    chart = matrix_chart(
        title="t", row_name="True", rows=["Roads", "Water"], columns=["Roads", "Water"], values=[[8, 1], [3, 8]]
    )

    assert sum("cell-framed" in shape.css for shape in chart.shapes) == 2
    assert "16 of 20 cases (80%)" in chart.conclusion
    assert "takes “Water” for “Roads” (3)" in chart.conclusion


def test_columns_that_do_not_fit_are_numbered_and_the_note_says_which_is_which():
    columns = ["Water and sanitation", "Public lighting", "Waste and bulky items", "Green spaces"]

    chart = matrix_chart(title="t", row_name="r", rows=["x"], columns=columns, values=[[1, 2, 3, 4]])

    assert "1" in texts(chart)
    assert chart.note.startswith("Columns: 1. Water and sanitation, 2. Public lighting")


def test_a_sparkline_fits_in_a_word():
    chart = sparkline(title="Rate", labels=["a", "b", "c"], values=[3.1, 4.2, 3.7])

    assert (chart.width, chart.height) == (144, 36)
    assert all(-10 <= number <= 150 for number in coordinates(chart))


def test_the_csv_keeps_raw_numbers_and_disarms_formulas():
    chart = bar_chart(title="t", label_name="l", value_name="v", bars=[("=HYPERLINK(1)", 1234.5), ("b", -2)])

    assert chart.csv.splitlines() == ["l,v", "'=HYPERLINK(1),1234.5", "b,-2"]
    assert chart.csv_href.startswith("data:text/csv;charset=utf-8,l%2Cv")


def test_a_french_reader_gets_french_numbers_and_the_drawing_keeps_its_points():
    with translation.override("fr"):
        chart = line(1234.5, 2000.25)

        assert "et 2\u00a0000" in chart.conclusion
        assert chart.table[0][1] == ["1\u00a0234,5"]
    assert not any("," in shape.d for shape in chart.shapes if shape.tag == "path")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0, "0"),
        (-1234, "−1,234"),
        (0.25, "0.25"),
        (1e18, "1e+18"),
        (-0.0, "0"),
        (-3.25, "−3.25"),
        (2e-9, "2e−09"),
    ],
)
def test_numbers_are_written_for_people(number, expected):
    with translation.override("en"):
        assert format_number(number) == expected


@pytest.mark.parametrize(
    ("size", "english", "french"),
    [
        (None, "–", "–"),
        (0, "0 bytes", "0 octet"),
        (1, "1 byte", "1 octet"),
        (1000, "1000 bytes", "1000 octets"),
        (50 * 1024**2, "50 MB", "50 Mio"),
        (3.5 * 1024, "3.5 KB", "3,5 Kio"),
        (10.1 * 1024**3, "10.1 GB", "10,1 Gio"),
        (3.02 * 1024**4, "3 TB", "3 Tio"),
    ],
)
def test_sizes_have_a_decimal_where_it_says_something(size, english, french):
    for language, expected in (("en", english), ("fr", french)):
        with translation.override(language):
            assert format_size(size) == expected.replace(" ", "\xa0")


# --- States over time -----------------------------------------------------------------------------
WORDS = {Tone.OK: "Holds", Tone.WARN: "Warning", Tone.BAD: "Blocks"}


def states(*lines):
    times = [f"no. {number}" for number in range(1, len(lines[0]) + 1)]
    rows = [f"check {number}" for number in range(1, len(lines) + 1)]
    return state_chart(title="t", row_name="Check", rows=rows, times=times, states=lines, words=WORDS)


def test_each_state_has_a_shape_and_a_word_of_its_own():
    chart = states([Tone.OK, Tone.WARN, Tone.BAD, None])

    signs = [shape for shape in chart.shapes if shape.tag == "path"]
    assert [sign.css for sign in signs] == ["mark mark-ok", "mark mark-warn", "mark mark-bad", "mark"]
    assert chart.rows == [("check 1", "Holds", "Warning", "Blocks", "–")]


def test_a_chart_of_states_says_what_is_not_well_the_last_time():
    assert states([Tone.OK, Tone.OK]).conclusion == "All is well the last time."
    assert states([Tone.OK, Tone.BAD], [Tone.OK, Tone.OK]).conclusion == (
        "Of 2, one is not well the last time: check 1."
    )
    assert states([Tone.OK, None]).conclusion == "Nothing is known of the last time."


@given(st.lists(st.lists(st.sampled_from([None, *WORDS]), min_size=20, max_size=20), min_size=1, max_size=8))
def test_whatever_the_states_every_sign_lies_inside_the_drawing(lines):
    chart = states(*lines)

    for shape in chart.shapes:
        if shape.tag == "path":
            x, y = map(float, re.match(r"M(\S+) (\S+?)[a-z]", shape.d).groups())
            assert 0 <= x <= chart.width
            assert 0 <= y <= chart.height


def test_nothing_over_time_is_an_empty_chart():
    assert state_chart(title="t", row_name="r", rows=[], times=[], states=[], words=WORDS).is_empty


def test_a_few_states_stand_beside_their_name_and_many_under_it():
    few, many = states([Tone.OK] * 2, [Tone.BAD] * 2), states([Tone.OK] * 12, [Tone.BAD] * 12)

    assert few.height < many.height
    assert all(float(re.match(r"M([\d.]+)", sign.d)[1]) > 300 for sign in few.shapes if sign.tag == "path")


def test_a_text_that_is_too_long_is_cut_between_two_words():
    assert shorten("Not a date of the expected formats", 20) == "Not a date of the…"
    assert shorten("Rather, then nothing", 18) == "Rather, then…"
    assert shorten("A whole text", 12) == "A whole text"
    assert shorten("x" * 30, 10) == "x" * 9 + "…"


# --- Bands ----------------------------------------------------------------------------------------
def banded(lows, highs, numbers):
    return line(*numbers, band=Band(low_name="At least", high_name="At most", lows=lows, highs=highs))


@given(st.lists(st.tuples(values, values, values), min_size=1, max_size=40))
def test_a_band_stays_in_its_frame_and_is_told_in_figures(rows):
    numbers, lows, highs = zip(*rows, strict=True)

    chart = banded(lows, highs, numbers)

    assert chart.columns[-2:] == ["At least", "At most"]
    assert chart.is_empty or [row[2:] for row in chart.rows] == [*zip(lows, highs, strict=True)]
    for shape in chart.shapes:
        if getattr(shape, "css", "") == "band":
            points = [tuple(map(float, point.split())) for point in re.findall(r"[\d.-]+ [\d.-]+", shape.d)]
            assert all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y in points)


def test_a_band_is_drawn_where_both_of_its_bounds_are_known_under_the_lines():
    chart = banded([None, 1, 2, None, 3], [None, 4, 5, 6, 7], [2, 3, 3, 4, 5])

    drawn = [shape.css for shape in chart.shapes if getattr(shape, "css", "").startswith(("band", "line"))]
    assert drawn == ["band", "band", "line line-1"]


def test_a_band_needs_a_bound_for_each_label():
    with pytest.raises(ValueError, match="one value for each label"):
        banded([1], [2, 3], [1, 2])
