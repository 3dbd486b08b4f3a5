"""The API: tokens that end, pages that give each report once, what was updated since, tiredness."""

import json
from datetime import datetime, timedelta

import pytest
import requests

from apps.collection.world.serving.tokens import CLIENT_ID, CLIENT_SECRET, LIFETIME_S
from apps.collection.world.story import API_SINCE
from tests.world import served_world

REPORTS = "/api/v1/signalements"


def ask_for_token(world, auth=(CLIENT_ID, CLIENT_SECRET), **form):
    return requests.post(f"{world.base}/oauth/token", auth=auth, data=form, timeout=30)


def pages(world, **params):
    """Each page, from the first to the last, by the addresses that they give."""
    bearer, address = world.bearer(), f"{world.base}{REPORTS}"
    while address:
        page = requests.get(address, params=params, headers=bearer, timeout=30)
        assert page.status_code == 200
        yield page.json()
        address, params = page.json()["suivant"], {}


def reports(world, **params):
    return [report for page in pages(world, **params) for report in page["signalements"]]


def stored(world):
    lines = (world.folder / "current" / "api" / "signalements.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("size", [None, 37, 1000])
def test_the_pages_give_each_report_once_in_the_order_of_updates(demo_world, size):
    found = reports(demo_world, **({"page_size": size} if size else {}))

    assert found == stored(demo_world)
    assert len({report["reference"] for report in found}) == len(found)
    instants = [report["modifie_le"] for report in found]
    assert instants == sorted(instants)


def test_a_page_says_how_many_there_are_and_where_the_next_is(demo_world):
    page = demo_world.get(REPORTS, params={"page_size": 10}, headers=demo_world.bearer())

    assert page.json()["total"] == len(stored(demo_world))
    assert page.links["next"]["url"] == page.json()["suivant"]


def test_updated_since_gives_what_was_updated_from_that_instant_on(demo_world):
    every = stored(demo_world)
    since = every[len(every) * 3 // 4]["modifie_le"]

    found = reports(demo_world, updated_since=since, page_size=50)

    assert found == [report for report in every if report["modifie_le"] >= since]
    assert 0 < len(found) < len(every)


def test_updated_since_understands_an_offset(demo_world):
    since = datetime.fromisoformat(stored(demo_world)[100]["modifie_le"])

    in_paris = (since + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")

    assert reports(demo_world, updated_since=in_paris, page_size=1000) == stored(demo_world)[100:]


@pytest.mark.parametrize(
    "asked", [{"page_size": "1001"}, {"page_size": "0"}, {"page_size": "x"}, {"updated_since": "hier"}, {"cursor": "é"}]
)
def test_what_makes_no_sense_is_refused_with_its_reason(demo_world, asked):
    refused = demo_world.get(REPORTS, params=asked, headers=demo_world.bearer())

    assert refused.status_code == 400
    assert refused.json()["error_description"]


def test_most_reports_are_recent_and_some_wait_for_a_service(demo_world):
    found = stored(demo_world)

    recent = [report for report in found if not report["reference"].startswith(("SIG-2023", "SIG-2024"))]
    assert len(recent) > 0.9 * len(found)
    assert any(report["service"] is None and report["statut"] == "reçu" for report in found)
    assert API_SINCE.year == 2025


def test_one_report_and_the_services_can_be_asked_for(demo_world):
    bearer, first = demo_world.bearer(), stored(demo_world)[0]

    assert demo_world.get(f"{REPORTS}/{first['reference']}", headers=bearer).json()["signalement"] == first
    assert len(demo_world.get("/api/v1/services", headers=bearer).json()["services"]) == 12
    assert demo_world.get(f"{REPORTS}/SIG-0", headers=bearer).status_code == 404


def test_without_a_token_nothing_is_read(demo_world):
    refused = demo_world.get(REPORTS)

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_ends_and_another_one_goes_on(demo_world):
    bearer = demo_world.bearer()
    assert demo_world.get(REPORTS, headers=bearer).status_code == 200

    demo_world.clock.now += LIFETIME_S + 1

    refused = demo_world.get(REPORTS, headers=bearer)
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert demo_world.get(REPORTS, headers=demo_world.bearer()).status_code == 200


def test_a_token_is_given_for_credentials_in_the_header_or_in_the_form(demo_world):
    by_form = ask_for_token(
        demo_world, auth=None, grant_type="client_credentials", client_id=CLIENT_ID, client_secret=CLIENT_SECRET
    )
    by_header = ask_for_token(demo_world, grant_type="client_credentials")

    for granted in (by_form, by_header):
        assert granted.json()["token_type"] == "Bearer"
        assert granted.json()["expires_in"] == LIFETIME_S
        assert granted.headers["Cache-Control"] == "no-store"


def test_wrong_credentials_and_other_grants_are_refused(demo_world):
    unknown = ask_for_token(demo_world, auth=(CLIENT_ID, "faux"), grant_type="client_credentials")
    by_password = ask_for_token(demo_world, grant_type="password")

    assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_client")
    assert (by_password.status_code, by_password.json()["error"]) == (400, "unsupported_grant_type")
    assert demo_world.get("/oauth/token").status_code == 405


def test_what_one_has_already_is_not_sent_again(demo_world):
    bearer = demo_world.bearer()
    tag = demo_world.get(REPORTS, headers=bearer).headers["ETag"]

    again = demo_world.get(REPORTS, headers=bearer | {"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


def test_the_api_is_read_only(demo_world):
    refused = requests.delete(f"{demo_world.base}{REPORTS}", headers=demo_world.bearer(), timeout=30)

    assert refused.status_code == 405


def test_a_tired_api_says_when_to_come_back_then_answers(tmp_path):
    with served_world(tmp_path, scale=500, tired_every=3) as world:
        bearer = world.bearer()

        answers = [world.get(REPORTS, headers=bearer) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert answers[2].headers["Retry-After"] == "1"


def test_in_a_world_that_lives_reports_come_as_time_goes_by(tmp_path):
    with served_world(tmp_path, live=True) as world:
        first = reports(world, page_size=1000)
        last = first[-1]["modifie_le"]

        world.clock.now += 24 * 60  # minutes of ours, days of theirs
        then = reports(world, updated_since=last)
        world.clock.now += 30 * 24 * 60
        in_the_end = reports(world, page_size=1000)

    assert first == stored(world)[: len(first)]
    assert then[0] == first[-1]
    assert len(first) < len(first) + len(then) - 1 < len(in_the_end)
    assert in_the_end == stored(world)
