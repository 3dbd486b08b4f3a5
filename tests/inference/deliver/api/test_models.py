"""Models over REST: what is told of them, and what is done to their trainings, reviews and deployments."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.inference.models import TrainingRun
from tests.api_matrix import person, token_of
from tests.inference.deliver_factories import REPORT, approved, in_service, make_model, make_training, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]

PLACE = "/api/v1/models/tailles"


def calling(*roles):
    api = APIClient()
    api.user = person(*roles)
    caller = token_of(api.user, scopes=["inference:read", "inference:write"])
    api.credentials(HTTP_AUTHORIZATION=caller.authorization)
    return api


@pytest.fixture
def api():
    return calling(Role.AI_DEVELOPER)


@pytest.fixture
def model():
    return make_model()


def test_the_list_tells_what_is_in_service_whatever_its_length_in_as_many_queries(api, model):
    in_service(model)

    def ask():
        with CaptureQueriesContext(connection) as queries:
            answer = api.get("/api/v1/models/")
        return answer.json()["results"], len(queries)

    ask()
    first, few = ask()
    for slug in ("a", "b", "c"):
        in_service(make_model(slug=slug, dataset=model.dataset))
    all_of_them, many = ask()

    assert [(each["slug"], each["champion"]) for each in first] == [("tailles", 1)]
    assert (len(all_of_them), many) == (4, few)


def test_the_list_is_narrowed_by_task_and_refuses_what_is_none(api, model):
    assert len(api.get("/api/v1/models/?task=classification").json()["results"]) == 1
    assert api.get("/api/v1/models/?task=regression").json()["results"] == []
    assert api.get("/api/v1/models/?task=dance").status_code == 400


def test_a_model_is_told_with_its_declaration_and_what_is_deployed(api, model):
    in_service(model)

    told = api.get(f"{PLACE}/").json()

    assert (told["champion"], told["spec"], told["is_archived"]) == (1, model.spec, False)
    assert [(row["version"], row["slot"], row["cause"]) for row in told["deployments"]] == [
        (1, "champion", "promotion")
    ]


def test_versions_are_told_with_their_stage_and_their_metrics(api, model):
    in_service(model)
    make_version(model)

    versions = api.get(f"{PLACE}/versions/").json()["results"]

    assert [(each["number"], each["stage"], each["slots"]) for each in versions] == [
        (2, "candidate", []),
        (1, "service", ["champion"]),
    ]
    assert versions[0]["metrics"] == {"accuracy": 0.93, "f1_macro": 0.87}


def test_a_version_is_told_with_its_signature_and_the_digest_of_its_file(api, model):
    version = make_version(model)

    told = api.get(f"{PLACE}/versions/1/").json()

    assert (told["sha256"], told["signature"]["fields"][0]["name"]) == (version.sha256, "population")
    assert told["report_sha256"] == version.training.evaluation.sha256


def test_the_report_is_given_as_it_was_written(api, model):
    make_version(model)

    assert api.get(f"{PLACE}/versions/1/report/").json() == REPORT


def test_a_training_is_asked_for_followed_and_cancelled(api, model):
    asked = api.post(f"{PLACE}/trainings/")
    again = api.post(f"{PLACE}/trainings/")
    followed = api.get(asked.json()["url"].replace("http://localhost:8100", ""))
    cancelled = api.post(f"{PLACE}/trainings/{asked.json()['id']}/cancel/")

    assert (asked.status_code, asked.json()["state"], asked.json()["cause"]) == (201, "waiting", "api")
    assert (again.status_code, again.json()["code"]) == (409, "training_already_active")
    assert followed.json()["id"] == asked.json()["id"]
    assert (cancelled.json()["state"], cancelled.json()["is_over"]) == ("cancelled", True)
    assert TrainingRun.objects.get().requested_by == api.user


def test_a_training_that_was_held_tells_what_its_gate_compared(api, model):
    run = make_training(model, state="held")

    told = api.get(f"{PLACE}/trainings/{run.pk}/", headers={"accept-language": "en"}).json()

    assert (told["state"], told["version"]) == ("held", None)
    assert told["checks"] == [
        {
            "name": "Threshold of the declaration: F1, mean of the classes",
            "passed": True,
            "severity": "blocking",
            "measured": "0.870",
            "expected": "≥\N{NO-BREAK SPACE}0.8",
            "message": "",
        }
    ]


def test_a_version_goes_from_candidate_to_service_and_back(api, model):
    first = in_service(model)
    make_version(model, by=api.user)
    reviewer = calling(Role.OPERATOR)

    submitted = api.post(f"{PLACE}/versions/2/reviews/")
    reviewer.post(f"{PLACE}/versions/2/review/comment/", {"text": "Fine by me."}, format="json")
    own = api.post(f"{PLACE}/versions/2/review/decide/", {"decision": "approved"}, format="json")
    too_soon = api.post(f"{PLACE}/versions/2/deploy/", {"slot": "champion"}, format="json")
    decided = reviewer.post(f"{PLACE}/versions/2/review/decide/", {"decision": "approved"}, format="json")
    stale = reviewer.post(f"{PLACE}/versions/2/deploy/", {"slot": "champion", "expected": 0}, format="json")
    deployed = reviewer.post(f"{PLACE}/versions/2/deploy/", {"slot": "champion", "expected": 1}, format="json")
    back = reviewer.post(f"{PLACE}/rollback/", {"expected": 2}, format="json")

    assert (submitted.status_code, submitted.json()["decision"]) == (201, "")
    assert (own.status_code, own.json()["code"]) == (403, "reviewer_not_independent")
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "version_not_approved")
    assert (decided.json()["decision"], decided.json()["comments"][0]["text"]) == ("approved", "Fine by me.")
    assert (stale.status_code, stale.json()["code"]) == (409, "deployment_changed")
    assert (deployed.status_code, deployed.json()["review"]) == (201, decided.json()["id"])
    assert (back.json()["version"], back.json()["cause"], back.json()["review"]) == (1, "rollback", first.review_id)
    assert len(api.get(f"{PLACE}/deployments/").json()["results"]) == 3


def test_a_refusal_without_a_reason_is_refused(api, model):
    make_version(model)
    api.post(f"{PLACE}/versions/1/reviews/")

    answer = calling(Role.OPERATOR).post(f"{PLACE}/versions/1/review/decide/", {"decision": "refused"}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "reason_missing")


def test_a_version_that_was_never_submitted_has_no_review_to_decide(api, model):
    make_version(model)

    answer = api.post(f"{PLACE}/versions/1/review/decide/", {"decision": "approved"}, format="json")

    assert answer.status_code == 404


def test_a_version_is_tried_out_then_withdrawn(api, model):
    in_service(model)
    approved(make_version(model))

    tried = [
        api.post(f"{PLACE}/versions/2/deploy/", {"slot": slot}, format="json").status_code
        for slot in ("preproduction", "shadow")
    ]
    withdrawn = api.post(f"{PLACE}/withdraw/shadow/", {"expected": 2}, format="json")

    assert tried == [201, 201]
    assert (withdrawn.status_code, withdrawn.json()["withdrawn_at"] is not None) == (200, True)
