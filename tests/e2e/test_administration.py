"""What the stock administration gets wrong, and our style sheet puts right."""

import pytest

from tests.e2e.browser import Window
from tests.e2e.people import SUPERUSER, visitor

pytestmark = pytest.mark.e2e

TALLNESS = """() => ['html', 'body', '#container'].map(
    selector => document.querySelector(selector).getBoundingClientRect().height)"""


@pytest.mark.parametrize("height", [200, 3000], ids=["shorter than the page", "taller than the page"])
def test_no_box_of_a_page_ends_before_its_content_or_the_window(window: Window, height: int) -> None:
    look = {"theme": "light", "language": "fr"}

    with window.visit("/admin/", cookies=visitor(SUPERUSER).cookies(**look), **look, is_admin=True) as visit:
        before = visit.page.viewport_size
        visit.page.set_viewport_size({"width": 1280, "height": height})
        boxes = visit.page.evaluate(TALLNESS)
        content = visit.page.evaluate("document.documentElement.scrollHeight")
        visit.page.set_viewport_size(before)

    assert content >= height
    assert boxes == pytest.approx([content] * 3, abs=1)
