"""A fragment that is refreshed keeps what its reader opened, and where they were."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from tests.e2e.browser import Window
from tests.e2e.samples.watching import a_watched_model

pytestmark = pytest.mark.e2e


def test_figures_stay_open_and_the_focus_stays_when_the_watch_is_refreshed(
    open_as: Callable[..., Any], window: Window
) -> None:
    url = window.site + reverse("inference:monitoring", args=[a_watched_model().slug])
    page = open_as("ai_developer").new_page()
    page.goto(url)
    page.click("#requests-chart-summary")
    page.focus("#requests-chart-csv")
    page.evaluate("document.querySelector('#requests-chart').dataset.before = 'yes'")

    page.evaluate("url => htmx.ajax('GET', url, '#watched')", url)
    page.wait_for_selector("#requests-chart:not([data-before])")

    assert page.evaluate("document.querySelector('#requests-chart-figures').open")
    assert not page.evaluate("document.querySelector('#latency-chart-figures').open")
    page.wait_for_function("document.activeElement.id === 'requests-chart-csv'")
