import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.roles import Role

pytestmark = pytest.mark.django_db


def test_anyone_reads_what_there_is_and_where_it_is_documented(api: APIClient) -> None:
    answer = api.get("/api/v1/").json()

    assert answer["documentation"] == "http://testserver/api/"
    assert answer["openapi"] == "http://testserver/api/v1/schema/"
    assert answer["error_codes"] == "http://testserver/api/errors/"


def test_every_link_of_the_index_leads_somewhere(api: APIClient, signed_in: APIClient, person: User) -> None:
    person.add_to(Role.AI_DEVELOPER)
    answer = signed_in.get("/api/v1/").json()

    links = [
        answer["documentation"],
        answer["openapi"],
        answer["error_codes"],
        *(item["url"] for item in answer["resources"]),
    ]

    assert [link for link in links if api.get(link, headers={"Accept": "*/*"}).status_code != 200] == []


def test_only_what_needs_no_identifier_is_listed(api: APIClient) -> None:
    answer = api.get("/api/v1/").json()

    assert answer["resources"]
    assert not any("{" in item["url"] for item in answer["resources"])
