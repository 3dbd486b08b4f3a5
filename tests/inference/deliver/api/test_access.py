"""Who may call what about models: each person × each operation."""

import pytest

from apps.accounts.roles import Role
from apps.inference.enums import TrainingState
from apps.inference.reviewing import request_review
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.datasets.conftest import lake_folder  # noqa: F401 -- a fixture
from tests.inference.deliver_factories import in_service, make_model, make_training, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]

READ, BOTH = ["inference:read"], ["inference:read", "inference:write"]
PLACE = "/api/v1/models/tailles"
# What each role is answered: developer, operator, data protection officer, administrator.
READING = {
    "/api/v1/models/": (200, 200, 200, 200),
    f"{PLACE}/": (200, 200, 200, 200),
    f"{PLACE}/deployments/": (200, 200, 200, 200),
    f"{PLACE}/trainings/": (200, 200, 200, 200),
    f"{PLACE}/trainings/{{pk}}/": (200, 200, 200, 200),
    f"{PLACE}/versions/": (200, 200, 200, 200),
    f"{PLACE}/versions/1/": (200, 200, 200, 200),
    f"{PLACE}/versions/1/report/": (200, 200, 200, 200),
    f"{PLACE}/versions/1/reviews/": (200, 200, 200, 200),
}
# What is not allowed is refused before it is looked at; what is, is told what is wrong with it.
WRITING = {
    f"{PLACE}/trainings/": (409, 403, 403, 403),
    f"{PLACE}/trainings/{{over}}/cancel/": (409, 403, 403, 403),
    f"{PLACE}/versions/2/reviews/": (409, 403, 403, 403),
    f"{PLACE}/versions/2/review/comment/": (400, 400, 400, 403),
    f"{PLACE}/versions/2/review/decide/": (400, 400, 400, 403),
    f"{PLACE}/versions/2/deploy/": (400, 400, 403, 403),
    f"{PLACE}/rollback/": (409, 409, 403, 403),
    f"{PLACE}/withdraw/shadow/": (409, 409, 403, 403),
}
ROLES = (Role.AI_DEVELOPER, Role.OPERATOR, Role.DATA_PROTECTION_OFFICER, Role.ADMINISTRATOR)


@pytest.fixture(autouse=True)
def given():
    model = make_model()
    in_service(model)
    request_review(version=make_version(model), by=None)
    run = make_training(model, state=TrainingState.WAITING, started_at=None)
    return {"pk": run.pk, "over": model.trainings.last().pk}


@pytest.mark.parametrize("url", READING)
def test_who_reads(url, given):
    expected = {
        anonymous(): 401,
        token_of(person(), scopes=READ): 403,
        token_of(person(*Role), scopes=["datasets:read"], name="another area"): 403,
    }
    expected |= {token_of(person(role), scopes=READ): code for role, code in zip(ROLES, READING[url], strict=True)}

    assert_access("GET", url.format(**given), expected)


@pytest.mark.parametrize("url", WRITING)
def test_who_acts(url, given):
    expected = {
        anonymous(): 401,
        token_of(person(), scopes=BOTH): 403,
        token_of(person(*Role), scopes=READ, name="reads only"): 403,
    }
    expected |= {token_of(person(role), scopes=BOTH): code for role, code in zip(ROLES, WRITING[url], strict=True)}

    assert_access("POST", url.format(**given), expected, body={"unknown": 1} if "400" in str(WRITING[url]) else {})


@pytest.mark.parametrize("url", ["nothing/", "nothing/versions/1/", "tailles/versions/9/", "tailles/trainings/0/"])
def test_what_is_not_there_is_not_found(url):
    assert_access("GET", f"/api/v1/models/{url}", {token_of(person(Role.AI_DEVELOPER), scopes=READ): 404})
