"""Selectors to try on a page of a site, before they are settings."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.collection.connectors.fields import checked_address
from apps.collection.crawler.selecting import RuleRefused, as_xpath
from apps.collection.forms.configuration import LinesField

# Those of `WebConfig`.
MAX_LINES, MAX_LENGTH = 200, 1_000


def typed_selectors(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed in the form below, as the settings of the source name it; whether it is right, they will say."""
    lines = (line.strip() for line in data.get("lines", "").splitlines())
    return {"fields": [line for line in lines if line], "item_selector": data.get("item_selector", "").strip()}


class SelectorsForm(forms.Form):
    """A page, and what to look for there. Lines that cannot be read are told one by one, with what the others find."""

    url = forms.CharField(
        label=gettext_lazy("Page to try on"),
        help_text=gettext_lazy("Of the site of the source. It is fetched once, then kept for you for ten minutes."),
        max_length=MAX_LENGTH,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    item_selector = forms.CharField(
        label=gettext_lazy("What holds each item, in a page that has several"),
        help_text=gettext_lazy("A CSS selector (article.product) or XPath. If left out, a page holds one item."),
        required=False,
        max_length=MAX_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    lines = LinesField(
        label=gettext_lazy("Fields"),
        help_text=gettext_lazy(
            "One on each line: title = h1, price = .price | required, photo = img::attr(src), city = //dd[1]/text()."
        ),
        max_length=MAX_LINES * MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "mono"}),
    )

    def __init__(self, data: Any = None, *, config: Mapping[str, Any]) -> None:
        initial = {
            "url": next(iter(config.get("start_urls", ())), ""),
            "item_selector": config.get("item_selector", ""),
            "lines": config.get("fields", ()),
        }
        super().__init__(data, initial=initial)

    def clean_url(self) -> str:
        try:
            return checked_address(self.cleaned_data["url"])
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def clean_item_selector(self) -> str:
        written: str = self.cleaned_data["item_selector"]
        try:
            if written:
                as_xpath(written)
        except RuleRefused as refusal:
            raise ValidationError(str(refusal)) from None
        return written

    def clean_lines(self) -> list[str]:
        lines: list[str] = [line[:MAX_LENGTH] for line in self.cleaned_data["lines"]]
        if len(lines) > MAX_LINES:
            raise ValidationError(_("%(count)s fields at most.") % {"count": MAX_LINES})
        return lines
