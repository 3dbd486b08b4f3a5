"""What a person does with the pages of a dataset, by the names that these pages give to things, in English."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

Typed = str | bool | list[str]
# A build reads all that was collected of five sources.
BUILD_ENDS_WITHIN = 120_000  # milliseconds


@dataclass(frozen=True)
class Modeller:
    """Someone who makes a dataset. `check` judges each page that they come to."""

    page: Page
    site: str
    check: Callable[[], None]

    # --- Pages --------------------------------------------------------------------------------------
    def open(self, name: str, *arguments: str, query: str = "") -> None:
        self.page.goto(self.site + reverse(f"datasets:{name}", args=arguments) + query)
        self.check()

    def press(self, button: str) -> None:
        """Press a button of the page, and wait for the page that answers."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=button, exact=True).first.click()
        self.check()

    def act(self, id: str) -> None:
        """Press the button of this identifier: many are called alike."""
        with self.page.expect_navigation():
            self.page.locator(f'[id="{id}"]').click()
        self.check()

    @property
    def slug(self) -> str:
        found = re.search(r"/jeux-de-donnees/([^/]+)/", self.page.url)
        assert found, self.page.url
        return found[1]

    @property
    def faults(self) -> list[str]:
        return self.page.locator("#errors li, #design-errors li").all_inner_texts()

    # --- The model ----------------------------------------------------------------------------------
    def add_entity(self, name: str, attributes: Mapping[str, Mapping[str, Typed]]) -> None:
        """An entity with a code, and these attributes."""
        self.page.locator("#new-name").fill(name)
        self.act("add-entity")
        for attribute, said in attributes.items():
            self.act("attribute-add")
            last = self.page.locator("#attributes tbody > tr").count() - 1
            self.say(f"t-{last}", {"name": attribute, **said})

    def add_from(self, source: str, name: str, attributes: Mapping[str, Mapping[str, Typed]]) -> None:
        """An entity that has the columns of a source, some of which are said to be otherwise."""
        self.page.locator("#new-name").fill(name)
        self.page.locator("#new-source").select_option(label=source)
        self.act("add-source")
        names = [field.input_value() for field in self.page.locator('#attributes input[name$="-name"]').all()]
        for attribute, said in attributes.items():
            self.say(f"t-{names.index(attribute)}", said)

    def add_link(self, name: str, *legs: tuple[str, str, bool]) -> None:
        """An association: each entity, its cardinality, whether it is identified by the other."""
        self.page.locator("#new-name").fill(name)
        self.act("add-association")
        for rank, (entity, cardinality, is_identifying) in enumerate(legs):
            said = {"entity": entity, "cardinality": cardinality, "is_identifying": is_identifying, "role": ""}
            self.say(f"p-{rank}", said)

    def say(self, prefix: str, said: Mapping[str, Typed]) -> None:
        for name, value in said.items():
            field = self.page.locator(f'[name="{prefix}-{name}"]')
            if isinstance(value, str) and field.evaluate("field => field.matches('select')"):
                field.select_option(value=value)
            else:
                self._fill(field, value)

    # --- The recipes --------------------------------------------------------------------------------
    def read(self, source: str) -> None:
        self.page.locator("#new-input").select_option(label=f"Source “{source}”")
        self.act("add-input")

    def add_step(self, within: str, kind: str, said: Mapping[str, Typed]) -> None:
        self.page.locator(f'[id="new-{within}"]').select_option(label=kind)
        self.act(f"add-{within}")
        self.fill_line(said)

    def take(self, place: str, columns: Mapping[str, str]) -> None:
        """Say from which column of the input these columns are taken, at the step of this place."""
        self.act(f"open-{place}")
        for column, taken in columns.items():
            self.page.locator(f'[name="l-take-{column}"]').select_option(label=taken)
        self.act("line-apply")
        assert not self.faults, self.faults

    def fill_line(self, said: Mapping[str, Typed]) -> None:
        line = self.page.locator("#line")
        for label, value in said.items():
            if isinstance(value, list):
                group = line.get_by_role("group", name=label, exact=True)
                for each in value:
                    group.get_by_label(each, exact=True).check()
            else:
                self._fill(line.get_by_label(re.compile(rf"^{re.escape(label)}( \(optional\))?$")), value)
        self.act("line-apply")
        assert not self.faults, self.faults

    def save(self) -> None:
        self.act("save")
        assert not self.faults, self.faults

    # --- What comes of it ---------------------------------------------------------------------------
    def follow_build(self) -> dict[str, str]:
        """Wait for the build on the page to be over; its key figures."""
        expect(self.page.get_by_role("heading", name="The gate", exact=True)).to_be_visible(timeout=BUILD_ENDS_WITHIN)
        self.check()
        pairs = self.page.locator(".figures > div").all()
        return {pair.locator("dt").inner_text(): pair.locator("dd").first.inner_text() for pair in pairs}

    def _fill(self, field: Locator, value: Typed) -> None:
        if not field.is_visible():
            field.locator("xpath=ancestor::details").first.locator("summary").click()
        match value:
            case bool():
                field.set_checked(value)
            case str() if field.evaluate("field => field.matches('select')"):
                field.select_option(label=value)
            case str():
                field.fill(value)
