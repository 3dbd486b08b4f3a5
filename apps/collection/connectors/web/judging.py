"""The program that applies what people wrote to a page, seen from here: no answer takes longer than a second or so."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, ClassVar, TypeAlias

import orjson
from django.utils.translation import gettext as _

from apps.collection.connectors.web.config import WebConfig
from apps.collection.connectors.web.exceptions import SelectorRefused, SelectorTooSlow
from apps.collection.connectors.web.programs import Program
from apps.collection.crawler.pages import Page
from apps.collection.crawler.selecting import Row, RuleRefused, field_rule

# For one answer about a page, and how much of one is read in each second more: what is well written needs far less.
SECONDS = 1.0
CHARACTERS_PER_SECOND = 500_000
# For all the answers about a page, each of which was in time.
ALL_SECONDS = 8.0
MEMORY = 1024 * 1024 * 1024


# The pages that one leads to, and whether an item is there.
Links: TypeAlias = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, kw_only=True)
class FieldTrial:
    """What one line of the settings finds: how many times, in how many items, or why it does not."""

    line: str
    name: str = ""
    count: int = 0
    filled: int = 0
    values: tuple[str, ...] = ()
    kept: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class FieldTrials:
    """`items` is how many the page holds, None if what holds them could not be looked for: `problem` says why. The
    first ones are looked into: `tried`."""

    items: int | None
    tried: int = 0
    fields: tuple[FieldTrial, ...] = ()
    problem: str = ""


class Judge(Program):
    """Applies the rules of these settings. Once it took too long, it is gone."""

    module: ClassVar[str] = "apps.collection.crawler.judging"

    def __init__(self, config: WebConfig) -> None:
        super().__init__(orjson.dumps({"parent": os.getpid(), "memory": MEMORY}) + b"\n")
        self.config = config
        self._until = self._patience = 0.0

    def lost(self) -> SelectorTooSlow:
        return SelectorTooSlow(host=self.config.name)

    def look(self, page: Page, *, is_item: bool) -> tuple[list[Row] | None, Links]:
        """What a run would read in this page. Raises SelectorTooSlow, SelectorRefused."""
        fields, item_selector = self.config.fields, self.config.item_selector
        self._ask(
            "rows_and_links", **_of(page), **self._rules, fields=fields, item_selector=item_selector, is_item=is_item
        )
        said = self._answer()
        rows = said["rows"]
        links = tuple((url, leads_to_item) for url, leads_to_item in said["links"])
        if rows is None:
            return None, links
        return [Row(values=row["values"], missing=tuple(row["missing"])) for row in rows], links

    def choose(self, urls: Sequence[str]) -> Links:
        """Those of a listing that are worth a visit. Raises SelectorTooSlow."""
        self._ask("chosen_of_listing", urls=urls, **self._rules)
        return tuple((url, is_item) for url, is_item in self._answer()["chosen"])

    def outline(self, page: Page) -> str:
        """How the page is made, for people to read."""
        self._ask("outline", **_of(page))
        said: str = self._answer()["outline"]
        return said

    def try_fields(self, page: Page, *, lines: Sequence[str], item_selector: str = "") -> FieldTrials:
        """What each line finds there; one that takes too long, or cannot be read, is told apart from the others."""
        trials = {line: _read(line) for line in lines}
        readable = [line for line, trial in trials.items() if not trial.problem]
        self._ask("fields", **_of(page), fields=readable, item_selector=item_selector)
        try:
            counts = self._answer()
        except (SelectorTooSlow, SelectorRefused) as error:
            return FieldTrials(items=None, fields=tuple(trials.values()), problem=_why(error))
        for rank, line in enumerate(readable):
            name = trials[line].name
            try:
                said = self._answer()
            except SelectorRefused as error:
                trials[line] = FieldTrial(line=line, name=name, problem=_why(error))
            except SelectorTooSlow as error:
                trials[line] = FieldTrial(line=line, name=name, problem=_why(error))
                not_tried = _("It was not tried: the field before took all the time.")
                trials |= {each: replace(trials[each], problem=not_tried) for each in readable[rank + 1 :]}
                break
            else:
                trials[line] = FieldTrial(line=line, name=name, **said | {"values": tuple(said["values"])})
        return FieldTrials(items=counts["items"], tried=counts["tried"], fields=tuple(trials.values()))

    @property
    def _rules(self) -> dict[str, Any]:
        config = self.config
        return {"follow": config.follow or (), "items": config.item_pages or (), "dropped": config.dropped}

    def _ask(self, what: str, **question: Any) -> None:
        self._patience = SECONDS + len(question.get("text", "")) / CHARACTERS_PER_SECOND
        self._until = monotonic() + ALL_SECONDS
        self.tell(orjson.dumps({"ask": what} | question) + b"\n")

    def _answer(self) -> dict[str, Any]:
        said = self.hear(seconds=min(self._patience, self._until - monotonic()))
        if problem := said.get("problem"):
            raise SelectorRefused(host=self.config.name, said=problem)
        return said


def _of(page: Page) -> dict[str, str]:
    return {"url": page.url, "text": page.text}


def _read(line: str) -> FieldTrial:
    try:
        return FieldTrial(line=line, name=field_rule(line).name)
    except RuleRefused as refusal:
        return FieldTrial(line=line, problem=str(refusal))


def _why(error: SelectorTooSlow | SelectorRefused) -> str:
    if isinstance(error, SelectorTooSlow):
        return _(
            "It takes too long on this page. Look for a repetition inside another, as in (a+)+, or be more precise."
        )
    return _("It cannot be applied to a page: %(said)s.") % error.details
