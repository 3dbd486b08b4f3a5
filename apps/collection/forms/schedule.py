"""When a source is collected by itself: one of a few rhythms, or cron."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.forms.profile import time_zone_choices
from apps.collection.models import Source
from apps.collection.rhythms import DAYS_OF_ALL_MONTHS, LAST_DAY, Every, Rhythm
from apps.core.schedules import InvalidSchedule, upcoming_runs

RUNS_FORESEEN = 5
NEVER = "never"


class ScheduleForm(forms.Form):
    """`changes` is what was asked, as `change_source` takes it; `upcoming` the runs that it would start."""

    every = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=[(NEVER, gettext_lazy("Only when someone asks")), *Every.choices],
        widget=forms.RadioSelect,
    )
    minute = forms.IntegerField(
        label=gettext_lazy("Minute of the hour"),
        required=False,
        min_value=0,
        max_value=59,
        help_text=gettext_lazy("From 0 to 59. Most people choose 0: another minute finds the sources less busy."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"), required=False, coerce=int, choices=list(WEEKDAYS.items())
    )
    day = forms.ChoiceField(
        label=gettext_lazy("Day of the month"),
        required=False,
        choices=[*((str(day), str(day)) for day in DAYS_OF_ALL_MONTHS), (LAST_DAY, gettext_lazy("The last one"))],
    )
    at = forms.TimeField(
        label=gettext_lazy("Time of day"),
        required=False,
        input_formats=["%H:%M", "%H h %M", "%H:%M:%S"],
        help_text=gettext_lazy("In the time zone below."),
        widget=forms.TimeInput(attrs={"type": "time", "autocomplete": "off"}, format="%H:%M"),
    )
    cron = forms.CharField(
        label=gettext_lazy("Schedule in cron"),
        required=False,
        max_length=100,
        help_text=gettext_lazy(
            "Five fields: minute, hour, day of the month, month, day of the week. “30 6,18 * * 1-5” is 06:30 and "
            "18:30, from Monday to Friday."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("When clocks change there, the hours of the schedule stay the same."),
    )

    def __init__(self, data: Any = None, *, source: Source) -> None:
        super().__init__(data, initial=_as_asked(source))
        choices = time_zone_choices()
        if source.time_zone not in {name for _region, cities in choices for name, _city in cities}:
            choices = [*choices, (gettext_lazy("Other"), [(source.time_zone, source.time_zone)])]
        self.fields["time_zone"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        every = cleaned.get("every")
        if every in {Every.DAY, Every.WORKDAY, Every.WEEK, Every.MONTH} and "at" in cleaned and cleaned["at"] is None:
            self.add_error("at", _("Say at what time."))
        if every == Every.HOUR and "minute" in cleaned and cleaned["minute"] is None:
            self.add_error("minute", _("Say at which minute."))
        if every == Every.OTHER and not cleaned.get("cron"):
            self.add_error("cron", _("Say when, or choose another rhythm."))
        if not self.errors and every != NEVER:
            self._foresee(cleaned["time_zone"])
        return cleaned

    @property
    def rhythm(self) -> Rhythm:
        asked = self.cleaned_data
        every = Every(asked["every"])
        at = time(0, asked["minute"] or 0) if every == Every.HOUR else asked["at"] or time(6)
        return Rhythm.made(
            every=every, at=at, weekday=asked["weekday"] or 0, day=asked["day"] or "1", cron=asked["cron"]
        )

    @property
    def is_scheduled(self) -> bool:
        return bool(self.cleaned_data["every"] != NEVER)

    @property
    def changes(self) -> dict[str, Any]:
        """What stopped running by itself keeps its hours, for whoever starts it again."""
        changes = {"is_scheduled": self.is_scheduled, "time_zone": self.cleaned_data["time_zone"]}
        return changes | {"cron": self.rhythm.cron} if self.is_scheduled else changes

    def upcoming(self, *, after: datetime) -> list[datetime]:
        """The next runs of a valid form; none if it asks for none."""
        if not self.is_scheduled:
            return []
        return upcoming_runs(self.rhythm.cron, self.cleaned_data["time_zone"], after=after, count=RUNS_FORESEEN)

    def _foresee(self, time_zone: str) -> None:
        try:
            upcoming_runs(self.rhythm.cron, time_zone, after=timezone.now(), count=RUNS_FORESEEN)
        except InvalidSchedule as refusal:
            self.add_error("cron", str(refusal.message))


def _as_asked(source: Source) -> dict[str, Any]:
    """The schedule of a source as the fields show it; a new one is proposed at night, each day."""
    rhythm = Rhythm.of(source.cron) if source.cron else Rhythm.of("0 6 * * *")
    return {
        "every": rhythm.every if source.is_scheduled else NEVER,
        "minute": rhythm.at.minute,
        "weekday": rhythm.weekday,
        "day": rhythm.day,
        "at": rhythm.at,
        "cron": source.cron,
        "time_zone": source.time_zone,
    }
