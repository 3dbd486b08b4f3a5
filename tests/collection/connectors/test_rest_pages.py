"""How pages follow one another: every way, said or detected; and what APIs do that is none of them."""

import json

import pytest

from apps.collection.connectors.base import Window
from apps.collection.connectors.rest import RestConnector
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.connectors.rest.exceptions import (
    FewerThanAnnounced,
    NextElsewhere,
    NextNotUsable,
    PageRepeated,
    PagesUnclear,
    TooManyPages,
)
from tests.collection.connectors.api import Api, as_json, records
from tests.core.http.conftest import page

REST = RestConnector()
WAYS = {
    "everything": {"pagination": "none"},
    "by_page": {"pagination": "page"},
    "by_offset": {"pagination": "offset", "total_path": "total"},
    "by_link_header": {"pagination": "link_header"},
    "by_link_json": {"pagination": "link_json", "next_path": "links.next"},
    "by_cursor": {"pagination": "cursor", "next_path": "next_cursor", "cursor_param": "cursor"},
    "by_cursor_in_header": {"pagination": "cursor", "next_header": "X-Next", "cursor_param": "after"},
    "by_last_id": {
        "pagination": "cursor",
        "next_path": "data.-1.id",
        "cursor_param": "starting_after",
        "more_path": "has_more",
    },
}
DETECTED = {
    "everything": {"pagination": "none"},
    "by_page": {"pagination": "page", "page_param": "page"},
    "by_offset": {"pagination": "offset", "offset_param": "offset", "total_path": "total"},
    "by_link_header": {"pagination": "link_header"},
    "by_link_json": {"pagination": "link_json", "next_path": "links.next"},
    "by_cursor": {"pagination": "cursor", "next_path": "next_cursor", "cursor_param": "cursor"},
}


def pinned(config: RestConfig, window: Window | None = None):
    return REST.partitions(config, config.name, window or Window()).parts[0]


def read(config: RestConfig, *, part=None, cursor=None):
    """The rows of all the batches."""
    part = part or pinned(config)
    return [row for batch in REST.read(config, part, cursor) for row in batch.rows.to_pylist()]


def ids(rows) -> list[int]:
    return [int(row["id"]) for row in rows]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("count", [0, 1, 10, 20, 25])
def test_every_record_of_every_page_is_read_once_in_order(api: Api, way, count):
    api.rows = records(count)
    config = RestConfig(url=api.serve("/table", getattr(api, way)), **WAYS[way])

    rows = read(config)

    assert ids(rows) == list(range(1, count + 1))
    assert [row["_row"] for row in rows] == list(range(1, count + 1))


@pytest.mark.parametrize("way", DETECTED)
@pytest.mark.parametrize("count", [20, 25, 30])
def test_how_pages_follow_one_another_is_detected_shown_and_pinned(api: Api, way, count):
    api.rows = records(count)
    config = RestConfig(url=api.serve("/table", getattr(api, way)))

    details = REST.discover(config)[0].details
    rows = read(config)

    assert {name: value for name, value in details.items() if name != "records_path"} == DETECTED[way]
    assert pinned(config).details["paging"]["kind"] == DETECTED[way]["pagination"]
    assert ids(rows) == list(range(1, count + 1))


def test_an_api_that_has_more_than_it_gives_and_does_not_say_how_is_never_taken_for_whole(api: Api):
    config = RestConfig(url=api.serve("/table", lambda _params: as_json({"total": 500, "items": records(10)})))

    with pytest.raises(PagesUnclear) as raised:
        pinned(config)

    assert raised.value.details == {"host": "127.0.0.1", "count": 10, "total": 500}


def test_a_count_that_is_that_of_the_page_is_not_taken_for_a_total(api: Api):
    def answer(params):
        rows = api.cut((int(params.get("page", 1)) - 1) * 10)
        return as_json({"count": len(rows), "items": rows})

    config = RestConfig(url=api.serve("/table", answer))

    assert ids(read(config)) == list(range(1, 26))


def test_pages_that_the_server_cuts_down_are_not_taken_for_the_last(api: Api):
    config = RestConfig(url=api.serve("/table", api.by_offset), pagination="offset", size_param="limit", page_size=1000)

    assert ids(read(config)) == list(range(1, 26))


def test_a_short_page_in_the_middle_moves_the_ranks_that_follow(api: Api):
    def answer(params):
        start = int(params.get("offset", 0))
        return as_json(api.cut(start, 4 if start == 10 else 10))

    config = RestConfig(url=api.serve("/table", answer), pagination="offset", concurrency=4)

    assert ids(read(config)) == list(range(1, 26))


def test_a_page_that_does_not_exist_is_the_end(api: Api):
    def answer(params):
        rows = api.cut((int(params.get("page", 1)) - 1) * 10)
        return as_json(rows) if rows else as_json({"detail": "Invalid page."}, status=404)

    config = RestConfig(url=api.serve("/table", answer), pagination="page", concurrency=3)

    assert ids(read(config)) == list(range(1, 26))


def test_an_api_that_gives_its_last_page_again_is_at_its_end(api: Api):
    def answer(params):
        return as_json(api.cut(min(int(params.get("page", 1)) - 1, 2) * 10))

    config = RestConfig(url=api.serve("/table", answer), pagination="page")

    assert ids(read(config)) == list(range(1, 26))


def test_an_api_that_does_not_heed_the_page_number_is_an_error(api: Api):
    config = RestConfig(url=api.serve("/table", lambda _params: as_json(records(10))), pagination="page")

    with pytest.raises(PageRepeated) as raised:
        read(config)

    assert raised.value.details == {"host": "127.0.0.1", "page": 2}


@pytest.mark.parametrize("way", ["link", "cursor"])
def test_pages_that_turn_in_a_circle_end_with_an_error(api: Api, way):
    def answer(params):
        other = "b" if params.get("cursor", "a") == "a" else "a"
        rows = [{"id": 1 if other == "b" else 2}]
        return as_json({"next": f"?cursor={other}", "next_cursor": other, "items": rows})

    settings = {
        "link": {"pagination": "link_json", "next_path": "next"},
        "cursor": {"pagination": "cursor", "next_path": "next_cursor", "cursor_param": "cursor"},
    }
    config = RestConfig(url=api.serve("/table", answer), **settings[way])

    with pytest.raises(PageRepeated):
        read(config)

    assert len(api.asked) < 10


def test_a_cursor_that_does_not_move_ends_with_an_error(api: Api):
    numbers = iter(range(100))
    config = RestConfig(
        url=api.serve("/table", lambda _params: as_json({"at": "same", "items": [{"id": next(numbers)}]})),
        pagination="cursor",
        next_path="at",
        cursor_param="at",
    )

    with pytest.raises(PageRepeated):
        read(config)


def test_a_cursor_given_back_with_nothing_is_the_end(api: Api):
    def answer(params):
        start = int(params.get("cursorMark", 0))
        return as_json({"docs": api.cut(start), "nextCursorMark": min(start + 10, len(api.rows))})

    config = RestConfig(url=api.serve("/table", answer))

    assert ids(read(config)) == list(range(1, 26))


def test_reading_stops_with_an_error_at_the_most_pages_and_gives_what_it_had(api: Api):
    config = RestConfig(url=api.serve("/table", api.by_page), pagination="page", max_pages=2)
    batches = REST.read(config, pinned(config), None)

    first = next(batches)
    with pytest.raises(TooManyPages):
        next(batches)

    assert ids(first.rows.to_pylist()) == list(range(1, 21))


def test_an_api_that_stops_before_the_total_it_announces_is_an_error(api: Api):
    def answer(params):
        start = int(params.get("offset", 0))
        return as_json({"total": 25, "items": api.cut(start) if start < 20 else []})

    config = RestConfig(url=api.serve("/table", answer), pagination="offset", total_path="total")

    with pytest.raises(FewerThanAnnounced) as raised:
        read(config)

    assert raised.value.details == {"host": "127.0.0.1", "count": 20, "total": 25}


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_total_that_grows_while_reading_is_followed(api: Api, concurrency):
    def answer(params):
        api.rows = records(len(api.rows) + (1 if len(api.rows) < 40 else 0))
        return api.by_offset(params)

    config = RestConfig(
        url=api.serve("/table", answer), pagination="offset", total_path="total", concurrency=concurrency
    )

    rows = read(config)

    assert ids(rows) == list(range(1, len(rows) + 1))
    assert len(rows) > 25


def test_a_next_link_may_be_an_object_with_its_address(api: Api):
    def answer(params):
        end = int(params.get("from", 0)) + 10
        following = {"href": f"/table?from={end}"} if end < 25 else None
        return as_json({"_links": {"next": following}, "_embedded": {"towns": api.cut(end - 10)}})

    config = RestConfig(url=api.serve("/table", answer))

    assert ids(read(config)) == list(range(1, 26))


@pytest.mark.parametrize("value", [5, ["a"], "ftp://example.org/2", "http://["])
def test_a_next_link_that_is_none_is_an_error_that_says_where_it_was(api: Api, value):
    config = RestConfig(
        url=api.serve("/table", lambda _params: as_json({"next": value, "items": records(3)})),
        pagination="link_json",
        next_path="next",
    )

    with pytest.raises(NextNotUsable) as raised:
        read(config)

    assert raised.value.details["path"] == "next"


def test_parameters_of_the_address_are_replaced_by_those_of_the_page(api: Api):
    url = api.serve("/table", api.by_page)
    config = RestConfig(url=f"{url}?page=1&lang=fr", params={"open": True, "year": 2024}, pagination="page")

    assert ids(read(config)) == list(range(1, 26))
    assert api.asked[-1] == {"lang": "fr", "open": "true", "year": "2024", "page": "4"}


def test_a_table_asked_for_by_post_carries_its_parameters_in_the_body(api: Api):
    def answer(_params):
        body = json.loads(api.site.requests[-1].body)
        start = body["variables"].get("after", 0)
        rows = api.cut(start)
        info = {"endCursor": start + 10, "hasNextPage": start + 10 < 25}
        return as_json({"data": {"towns": {"nodes": rows, "pageInfo": info}}})

    config = RestConfig(
        url=api.serve("/graphql", answer),
        method="POST",
        body={"query": "{ towns }", "variables": {"first": 10}},
        params_in_body=True,
        records_path="data.towns.nodes",
        pagination="cursor",
        next_path="data.towns.pageInfo.endCursor",
        more_path="data.towns.pageInfo.hasNextPage",
        cursor_param="variables.after",
    )

    assert ids(read(config)) == list(range(1, 26))
    last = json.loads(api.site.requests[-1].body)
    assert last == {"query": "{ towns }", "variables": {"first": 10, "after": 20}}


def test_what_is_posted_is_not_sent_on_to_another_site(api: Api, sites):
    other = sites()
    config = RestConfig(
        url=api.serve("/table", lambda _params: as_json({"next": other.url("/2"), "items": records(3)})),
        method="POST",
        body={"mine": 1},
        pagination="link_json",
        next_path="next",
    )

    with pytest.raises(NextElsewhere):
        read(config)

    assert other.requests == []


def test_pages_read_at_the_same_time_are_those_read_one_by_one(api: Api):
    api.rows, api.size = records(2_345), 100
    url = api.serve("/table", api.by_offset)

    one = read(RestConfig(url=url, pagination="offset"))
    many = read(RestConfig(url=url, pagination="offset", concurrency=8))
    counted = read(RestConfig(url=url, pagination="offset", total_path="total", concurrency=8))

    assert one == many == counted
    assert ids(one) == list(range(1, 2_346))


def test_with_a_total_no_page_is_asked_for_twice_nor_in_vain(api: Api):
    api.rows, api.size = records(995), 100
    config = RestConfig(url=api.serve("/table", api.by_offset), pagination="offset", total_path="total", concurrency=4)
    part = pinned(config)
    api.asked.clear()

    read(config, part=part)

    assert sorted(int(params["offset"]) for params in api.asked) == list(range(0, 1000, 100))


def test_an_empty_answer_is_an_empty_stream(api: Api):
    config = RestConfig(url=api.serve("/table", lambda _params: page(b"", status=204)))

    assert REST.discover(config)[0].columns == ()
    assert read(config) == []
