"""Requests that no honest client makes are refused before they meet the database."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/compte/", "/admin/", "/api/v1/auth/me/"])
@pytest.mark.parametrize("cookie", [r'sessionid="\000abcdefgh"', r'unknown="a\000"'])
def test_a_nul_in_a_cookie_is_refused(client, path, cookie):
    answer = client.get(path, headers={"cookie": cookie})

    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"]


def test_a_nul_in_the_query_is_refused(client):
    assert client.get("/recherche/?q=a%00b").status_code == 400


def test_the_api_says_it_in_json(client):
    answer = client.get("/api/v1/?q=%00")

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_only_resembles_a_nul_passes(client):
    assert client.get("/recherche/?q=%2500").status_code == 200
