"""The pictures of an evaluation report, by `core.charts`: each with its conclusion and its figures. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from statistics import fmean

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.charts import Band, Chart, Series, bar_chart, line_chart, matrix_chart
from apps.core.numbers import decimals_for, format_number, format_percent
from apps.inference.enums import Period
from apps.inference.foretelling import Foretold
from apps.inference.reports import Told, value_said
from apps.inference.signature import Output

SHOWN_FIELDS = 12
TENTHS = 10
# Beyond it, a cell is too narrow for its count.
SHOWN_CLASSES = 12


def confusion_of(told: Told) -> Chart | None:
    """The confusion matrix: a line for each class that was true, a column for each that was answered."""
    confusion = told.report.confusion
    if confusion is None or max(len(confusion.truths), len(confusion.answers)) > SHOWN_CLASSES:
        return None
    return matrix_chart(
        title=_("Confusion matrix"),
        row_name=_("True, down; answered, across"),
        rows=[told.class_named(name) for name in confusion.truths],
        columns=[told.class_named(name) for name in confusion.answers],
        values=confusion.counts,
    )


def forecast_of(told: Told, *, unit: str) -> Chart | None:
    """Of a forecast: what was true of each period to judge by, beside what was foretold."""
    forecast = told.report.forecast
    if forecast is None or not forecast.periods:
        return None
    periods = forecast.periods
    error = fmean(abs(each.truth - each.answer) for each in periods)
    naive = fmean(abs(each.truth - each.naive) for each in periods)
    conclusion = _(
        "Over these periods, the forecast was off by %(error)s on average; saying again the number of %(season)s "
        "before, by %(naive)s."
    ) % {
        "error": format_number(error, 2, unit),
        "naive": format_number(naive, 2, unit),
        "season": Period(forecast.period).counted(forecast.season),
    }
    return line_chart(
        title=_("True and foretold"),
        label_name=str(Period(forecast.period).label),
        labels=[date_format(date.fromisoformat(each.day), "SHORT_DATE_FORMAT") for each in periods],
        series=[
            Series(name=_("Foretold"), values=[round(each.answer, 2) for each in periods]),
            Series(name=_("True"), values=[round(each.truth, 2) for each in periods]),
        ],
        unit=unit,
        conclusion=conclusion,
    )


def foretold_picture(told: Foretold, output: Output) -> Chart:
    """The numbers that are known, then those that are foretold, with the band that they are thought to be in."""
    known, coming = told.before, told.expected
    digits = decimals_for(each.value for each in coming)
    nothing: list[float | None] = [None] * len(known)
    blank: list[float | None] = [None] * len(coming)
    band = Band(
        low_name=_("At least"),
        high_name=_("At most"),
        lows=[*nothing, *(_rounded(each.low, digits) for each in coming)],
        highs=[*nothing, *(_rounded(each.high, digits) for each in coming)],
    )
    answered = [each for each in coming if each.value is not None]
    least, most = (choose(answered, key=lambda each: each.value or 0.0) for choose in (min, max))
    conclusion = _("From %(low)s (%(low_day)s) to %(high)s (%(high_day)s) are foretold.") % {
        "low": format_number(least.value, digits, output.unit),
        "low_day": date_format(least.day, "DATE_FORMAT"),
        "high": format_number(most.value, digits, output.unit),
        "high_day": date_format(most.day, "DATE_FORMAT"),
    }
    return line_chart(
        title=_("Known and foretold"),
        label_name=str(told.forecast.period.label),
        labels=[
            date_format(day, "SHORT_DATE_FORMAT")
            for day in (*(day for day, _value in known), *(each.day for each in coming))
        ],
        series=[
            Series(name=_("Known"), values=[*(_rounded(value, digits) for _day, value in known), *blank]),
            Series(name=_("Foretold"), values=[*nothing, *(_rounded(each.value, digits) for each in coming)]),
        ],
        unit=output.unit,
        band=band if told.coverage else None,
        conclusion=conclusion,
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def pictures_of(told: Told, *, titles: Mapping[str, str]) -> Iterator[tuple[str, Chart]]:
    """All but the confusion matrix, each with the name of its place on the page. `titles` are what people call the
    fields."""
    for name, chart in (
        ("calibration", _calibration(told)),
        ("points", _points(told)),
        ("importance", _importance(told, titles)),
        ("learning", _learning(told)),
    ):
        if chart:
            yield name, chart


def _calibration(told: Told) -> Chart | None:
    """How often answers of each confidence are right, beside the confidence itself."""
    bins = [each for each in told.report.calibration if each.rows]
    if not bins:
        return None
    furthest = max(bins, key=lambda each: abs(each.accuracy - each.confidence))
    conclusion = _("Where it is off the most, answers given at %(said)s are right %(right)s of the time.") % {
        "said": format_percent(furthest.confidence),
        "right": format_percent(furthest.accuracy),
    }
    return line_chart(
        title=_("Calibration"),
        label_name=_("Confidence"),
        labels=[
            _("%(low)s to %(high)s") % {"low": format_percent(each.low), "high": format_percent(each.high)}
            for each in bins
        ],
        series=[
            Series(name=_("Right"), values=[each.accuracy * 100 for each in bins]),
            Series(name=_("Announced"), values=[each.confidence * 100 for each in bins]),
        ],
        unit="%",
        conclusion=conclusion,
    )


def _points(told: Told) -> Chart | None:
    """Of a regression: in each tenth of the true values, their mean beside that of the answers."""
    points = sorted(told.report.points)
    if len(points) < 2 * TENTHS:
        return None
    edges = [len(points) * tenth // TENTHS for tenth in range(TENTHS + 1)]
    groups = [points[first:last] for first, last in pairwise(edges)]
    true, answered = ([fmean(point[side] for point in group) for group in groups] for side in (0, 1))
    furthest = max(range(TENTHS), key=lambda tenth: abs(answered[tenth] - true[tenth]))
    conclusion = _("Where it is off the most, it answers %(answered)s on average for %(true)s.") % {
        "answered": value_said(answered[furthest]),
        "true": value_said(true[furthest]),
    }
    return line_chart(
        title=_("True and answered"),
        label_name=_("True values"),
        labels=[
            _("%(low)s to %(high)s") % {"low": value_said(group[0][0]), "high": value_said(group[-1][0])}
            for group in groups
        ],
        series=[Series(name=_("Answered"), values=answered), Series(name=_("True"), values=true)],
        conclusion=conclusion,
    )


def _importance(told: Told, titles: Mapping[str, str]) -> Chart | None:
    """What each field is worth: how much the first metric loses when its values are shuffled."""
    fields = sorted(told.report.importance, key=lambda each: -each.loss)[:SHOWN_FIELDS]
    if len(fields) < 2:  # what is given alone has nothing to count more than
        return None
    conclusion = _("“%(field)s” counts the most: its values shuffled, this worsens by %(loss)s: %(metric)s.") % {
        "field": titles.get(fields[0].field, fields[0].field),
        "metric": told.metric,
        "loss": told.said(told.report.metric, fields[0].loss),
    }
    scale, unit = _drawn_by(told)
    return bar_chart(
        title=_("What counts the most"),
        label_name=_("Field"),
        value_name=_("What is lost when its values are shuffled"),
        bars=[(titles.get(each.field, each.field), each.loss * scale) for each in fields],
        unit=unit,
        conclusion=conclusion,
    )


def _learning(told: Told) -> Chart | None:
    """What more rows would bring: the score on rows that it never saw, as it is given more to learn from."""
    points = told.report.learning_curve
    if len(points) < 2:
        return None
    scale, unit = _drawn_by(told)
    first, last = points[0], points[-1]
    conclusion = _("%(metric)s: %(first)s with %(few)s rows to learn from, %(last)s with %(many)s.") % {
        "metric": told.metric,
        "first": told.said(told.report.metric, first.score),
        "few": format_number(first.rows),
        "last": told.said(told.report.metric, last.score),
        "many": format_number(last.rows),
    }
    return line_chart(
        title=_("Learning curve"),
        label_name=_("Rows to learn from"),
        labels=[format_number(each.rows) for each in points],
        series=[Series(name=told.metric, values=[each.score * scale for each in points])],
        unit=unit,
        conclusion=conclusion,
    )


def _drawn_by(told: Told) -> tuple[float, str]:
    """What the values of the first metric are drawn by, and their unit: shares are drawn in percent."""
    metric = told.metrics.get(told.report.metric)
    return (100.0, "%") if metric and metric.is_share else (1.0, "")
