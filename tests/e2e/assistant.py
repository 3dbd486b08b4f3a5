"""What a person does with the pages of a source, by the names that these pages give to things, in English."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

Typed = str | bool | Path
# A page that follows a run asks for news every five seconds.
RUN_ENDS_WITHIN = 90_000  # milliseconds
# A trial looks at the source for 15 seconds at most, once what tries it has started.
TRIAL_ENDS_WITHIN = 45_000


@dataclass(frozen=True)
class Assistant:
    """The assistant of new sources. `check` judges each page that it comes to."""

    page: Page
    site: str
    check: Callable[[], None]

    def begin(self, kind: str, where: Mapping[str, Typed], *, name: str) -> None:
        """Choose a kind, then say what the source is called and where its data is."""
        self.page.goto(self.site + reverse("collection:source_new"))
        self.follow(kind)
        self.fill({"Name of the source": name} | where)
        self.press("Keep the draft and go on")

    def fill(self, typed: Mapping[str, Typed]) -> None:
        for label, value in typed.items():
            self._fill(self._field(label), value)

    def press(self, button: str) -> None:
        """Press a button, and wait for the page that answers."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=button, exact=True).click()
        self.check()

    def follow(self, link: str) -> None:
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("link", name=link, exact=True).first.click()
        self.check()

    @property
    def tried(self) -> list[dict[str, str]]:
        """The rows of the trial, as they are shown."""
        table = self.page.locator("#trial-rows")
        expect(table).to_be_visible(timeout=TRIAL_ENDS_WITHIN)
        names = table.locator("thead th").all_inner_texts()
        lines = [line.locator("th, td").all_inner_texts() for line in table.locator("tbody tr").all()]
        return [dict(zip(names, cells, strict=True)) for cells in lines]

    def collect(self, *, purpose: str, legal_basis: str) -> int:
        """Say why, open the source, and follow its first run to the end; the number of that run."""
        self.fill({"Purpose": purpose, "Legal basis": legal_basis})
        self.press("Open and collect")
        number = re.search(r"/executions/(\d+)/$", self.page.url)
        assert number, self.page.url
        expect(self.page.get_by_role("heading", name="Outcome")).to_be_visible(timeout=RUN_ENDS_WITHIN)
        self.check()
        return int(number[1])

    @property
    def figures(self) -> dict[str, str]:
        """The key figures of the page."""
        pairs = self.page.locator(".figures > div").all()
        return {pair.locator("dt").inner_text(): pair.locator("dd").first.inner_text() for pair in pairs}

    @property
    def rows_in_segments(self) -> int:
        """What the page of a run says that its segments hold."""
        counts = self.page.locator("#segments tbody td:nth-of-type(1)").all_text_contents()
        return sum(int(re.sub(r"\D", "", count)) for count in counts)

    def _field(self, label: str) -> Locator:
        return self.page.locator("main").get_by_label(re.compile(rf"^{re.escape(label)}( \(optional\))?$"))

    def _fill(self, field: Locator, value: Typed) -> None:
        if not field.is_visible():
            field.locator("xpath=ancestor::details").locator("summary").click()
        match value:
            case bool():
                field.set_checked(value)
            case Path():
                field.set_input_files(value)
            case str() if field.evaluate("field => field.matches('select')"):
                field.select_option(label=value)
            case str():
                field.fill(value)
