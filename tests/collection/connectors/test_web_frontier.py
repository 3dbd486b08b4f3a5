"""What is left to visit of a site, whatever its links are and whenever the visit is killed. Pure."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.collection.connectors.web.frontier import Frontier

OPTIONS = {"max_pages": 10_000, "max_depth": 1_000, "dropped": ("utm_*",)}
SITE = "https://a.org"


def frontier(**options):
    return Frontier(**OPTIONS | options)


def again(before: Frontier) -> Frontier:
    """The same, through the JSON that is stored."""
    return Frontier.from_cursor(json.loads(json.dumps(before.as_cursor())), **OPTIONS)


# Pages by number; each leads to others, some of them by an address that redirects to another page.
GRAPHS = st.dictionaries(
    st.integers(0, 30),
    st.tuples(
        st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=6), st.one_of(st.none(), st.integers(0, 30))
    ),
    min_size=1,
)


def visit(graph, chance: random.Random, *, kills: float):
    """Visit a site of which the odd pages hold an item, several at a time, told in any order, killed at times."""
    current = frontier()
    current.add(f"{SITE}/0", depth=0, kind="page")
    kept: list[str] = []
    landed, visiting = (current.as_cursor(), 0), {}
    for _step in range(10_000):
        if chance.random() < kills:
            cursor, count = landed
            current, kept, visiting = Frontier.from_cursor(cursor, **OPTIONS), kept[:count], {}
        for key, task in list(current.first(4 - len(visiting), besides=visiting)):
            visiting[key] = task
        if not visiting:
            return kept
        key = chance.choice(sorted(visiting))
        task = visiting.pop(key)
        number = int(task.url.rpartition("/")[2])
        _links, moved = graph.get(number, ([], None))
        # Where a redirection ends there is a page, and no other redirection.
        final = number if moved is None or graph.get(moved, ([], None))[1] is not None else moved
        links = graph.get(final, ([], None))[0]
        if current.take(key, task, url=f"{SITE}/{final}", is_looked_into=task.kind == "item"):
            kept.append(f"{SITE}/{final}")
        for target, tracked in links:
            kind = "item" if target % 2 else "page"
            current.add(f"{SITE}/{target}{'?utm_source=x' if tracked else ''}", depth=task.depth + 1, kind=kind)
        if chance.random() < 0.3:
            landed = current.as_cursor(), len(kept)
    raise AssertionError("The visit never ends.")


@settings(max_examples=200)
@given(graph=GRAPHS, seed=st.integers(0, 2**32))
def test_a_visit_killed_at_any_time_gives_each_item_once_and_all_of_them(graph, seed):
    chance = random.Random(seed)

    whole, killed = visit(graph, chance, kills=0), visit(graph, chance, kills=0.2)

    assert sorted(killed) == sorted(set(killed))
    assert set(killed) == set(whole)


def test_what_is_stored_is_the_frontier():
    before = frontier()
    before.add(f"{SITE}/1", depth=0, kind="page")
    before.add(f"{SITE}/é?b=1", depth=3, kind="item")
    before.add(f"{SITE}/x/x/x/x/x", depth=1, kind="page")
    before.next_row()
    (key, task), *_others = before.first(1)
    before.take(key, task, url=f"{SITE}/2", is_looked_into=True)

    after = again(before)

    assert after == before


def test_a_page_seen_for_its_links_is_visited_again_when_it_turns_out_to_hold_an_item():
    current = frontier()
    current.add(f"{SITE}/1", depth=0, kind="page")
    ((key, task),) = current.first(1)
    current.take(key, task, url=task.url, is_looked_into=False)

    current.add(f"{SITE}/1", depth=1, kind="item")
    ((key, task),) = current.first(1)
    is_new = current.take(key, task, url=task.url, is_looked_into=True)
    current.add(f"{SITE}/1", depth=2, kind="item")

    assert is_new
    assert not current.pending


def test_a_page_given_up_is_not_asked_for_again():
    current = frontier()
    current.add(f"{SITE}/1", depth=0, kind="page")
    ((key, _task),) = current.first(1)

    current.give_up(key)
    current.add(f"{SITE}/1", depth=1, kind="item")

    assert not current.pending


@pytest.mark.parametrize(
    ("url", "depth", "why"),
    [("/x/x/x/x/x", 1, "loop"), ("/far", 1_001, "too_deep")],
)
def test_what_is_left_out_is_counted_once(url, depth, why):
    current = frontier()

    for _time in range(3):
        current.add(SITE + url, depth=depth, kind="page")

    assert not current.pending
    assert (current.left_out[why].count, current.left_out[why].named) == (1, [SITE + url])


def test_a_site_without_end_fills_no_memory():
    current = frontier(max_pages=10)

    for number in range(100):
        current.add(f"{SITE}/{number}", depth=1, kind="page")
        current.add(f"{SITE}/{number}", depth=1, kind="page")

    assert len(current.seen) == 10
    assert current.left_out["too_many_pages"].count == 90
    assert len(current.left_out["too_many_pages"].named) == 20


def test_a_cursor_takes_less_than_thirty_bytes_a_page():
    current = frontier()
    for number in range(10_000):
        current.add(f"{SITE}/articles/a-rather-long-title-of-an-article-{number}.html", depth=1, kind="item")

    assert len(json.dumps(current.as_cursor())) < 300_000
