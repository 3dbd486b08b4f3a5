"""The program that applies what people wrote to a page: `python -m apps.collection.crawler.judging`.

A regular expression may take longer than the universe has; XPath too. Nothing interrupts either from inside, so they
are evaluated here, in a process that whoever started it ends when it has waited enough (`connectors/web/judging.py`).

    in    one line of JSON: {"parent", "memory"}; then one a question: {"ask", …}
    out   {"ready"}; then what each answer says, one line or more (see the functions below)
"""

import json
import re
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.conf import settings

from apps.collection.crawler.__main__ import die_with
from apps.collection.crawler.links import LinkRules, link_rule, links_of
from apps.collection.crawler.outlines import outline
from apps.collection.crawler.pages import Page
from apps.collection.crawler.selecting import FieldRule, as_xpath, field_rule, rows_of, texts_of

# What evaluating raises, of an expression that is well written and makes no sense in a page.
UNFIT = (ValueError, re.error)
# Enough to see whether a selector is right.
MOST_ITEMS = 100
VALUES_SHOWN = 5
VALUE_SHOWN = 200

Question = Mapping[str, Any]
Said = Mapping[str, Any]


def rows_and_links(question: Question) -> Iterator[Said]:
    """What a run would read there: {"rows", "links"}; `rows` are the first ones, null where no item is looked for."""
    page, fields = _page(question), [field_rule(line) for line in question["fields"]]
    rows = rows_of(page, fields, question["item_selector"], most=MOST_ITEMS) if question["is_item"] else None
    yield {
        "rows": None if rows is None else [{"values": row.values, "missing": row.missing} for row in rows],
        "links": list(links_of(page, _rules(question))),
    }


def chosen_of_listing(question: Question) -> Iterator[Said]:
    """Which of these addresses are worth a visit, and whether an item is there: {"chosen"}."""
    rules = _rules(question)
    yield {"chosen": [(url, rules.is_item(url)) for url in question["urls"] if rules.is_listed(url)]}


def outline_of(question: Question) -> Iterator[Said]:
    yield {"outline": outline(_page(question))}


def fields_one_by_one(question: Question) -> Iterator[Said]:
    """{"items", "tried"}, how many there are and how many are looked into; then, for each field, what it found in these
    or why it could not look."""
    page = _page(question)
    item_selector = question["item_selector"]
    holders = list(page.selector.xpath(as_xpath(item_selector)) if item_selector else [page.selector])
    tried = holders[:MOST_ITEMS]
    yield {"items": len(holders), "tried": len(tried)}
    for line in question["fields"]:
        try:
            yield _found(page, tried, field_rule(line))
        except UNFIT as error:
            yield _refusal(error)


ANSWERS: dict[str, Callable[[Question], Iterator[Said]]] = {
    "rows_and_links": rows_and_links,
    "chosen_of_listing": chosen_of_listing,
    "outline": outline_of,
    "fields": fields_one_by_one,
}


def _found(page: Page, holders: list[Any], field: FieldRule) -> Said:
    found = [texts_of(holder, page, field) for holder in holders]
    texts = [text for each in found for text in each]
    first = next((each for each in found if each), None)
    return {
        "count": len(texts),
        "filled": sum(bool(each) for each in found),
        "values": [_shown(text) for text in texts[:VALUES_SHOWN]],
        "kept": _shown(field.kept(first) or "") if first else "",
    }


def _refusal(error: Exception) -> Said:
    """In the words of the library, which chains its own error to another."""
    return {"problem": str(error.__context__ or error)[:VALUE_SHOWN]}


def _shown(text: str) -> str:
    return text if len(text) <= VALUE_SHOWN else f"{text[: VALUE_SHOWN - 1]}…"


def _page(question: Question) -> Page:
    return Page(url=question["url"], text=question["text"])


def _rules(question: Question) -> LinkRules:
    return LinkRules(
        follow=tuple(link_rule(line) for line in question["follow"]),
        items=tuple(link_rule(line) for line in question["items"]),
        dropped=tuple(question["dropped"]),
    )


def main() -> None:
    # The sentences of what is refused ask for their language as they are made. The one who asks has checked each line.
    settings.configure(USE_I18N=False)
    orders = json.loads(sys.stdin.buffer.readline())
    die_with(orders["parent"])
    if sys.platform == "linux":  # elsewhere, the time alone is bounded
        resource.setrlimit(resource.RLIMIT_AS, (orders["memory"], orders["memory"]))
    _say({"ready": True})
    for line in sys.stdin.buffer:
        question = json.loads(line)
        try:
            for said in ANSWERS[question["ask"]](question):
                _say(said)
        except UNFIT as error:
            _say(_refusal(error))


def _say(said: Said) -> None:
    sys.stdout.buffer.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
