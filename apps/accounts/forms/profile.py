"""Name and preferences."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.declarations import Text

# Aliases and fixed offsets are left out: nobody lives there.
REGIONS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}


def time_zone_choices() -> list[tuple[Text, list[tuple[str, str]]]]:
    """The zones that people live in, by continent: `Europe/Paris` is shown as “Paris”."""
    cities: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for name in sorted(zoneinfo.available_timezones()):
        region, _slash, city = name.partition("/")
        if city and region in REGIONS:
            cities[region].append((name, city.replace("_", " ")))
    return [("UTC", [("UTC", "UTC")]), *((REGIONS[region], choices) for region, choices in cities.items())]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    class Meta:
        model = User
        fields = ["name", "language", "theme", "time_zone"]
        help_texts = {
            "name": _("As your colleagues will read it."),
            "theme": _("Automatic follows your device."),
            "time_zone": _("Every time is shown in this zone."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["language"].widget.attrs["autocomplete"] = "language"
        self.fields["time_zone"].widget = forms.Select(choices=time_zone_choices())
