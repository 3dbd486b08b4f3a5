"""What APIs answer: where the records are, what is no record, what is no data at all, and what breaks on the way."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic

import pytest

from apps.collection.connectors.base import Window
from apps.collection.connectors.outbound import (
    NothingThere,
    SiteOutOfReach,
    SiteRateLimited,
    SiteTooSlow,
    SiteTooTalkative,
)
from apps.collection.connectors.rest import RestConnector
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.connectors.rest.exceptions import (
    AnswerIsAPage,
    AnswerNotJson,
    RecordsNotThere,
    RecordsUnclear,
)
from apps.collection.enums import RejectionReason
from apps.collection.exceptions import ReservedColumn
from tests.collection.connectors.api import Api, as_json, records
from tests.core.http.conftest import at_most, page, raw

REST = RestConnector()
JSON = {"Content-Type": "application/json"}


def batches(config: RestConfig):
    part = REST.partitions(config, config.name, Window()).parts[0]
    return list(REST.read(config, part, None))


def read(config: RestConfig):
    return [row for batch in batches(config) for row in batch.rows.to_pylist()]


def serving(api: Api, document, **options) -> RestConfig:
    return RestConfig(url=api.serve("/table", lambda _params: as_json(document)), **options)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (records(3), None),
        ({"items": records(3)}, None),
        ({"meta": {"tags": ["a"]}, "items": records(3)}, None),
        ({"data": {"count": 3, "items": records(3)}}, None),
        ({"response": {"docs": records(3), "numFound": 3}}, None),
        ({"a": records(2), "b": records(3)}, "b"),
        ({"a.b": records(3)}, "a.b"),
        ({"facets": [{"name": "town"}], "results": records(3)}, None),
        ({"data": records(3), "included": records(2)}, None),
        ({"pages": [{"rows": records(3)}]}, "pages.0.rows"),
    ],
)
def test_the_records_are_found_where_they_are(api: Api, document, path):
    assert [row["id"] for row in read(serving(api, document, records_path=path))] == ["1", "2", "3"]


def test_an_object_alone_is_one_record_for_whoever_says_so(api: Api):
    assert read(serving(api, {"id": 7, "ok": True}, records_path=".")) == [{"id": "7", "ok": "true", "_row": 1}]


@pytest.mark.parametrize(
    "document", [[], {"items": []}, {"items": None}, {"a": [], "b": []}, {"facets": [{"n": 1}], "results": []}]
)
def test_an_empty_first_page_is_an_empty_stream(api: Api, document):
    path = "items" if document == {"items": None} else None

    assert read(serving(api, document, records_path=path)) == []


def test_a_path_that_leads_nowhere_is_an_error_that_says_what_is_there(api: Api):
    with pytest.raises(RecordsNotThere) as raised:
        read(serving(api, {"data": {"rows": [], "count": 3}}, records_path="data.items"))

    assert raised.value.details == {"host": "127.0.0.1", "path": "data.items", "found": "rows, count"}


def test_several_lists_are_an_error_that_names_them(api: Api):
    with pytest.raises(RecordsUnclear) as raised:
        read(serving(api, {"towns": records(2), "streets": records(2)}))

    assert raised.value.details["found"] == "towns, streets"


def test_what_is_no_record_is_set_aside_with_its_place_and_its_text(api: Api):
    config = serving(api, [{"id": 1}, 5, None, [1, 2], "x", {"id": 2}])

    (batch,) = batches(config)

    assert [(row["id"], row["_row"]) for row in batch.rows.to_pylist()] == [("1", 1), ("2", 6)]
    assert [(each.row, each.reason, each.details["found"], each.text) for each in batch.rejected] == [
        (2, RejectionReason.NOT_A_RECORD, "number", "5"),
        (3, RejectionReason.NOT_A_RECORD, "null", "null"),
        (4, RejectionReason.NOT_A_RECORD, "array", "[1,2]"),
        (5, RejectionReason.NOT_A_RECORD, "text", '"x"'),
    ]


def test_values_land_as_json_writes_them_and_null_only_where_it_is_said(api: Api):
    body = (
        b'[{"int":3,"big":123456789012345678901234567890,"money":12345678901234567.89,"float":0.1,"no":null,'
        b'"yes":true,"empty":"","list":[1,"a"],"object":{"a":{"b":1},"n":98765432109876543210},"half":"\\ud800"}]'
    )
    config = RestConfig(url=api.serve("/table", lambda _params: page(body, headers=JSON)))

    (row,) = read(config)

    assert row == {
        "int": "3",
        "big": "123456789012345678901234567890",
        "money": "12345678901234567.89",
        "float": "0.1",
        "no": None,
        "yes": "true",
        "empty": "",
        "list": '[1,"a"]',
        "object": '{"a":{"b":1},"n":98765432109876543210}',
        "half": "?",
        "_row": 1,
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_answers_in_other_encodings_are_read(api: Api, encoding):
    body = json.dumps([{"town": "Échirolles"}], ensure_ascii=False).encode(encoding)
    headers = {"Content-Type": f"application/json; charset={encoding.removesuffix('-sig')}"}
    config = RestConfig(url=api.serve("/table", lambda _params: page(body, headers=headers)))

    assert read(config)[0]["town"] == "Échirolles"


def test_nested_values_make_columns_when_asked_to_the_depth_asked(api: Api):
    record = {"id": 1, "address": {"city": "Gap", "geo": {"at": {"lat": 1.5}}, "tags": ["a"], "none": {}}}

    (row,) = read(serving(api, [record], nested="columns", depth=2))

    assert row == {
        "id": "1",
        "address.city": "Gap",
        "address.tags": '["a"]',
        "address.none": "{}",
        "address.geo.at": '{"lat":1.5}',
        "_row": 1,
    }


def test_columns_that_would_have_the_same_name_lose_nothing(api: Api):
    (row,) = read(serving(api, [{"a.b": 1, "a": {"b": 2}}], nested="columns"))

    assert row == {"a.b": "1", "a": '{"b":2}', "_row": 1}


def test_a_column_that_comes_midway_is_there_from_then_on(api: Api):
    api.rows = [{"id": 1, "old": "a"}] * 10 + [{"id": 2, "new": "b"}] * 5
    config = RestConfig(url=api.serve("/table", api.by_page), pagination="page")

    rows = read(config)

    assert rows[0] == {"id": "1", "old": "a", "new": None, "_row": 1}
    assert rows[-1] == {"id": "2", "old": None, "new": "b", "_row": 15}
    assert REST.discover(config)[0].is_sparse


def test_a_column_with_a_name_of_ours_is_an_error_that_names_it(api: Api):
    with pytest.raises(ReservedColumn):
        read(serving(api, [{"id": 1, "_row": 5}]))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<!DOCTYPE html><html><body>Please sign in</body></html>", AnswerIsAPage),
        (b"<?xml version='1.0'?><towns/>", AnswerNotJson),
        (b"id;name\n1;Gap\n", AnswerNotJson),
        (b"", AnswerNotJson),
        (b'[{"id": 1}, {"id": 2', SiteOutOfReach),
        (b"[" * 100_000, AnswerNotJson),
    ],
)
def test_what_is_not_json_is_an_error_that_says_what_it_is(api: Api, body, error):
    config = RestConfig(url=api.serve("/table", lambda _params: page(body, headers={"Content-Type": "text/plain"})))

    with pytest.raises(error) as raised:
        read(config)

    assert raised.value.details["host"] == "127.0.0.1"


def test_text_that_is_not_utf_8_is_an_error_that_says_so(api: Api):
    body = '[{"town": "Échirolles"}]'.encode("latin-1")
    config = RestConfig(url=api.serve("/table", lambda _params: page(body, headers=JSON)))

    with pytest.raises(AnswerNotJson):
        read(config)


def test_a_document_that_stops_anywhere_before_its_end_may_be_tried_again(api: Api):
    whole = '[{"a":-1.5e+3,"b":[true,false,null],"c":"é\\u00e9\\n"},{"d":{}}]'.encode()
    for end in range(1, len(whole)):
        # Cut before it is compressed, as a server that dies does; nothing in the transport tells.
        packed = gzip.compress(whole[:end])
        answer = page(packed, headers=JSON | {"Content-Encoding": "gzip"})
        config = RestConfig(url=api.serve("/table", lambda _params, answer=answer: answer))

        with pytest.raises(SiteOutOfReach):
            read(config)


def test_an_answer_whose_compression_stops_before_its_end_may_be_tried_again(api: Api):
    packed = gzip.compress(json.dumps(records(1_000)).encode())[:-100]
    headers = JSON | {"Content-Encoding": "gzip"}
    config = RestConfig(url=api.serve("/table", lambda _params: page(packed, headers=headers)))

    with pytest.raises(SiteOutOfReach):
        read(config)


def test_an_address_with_nothing_is_an_error(api: Api):
    with pytest.raises(NothingThere):
        read(RestConfig(url=api.serve("/table", lambda _params: page(b"", status=404))))


def test_an_endless_answer_is_left(api: Api, settings, over):
    settings.OUTBOUND_MAX_BYTES = 200_000
    endless = raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[", b'{"id": 1},' * 1000, stop=over)
    config = RestConfig(url=api.serve("/table", lambda _params: endless))

    with at_most(10), pytest.raises(SiteTooTalkative):
        read(config)


def test_a_slow_answer_is_not_waited_for_longer_than_a_check_may_last(api: Api, over):
    drop = raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[", b" ", every=0.05, stop=over)
    config = RestConfig(url=api.serve("/table", lambda _params: drop))

    with at_most(8):
        access = REST.check(config)

    assert not access.is_well
    assert len(api.site.requests) == 1


def test_a_page_that_dies_halfway_is_read_again_from_its_start(api: Api, settings):
    settings.OUTBOUND_MAX_TRIES = 4
    seen = []

    def answer(params):
        seen.append(params)
        if seen.count(params) == 2:  # the first time that the run itself asks for it
            body = json.dumps({"results": api.cut((int(params.get("page", 1)) - 1) * 10)}).encode()
            return page(body[: len(body) // 2], length=len(body), headers=JSON)
        return api.by_page(params)

    config = RestConfig(url=api.serve("/table", answer), pagination="page")

    assert [row["id"] for row in read(config)] == [str(rank) for rank in range(1, 26)]


def test_an_api_that_asks_for_patience_is_given_it(api: Api, settings):
    settings.OUTBOUND_MAX_TRIES = 4
    refused = iter([True, False, True, True])
    soon = {"Retry-After": "0"}

    def answer(params):
        if next(refused, False):
            return page(b"", status=429, headers=soon)
        return api.by_page(params)

    config = RestConfig(url=api.serve("/table", answer), pagination="page")

    assert len(read(config)) == 25


def test_a_trial_gives_an_api_the_moment_that_it_asks_for(api: Api, settings):
    settings.OUTBOUND_MAX_TRIES = 2
    refused = iter([True])

    def answer(params):
        return page(b"", status=429, headers={"Retry-After": "0"}) if next(refused, False) else api.by_page(params)

    config = RestConfig(url=api.serve("/table", answer), pagination="page", records_path="results")

    assert sum(batch.rows.num_rows for batch in REST.sample(config)) == 10


def test_an_api_that_asks_for_more_patience_than_a_call_has_says_when_to_come_back(api: Api, settings, names):
    settings.OUTBOUND_TOTAL_TIMEOUT = 2
    names.lead("patient.example", "127.0.0.1")  # a name of its own: everyone who calls it waits
    later = {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)}
    api.serve("/table", lambda _params: page(b"", status=429, headers=later))
    config = RestConfig(url=api.site.url("/table", host="patient.example"))

    with at_most(5), pytest.raises(SiteRateLimited) as raised:
        read(config)

    assert 200 < raised.value.retry_after <= 300


def test_pages_read_before_a_failure_are_given_before_it_is_raised(api: Api):
    def answer(params):
        return page(b"", status=503) if params.get("page") == "3" else api.by_page(params)

    config = RestConfig(url=api.serve("/table", answer), pagination="page")
    part = REST.partitions(config, config.name, Window()).parts[0]
    reading = REST.read(config, part, None)

    batch = next(reading)
    with pytest.raises(SiteOutOfReach):
        next(reading)

    assert (batch.rows.num_rows, batch.cursor["place"]) == (20, {"page": 3})


def test_a_call_that_lasts_too_long_is_told_from_one_that_breaks(api: Api, settings, over):
    settings.OUTBOUND_TOTAL_TIMEOUT = 0.5
    silent = raw(b"HTTP/1.1 200 OK\r\n", b"X-Wait: 1\r\n", every=0.05, stop=over)

    with pytest.raises(SiteTooSlow):
        read(RestConfig(url=api.serve("/table", lambda _params: silent)))


def test_a_check_is_one_request_and_says_how_many_records_came(api: Api):
    access = REST.check(RestConfig(url=api.serve("/table", api.by_offset)))

    assert (access.is_well, access.message) == (True, "127.0.0.1 answers: 10 records in the first page.")
    assert len(api.site.requests) == 1


def test_a_sample_is_the_first_page(api: Api):
    (batch,) = REST.sample(RestConfig(url=api.serve("/table", api.by_link_json)))

    assert batch.rows.num_rows == 10
    assert len(api.site.requests) == 1


def test_columns_are_proposed_types_and_shown_by_example(api: Api):
    config = serving(api, [{"id": 1, "on": "2024-12-31", "ok": True, "code": "01000", "n": 1.5, "o": {"a": 1}}])

    columns = REST.discover(config)[0].columns

    assert [(column.name, column.proposed_type, column.example) for column in columns] == [
        ("id", "integer", "1"),
        ("on", "date", "2024-12-31"),
        ("ok", "boolean", "true"),
        ("code", "text", "01000"),
        ("n", "float", "1.5"),
        ("o", "text", '{"a":1}'),
    ]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_pace_of_its_own_is_kept_at_any_concurrency(api: Api, names, concurrency):
    host = f"paced-{concurrency}.example"
    names.lead(host, "127.0.0.1")
    api.size = 1
    api.serve("/table", api.by_offset)
    url = api.site.url("/table", host=host)
    config = RestConfig(url=url, pagination="offset", requests_per_second=40, concurrency=concurrency)
    started = monotonic()

    found = read(config)

    assert len(found) == 25
    assert monotonic() - started > 20 / 40  # five at once, then one after another
