"""Entering an API: each way to say who calls, to the API and to nobody else."""

import json
from base64 import b64decode
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from apps.collection.connectors.base import Window
from apps.collection.connectors.outbound import AddressNotAllowed, SiteRefusesUs
from apps.collection.connectors.rest import RestConnector
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.connectors.rest.exceptions import CredentialsMissing, TokenRefused
from tests.collection.connectors.api import Api, as_json, records
from tests.core.http.conftest import page, redirect

REST = RestConnector()


def read(config: RestConfig) -> list[int]:
    part = REST.partitions(config, config.name, Window()).parts[0]
    return [int(row["id"]) for batch in REST.read(config, part, None) for row in batch.rows.to_pylist()]


def only_with(api: Api, allows):
    """Serve the pages to requests that are allowed, refuse the others."""

    def answer(params):
        request = api.site.requests[-1]
        return api.by_link_json(params) if allows(request.headers, params) else page(b"", status=401)

    return api.serve("/table", answer)


def test_a_name_and_a_password_are_sent_whatever_their_letters(api: Api):
    def allows(headers, _params):
        return b64decode(headers.get("Authorization", "")[6:]).decode() == "zoé:mot de passe €"

    url = only_with(api, allows)

    assert len(read(RestConfig(url=url, auth="basic", username="zoé", password="mot de passe €"))) == 25
    with pytest.raises(SiteRefusesUs):
        read(RestConfig(url=url, auth="basic", username="zoé", password="autre"))


def test_a_bearer_token_is_sent(api: Api):
    url = only_with(api, lambda headers, _params: headers.get("Authorization") == "Bearer abc")

    assert len(read(RestConfig(url=url, auth="bearer", token="abc"))) == 25


def test_a_key_goes_in_a_header(api: Api):
    url = only_with(api, lambda headers, _params: headers.get("X-Token") == "abc")

    assert len(read(RestConfig(url=url, auth="api_key", api_key="abc", api_key_name="X-Token"))) == 25


def test_a_key_goes_in_the_address_and_is_never_kept_in_a_cursor(api: Api):
    def answer(params):
        if params.get("key") != "s3cret":
            return page(b"", status=403)
        start = int(params.get("from", 0))
        link = f"/table?key={params['key']}&from={start + 10}" if start < 20 else None
        return as_json({"next": link, "items": api.cut(start)})

    config = RestConfig(
        url=api.serve("/table", answer), auth="api_key", api_key="s3cret", api_key_name="key", api_key_in="query"
    )
    part = REST.partitions(config, config.name, Window()).parts[0]

    batches = list(REST.read(config, part, None))

    assert sum(batch.rows.num_rows for batch in batches) == 25
    assert all("s3cret" not in json.dumps([batch.cursor, part.details]) for batch in batches)
    assert all(request.path.count("s3cret") == 1 for request in api.site.requests)


def test_a_missing_secret_is_told_before_anything_is_sent(api: Api):
    config = RestConfig(url=api.serve("/table", api.everything), auth="bearer")

    with pytest.raises(CredentialsMissing):
        read(config)

    assert api.site.requests == []


@pytest.mark.parametrize(
    "auth",
    [
        {"auth": "basic", "username": "ada", "password": "s3cret"},
        {"auth": "bearer", "token": "s3cret"},
        {"auth": "api_key", "api_key": "s3cret"},
        {"auth": "api_key", "api_key": "s3cret", "api_key_in": "query"},
    ],
)
def test_a_next_link_to_another_site_is_followed_without_credentials_nor_headers(api: Api, sites, auth):
    other = sites()
    other.answers["/2"] = as_json({"next": None, "items": records(3, start=4)})
    config = RestConfig(
        url=api.serve("/table", lambda _params: as_json({"next": other.url("/2"), "items": records(3)})),
        headers={"X-Client": "s3cret-too"},
        **auth,
    )

    found = read(config)

    assert found == [1, 2, 3, 4, 5, 6]
    mine, theirs = api.site.requests[-1], other.requests[-1]
    assert "s3cret-too" in str(mine.headers)
    shown = f"{theirs.path} {theirs.headers}"
    assert "s3cret" not in shown
    assert "Authorization" not in shown
    assert "YWRhOnMzY3JldA" not in shown


def test_a_redirection_to_a_private_address_is_refused(api: Api):
    config = RestConfig(url=api.serve("/table", lambda _params: redirect("http://169.254.169.254/latest/meta-data")))

    with pytest.raises(AddressNotAllowed):
        read(config)


def test_a_next_link_to_a_private_address_is_refused(api: Api):
    config = RestConfig(
        url=api.serve("/table", lambda _params: as_json({"next": "http://10.0.0.1/2", "items": records(3)}))
    )

    with pytest.raises(AddressNotAllowed):
        read(config)


class Authority:
    """What gives tokens to an application, and the pages to those who have a good one."""

    def __init__(self, api: Api, *, lives: int = 3600, uses: int = 1000) -> None:
        self.api = api
        self.lives = lives
        self.uses = uses
        self.given = 0
        self.left = 0
        self.url = api.serve("/token", self.give)
        self.table = only_with(api, self.allows)

    def give(self, _params):
        request = self.api.site.requests[-1]
        form = parse_qs(request.body.decode())
        named = b64decode(request.headers.get("Authorization", "")[6:]).decode()
        in_body = [form.get("client_id"), form.get("client_secret")] == [["my app"], ["s3cret"]]
        if form["grant_type"] != ["client_credentials"] or not (named == "my+app:s3cret" or in_body):
            return as_json({"error": "invalid_client", "error_description": "no s3cret"}, status=401)
        self.given += 1
        self.left = self.uses
        self.scope = form.get("scope")
        return as_json({"access_token": f"token-{self.given}", "token_type": "bearer", "expires_in": self.lives})

    def allows(self, headers, _params):
        self.left -= 1
        return self.left >= 0 and headers.get("Authorization") == f"Bearer token-{self.given}"

    def config(self, **options) -> RestConfig:
        return RestConfig(
            **{"url": self.table, "auth": "oauth2", "token_url": self.url, "client_id": "my app"}
            | {"client_secret": "s3cret"}
            | options
        )


@pytest.mark.parametrize("in_body", [False, True])
def test_an_application_gets_a_token_and_reads_with_it(api: Api, in_body):
    authority = Authority(api)

    found = read(authority.config(client_in_body=in_body, scope="read write"))

    assert len(found) == 25
    assert authority.scope == ["read write"]
    assert authority.given == 2  # one to plan, one to read: they are different processes


def test_a_token_that_the_api_refuses_in_the_middle_is_renewed(api: Api):
    authority = Authority(api, uses=2)

    found = read(authority.config())

    assert found == list(range(1, 26))
    assert authority.given == 3


def test_a_token_is_renewed_before_it_expires(api: Api):
    authority = Authority(api, lives=0)

    config = authority.config()

    assert len(read(config)) == 25


def test_a_token_that_is_always_refused_ends_with_an_error(api: Api):
    authority = Authority(api, uses=0)

    with pytest.raises(SiteRefusesUs):
        read(authority.config())

    assert authority.given == 2


def test_an_application_that_is_refused_is_told_by_the_word_of_the_standard(api: Api):
    authority = Authority(api)

    with pytest.raises(TokenRefused) as raised:
        read(authority.config(client_secret="wrong"))

    assert raised.value.details == {"host": "127.0.0.1", "reason": "invalid_client"}


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"headers": {"authorization": "Bearer abc"}}, "authentication"),
        ({"headers": {"Cookie": "a=b"}}, "authentication"),
        ({"headers": {"Host": "example.org"}}, "by itself"),
        ({"url": "https://ada:secret@example.org"}, "password"),
        ({"url": "file:///etc/passwd"}, "https://"),
        ({"auth": "basic"}, "name"),
        ({"auth": "oauth2"}, "tokens"),
        ({"auth": "oauth2", "token_url": "https://example.org"}, "identifier"),
        ({"body": {"a": 1}}, "POST"),
        ({"pagination": "link_json"}, "next link"),
        ({"pagination": "cursor", "next_path": "next"}, "parameter"),
        ({"pagination": "cursor", "cursor_param": "after"}, "cursor is"),
        ({"page_size": 100}, "size"),
        ({"since_param": "since"}, "field"),
        ({"concurrency": 9}, "8"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_what_to_correct(said, word):
    with pytest.raises(ValidationError) as raised:
        RestConfig(**{"url": "https://example.org/api"} | said)

    assert word in str(raised.value)
