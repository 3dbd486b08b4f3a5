"""What a person does with the pages of a source, by the names that these pages give to things, in English."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from playwright.sync_api import expect

from tests.e2e.hands import Hands, Typed

# A page that follows a run asks for news every five seconds.
RUN_ENDS_WITHIN = 90_000  # milliseconds
# A trial looks at the source for 15 seconds at most, once what tries it has started.
TRIAL_ENDS_WITHIN = 45_000


@dataclass(frozen=True)
class Assistant(Hands):
    """The assistant of new sources. `check` judges each page that it comes to."""

    def begin(self, kind: str, where: Mapping[str, Typed], *, name: str) -> None:
        """Choose a kind, then say what the source is called and where its data is."""
        self.page.goto(self.site + reverse("collection:source_new"))
        self.follow(kind)
        self.fill({"Name of the source": name} | where)
        self.press("Keep the draft and go on")

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
    def rows_in_segments(self) -> int:
        """What the page of a run says that its segments hold."""
        counts = self.page.locator("#segments tbody td:nth-of-type(1)").all_text_contents()
        return sum(int(re.sub(r"\D", "", count)) for count in counts)
