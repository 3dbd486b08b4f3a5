"""A version in shadow beside the one in service: the section of the watch, and the page of rows that they answer
otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access import requires
from apps.core.interface import Figure
from apps.core.numbers import format_number, format_percent
from apps.inference.beside import SEARCHED, Beside, beside, differing
from apps.inference.enums import Slot, Window
from apps.inference.forms.asking import in_words
from apps.inference.forms.watching import WindowForm
from apps.inference.models import Model, ModelVersion
from apps.inference.models.predictions import Prediction
from apps.inference.traffic import quantile
from apps.inference.views.page import ModelPage
from apps.inference.views.replies import number_in_words
from apps.inference.views.traffic import QUANTILES, duration, names
from apps.inference.watching import start_of

SHOWN_PAIRS = 10


@dataclass(frozen=True)
class Shadow:
    """A version in shadow, and what it answered to the rows of the champion; `both` is None if to none."""

    version: ModelVersion
    champion: ModelVersion
    both: Beside | None

    @classmethod
    def of(cls, model: Model, champion: ModelVersion, *, since: datetime, until: datetime) -> "Shadow | None":
        """None where nothing is in shadow."""
        rows = model.deployments.current().filter(slot=Slot.SHADOW).select_related("version")
        if (deployment := rows.first()) is None:
            return None
        version = deployment.version
        version.model = model
        return cls(version, champion, beside(version, champion, since=since, until=until))

    @property
    def figures(self) -> list[Figure]:
        both = self.both
        if both is None:
            return []
        requests = _("in %(count)s requests") % {"count": format_number(both.requests)}
        figures = [Figure(label=_("Rows answered by both"), value=format_number(both.rows), note=requests)]
        if both.same_share is not None and both.same_interval:
            share, (low, high) = format_percent(both.same_share, 1), both.same_interval
            note = _interval(format_percent(low, 1), format_percent(high, 1))
            figures.append(Figure(label=_("Same answer"), value=share, note=note))
        if both.gap is not None:
            output = self.champion.signed.output
            bounds = [number_in_words(each, output) for each in both.gap_interval or ()]
            note = _interval(*bounds) if bounds else ""
            figures.append(Figure(label=_("Mean difference"), value=number_in_words(both.gap, output), note=note))
        return figures

    @property
    def latencies(self) -> list[tuple[str, str, str]]:
        """Each quantile of the time taken: its name, of the champion, of the shadow, for the same requests."""
        both = self.both
        if both is None:
            return []
        return [
            (name, duration(quantile(both.champion_latency, share)), duration(quantile(both.latency, share)))
            for name, share in zip(names(), QUANTILES, strict=True)
        ]

    @property
    def apart(self) -> Sequence[tuple[str, str, int, float]]:
        """The classes that they differ on most: what the champion says, what the shadow says, on how many rows, which
        share of all."""
        both = self.both
        if both is None:
            return []
        one, other = self.champion.signed.output, self.version.signed.output
        return [
            (one.label_of(heard), other.label_of(said), rows, rows / both.rows)
            for heard, said, rows in both.apart[:SHOWN_PAIRS]
        ]


@dataclass(frozen=True)
class Example:
    """A row that they answered otherwise, as the log kept it."""

    heard: Prediction
    said: Prediction
    champion: ModelVersion
    shadow: ModelVersion

    @property
    def answers(self) -> tuple[str, str]:
        return _answer(self.heard, self.champion), _answer(self.said, self.shadow)

    @property
    def asked(self) -> list[tuple[str, str]]:
        values = self.heard.values
        fields = [field for field in self.champion.signed.fields if not field.is_sensitive]
        return [(field.title, in_words(field, values[field.name])) for field in fields]

    @property
    def left_out(self) -> list[str]:
        return [field.title for field in self.champion.signed.fields if field.is_sensitive]


@requires("inference.view_model", "inference.view_prediction")
def shadow(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows to which the version in shadow answers otherwise, for whoever may read the log."""
    shown, form, now = ModelPage.load(request, slug), WindowForm(request.GET or None), timezone.now()
    model, champion = shown.model, shown.served
    since = start_of(Window(form.chosen), now)
    found = Shadow.of(model, champion, since=since, until=now) if champion else None
    pairs = differing(found.version, found.champion, since=since, until=now) if found else []
    context = {
        "model": model,
        "form": form,
        "since": since,
        "shadow": found,
        "examples": [Example(one, other, found.champion, found.version) for one, other in pairs] if found else [],
        "searched": SEARCHED,
    }
    return render(request, "inference/shadow.html", context)


def _answer(prediction: Prediction, version: ModelVersion) -> str:
    output = version.signed.output
    if prediction.value is not None:
        return number_in_words(prediction.value, output)
    sure = "" if prediction.confidence is None else f" ({format_percent(prediction.confidence)})"
    return f"{output.label_of(prediction.answer)}{sure}"


def _interval(low: str, high: str) -> str:
    return _("%(low)s to %(high)s, 19 times out of 20") % {"low": low, "high": high}
