"""`GET /api/v1/datasets/{slug}/quality/`."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.datasets.factories import GRENOBLE, NAMELESS, VOIRON, built, make_dataset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]
PLACE = "/api/v1/datasets/towns/quality/"


@pytest.fixture
def towns():
    """Public, published once; its second build is held."""
    dataset = make_dataset(GRENOBLE, slug="towns", visibility="public")
    built(dataset)
    built(dataset, VOIRON, NAMELESS)
    return dataset


def test_the_last_builds_are_told_with_their_checks_and_reasons(towns):
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=token_of(person(Role.OPERATOR), scopes=["datasets:read"]).authorization)

    last, first = api.get(PLACE, headers={"accept-language": "en"}).json()["results"]

    share = next(check for check in last["checks"] if check["name"] == "Share of the rows set aside")
    assert (last["state"], last["version"], first["version"]) == ("held", None, 1)
    assert (share["passed"], share["severity"], share["measured"]) == (False, "blocking", "50%")
    assert last["reasons"] == [{"table": "town", "code": "missing", "column": "name", "count": 1}]


def test_a_stranger_is_told_of_published_versions_without_builds_nor_reasons(towns):
    (told,) = APIClient().get(PLACE).json()["results"]

    assert (told["build"], told["version"], told["reasons"]) == (None, 1, [])


def test_who_may_read_the_quality_of_an_internal_dataset(towns):
    type(towns).objects.update(visibility="internal")

    assert_access(
        "GET",
        PLACE,
        {
            anonymous(): 404,
            token_of(person(), scopes=["datasets:read"]): 404,
            token_of(person(Role.WATCH_EDITOR), scopes=["datasets:read"]): 200,
        },
    )
