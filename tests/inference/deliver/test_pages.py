"""What people do in the pages of models, without any script."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.roles import Role
from apps.core import lake
from apps.inference.deploying import deploy_shadow
from apps.inference.enums import Slot, TrainingState
from apps.inference.models import Deployment, Evaluation, Model, ModelVersion, Review, TrainingRun
from apps.inference.packaging.store import keep
from apps.inference.reviewing import request_review
from tests.api_matrix import person
from tests.inference.deliver_factories import (
    REPORT,
    approved,
    in_service,
    make_model,
    make_training,
    make_version,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


def browsing(*roles):
    browser = Client()
    browser.user = person(*roles)
    browser.user.language = "en"
    browser.user.save()
    browser.force_login(browser.user)
    return browser


@pytest.fixture
def developer():
    return browsing(Role.AI_DEVELOPER)


@pytest.fixture
def operator():
    return browsing(Role.OPERATOR)


@pytest.fixture
def model():
    return make_model()


def at(name, model, *arguments):
    return reverse(f"inference:{name}", args=[model.slug, *arguments])


def text(answer):
    return answer.content.decode()


# --- Lists ----------------------------------------------------------------------------------------
def count_queries(browser, url):
    browser.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


def test_the_list_takes_as_many_queries_whatever_its_length(developer, model):
    in_service(model)
    few = count_queries(developer, reverse("inference:models"))
    for slug in ("a", "b", "c"):
        in_service(make_model(slug=slug, dataset=model.dataset))

    assert count_queries(developer, reverse("inference:models")) == few


@pytest.mark.parametrize("page", ["model", "trainings"])
def test_the_pages_of_a_model_take_as_many_queries_whatever_it_did(developer, model, page):
    in_service(model)
    few = count_queries(developer, at(page, model))
    for _each in range(4):
        in_service(model)

    assert count_queries(developer, at(page, model)) == few


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["held", "prix", "tailles"]),
        ("q=prix", ["prix"]),
        ("tache=regression", ["prix"]),
        ("etat=en-service", ["tailles"]),
        ("etat=relecture", ["tailles"]),
        ("etat=retenu", ["held"]),
        ("etat=jamais", ["prix"]),
        ("etat=archive", ["old"]),
        ("etat=dance", ["held", "prix", "tailles"]),
    ],
)
def test_the_list_is_narrowed(developer, model, query, found):
    in_service(model)
    request_review(version=make_version(model), by=None)
    make_training(make_model(slug="held", dataset=model.dataset), state=TrainingState.HELD)
    make_model(slug="prix", dataset=model.dataset, task="regression")
    make_model(slug="old", dataset=model.dataset, archived_at="2026-01-01T00:00Z")

    rows = developer.get(f"{reverse('inference:models')}?{query}").context["rows"]

    assert sorted(row.model.slug for row in rows) == found


def test_an_empty_list_says_what_to_do_first(developer, operator):
    Model.objects.all().delete()

    assert "Declare the first model" in text(developer.get(reverse("inference:models")))
    assert "AI developers declare them" in text(operator.get(reverse("inference:models")))


# --- Trainings ------------------------------------------------------------------------------------
def test_a_training_is_asked_for_then_followed(developer, model):
    answer = developer.post(at("training_new", model))

    run = TrainingRun.objects.get()
    assert (answer.url, run.requested_by, run.cause) == (run.get_absolute_url(), developer.user, "person")
    assert "It waits for a free worker." in text(developer.get(answer.url))


def test_a_training_that_goes_on_is_told_instead_of_another(developer, model):
    make_training(model, state=TrainingState.RUNNING)

    answer = developer.post(at("training_new", model), follow=True)

    assert "This model is being trained already." in text(answer)


def test_a_training_is_cancelled_once_it_is_confirmed(developer, model):
    run = make_training(model, state=TrainingState.WAITING, started_at=None)
    asked = developer.get(at("training_cancel", model, run.pk))
    developer.post(at("training_cancel", model, run.pk))

    run.refresh_from_db()
    assert "goes on answering" in text(asked)
    assert run.state == TrainingState.CANCELLED


def test_the_fragment_says_a_phase_once_and_asks_for_the_page_at_the_end(developer, model):
    run = make_training(model, state=TrainingState.RUNNING, phase="fitting")
    place, headers = at("training_progress", model, run.pk), {"HX-Request": "true"}

    news = developer.get(place, {"dit": "baseline"}, headers=headers)
    again = developer.get(place, {"dit": "fitting"}, headers=headers)
    TrainingRun.objects.update(state=TrainingState.PASSED)
    over = developer.get(place, headers=headers)

    assert 'data-announce="Training the model"' in text(news)
    assert "data-announce" not in text(again)
    assert (over.headers["HX-Refresh"], over.content) == ("true", b"")


def test_a_training_that_failed_says_why_and_what_to_do(developer, model):
    details = {"train": 12, "test": 2, "least": 30}
    run = make_training(model, state="failed", error_code="training_too_few_rows", error_details=details)

    page = text(developer.get(run.get_absolute_url()))

    assert "There are too few rows" in page
    assert "12 to learn from" in page


@pytest.mark.parametrize("page", ["training", "report", "review"])
def test_what_the_gate_decided_is_told_in_words_wherever_it_is_read(developer, model, page):
    version = make_version(model)
    number = version.training_id if page == "training" else version.number

    assert "Threshold of the declaration: F1, mean of the classes" in text(developer.get(at(page, model, number)))


# --- Versions and reports -------------------------------------------------------------------------
def keep_file(version, content=b"onnx"):
    """Give this version a file."""
    stored = keep(content)
    ModelVersion.objects.filter(pk=version.pk).update(file=stored.name, sha256=stored.sha256, size=stored.size)
    return stored


def test_the_file_of_a_version_is_downloaded_as_it_is(developer, model):
    keep_file(make_version(model))

    answer = developer.get(at("version_export", model, 1, "file"))

    assert answer.content == b"onnx"
    assert "tailles-v1.onnx" in answer.headers["Content-Disposition"]


def test_what_only_onnx_can_be_is_neither_offered_nor_given_otherwise(developer, model):
    make_version(model)
    ModelVersion.objects.update(format="skops")

    page = text(developer.get(at("version", model, 1)))
    answer = developer.get(at("version_export", model, 1, "mlflow"), follow=True)

    assert at("version_export", model, 1, "mlflow") not in page
    assert at("version_export", model, 1, "card") in page
    assert answer.redirect_chain == [(at("version", model, 1), 302)]
    assert "which other servers do not read: only its card" in text(answer)


def test_a_file_that_is_gone_or_was_changed_is_told_and_not_given(developer, model):
    version = make_version(model)

    gone = text(developer.get(at("version_export", model, 1, "file"), follow=True))
    stored = keep_file(version)
    with lake.writing(stored.name) as draft:
        draft.path.write_bytes(b"another")
    changed = text(developer.get(at("version_export", model, 1, "file"), follow=True))

    assert "is no longer in the lake" in gone
    assert "its digest differs" in changed


def test_a_kind_of_export_that_there_is_not_is_not_found(developer, model):
    make_version(model)

    assert developer.get(at("version_export", model, 1, "pickle")).status_code == 404


def test_the_report_tells_each_thing_in_words_and_in_tables(developer, model):
    make_version(model)

    page = text(developer.get(at("report", model, 1)))

    for told in (
        "F1, mean of the classes: 87.0%, against 41.0% for the baseline and 85.0% for the version in service.",
        "No certain difference",
        "84.0% to 90.0%",
        "130 of 140 cases (93%) are on the diagonal",
        "Where it is off the most, answers given at 63% are right 55% of the time.",
        "“Habitants” counts the most: its values shuffled, this worsens by 40.0%: F1, mean of the classes.",
        "F1, mean of the classes: 70.0% with 140 rows to learn from, 87.0% with 560.",
        "A candidate: it was not submitted to a review yet.",
        "Quai-Bas",
        "Class by class",
        "Jan. 1, 2026 to",
    ):
        assert told in page
    assert page.index("Quai-Bas") < page.index("quartier = Centre")


def test_the_report_of_a_regression_draws_what_was_true_beside_what_was_answered(developer, model):
    version = make_version(model)
    points = [[float(rank), rank + 5.0 if rank >= 90 else float(rank)] for rank in range(100)]
    Evaluation.objects.filter(training=version.training).update(report=REPORT | {"points": points})

    page = text(developer.get(at("report", model, 1)))

    assert "True and answered" in page
    assert "Where it is off the most, it answers 99.5 on average for 94.5." in page


def test_a_field_that_is_given_alone_is_not_drawn_as_counting_the_most(developer, model):
    version = make_version(model)
    alone = REPORT | {"importance": REPORT["importance"][:1]}
    Evaluation.objects.filter(training=version.training).update(report=alone)

    assert "counts the most" not in text(developer.get(at("report", model, 1)))


def test_numbers_that_were_answered_are_told_to_three_figures_without_a_confidence(developer, model):
    version = make_version(model)
    mistakes = [{"id": 7, "truth": 186.0, "answer": 12.4036, "confidence": None}]
    Evaluation.objects.filter(training=version.training).update(report=REPORT | {"mistakes": mistakes})

    page = text(developer.get(at("report", model, 1)))

    assert "<td>186</td><td>12.4</td></tr>" in page
    assert "the furthest from the truth" in page


def test_the_report_is_downloaded_as_it_was_written(developer, model):
    make_version(model)

    answer = developer.get(at("report_json", model, 1))

    assert (answer.json(), "tailles-1-report.json" in answer.headers["Content-Disposition"]) == (REPORT, True)


def test_a_version_without_a_report_says_so(developer, model):
    make_version(model).training.evaluation.delete()

    assert developer.get(at("report", model, 1)).status_code == 404
    assert "It has no evaluation report" in text(developer.get(at("review", model, 1)))


# --- Reviews --------------------------------------------------------------------------------------
def test_a_version_is_submitted_discussed_and_approved(developer, operator, model):
    make_version(model, by=developer.user)
    place = at("review", model, 1)

    developer.post(place, {"agir": "demander"})
    developer.post(place, {"agir": "commenter", "text": "Look at Quai-Bas."})
    before = text(operator.get(place))
    operator.post(place, {"agir": "decider", "decision": "approved", "reason": ""})

    review = Review.objects.get()
    assert "Look at Quai-Bas." in before
    assert (review.decision, review.decided_by) == ("approved", operator.user)
    assert "Put it in service…" in text(operator.get(place))


def test_whoever_made_it_is_told_that_somebody_else_decides(developer, model):
    request_review(version=make_version(model, by=developer.user), by=None)
    place = at("review", model, 1)

    page = text(developer.get(place))
    answer = developer.post(place, {"agir": "decider", "decision": "approved"}, follow=True)

    assert "You do not decide of this one" in page
    assert "does not decide: ask somebody else" in text(answer)
    assert Review.objects.get().decision == ""


def test_a_refusal_needs_its_reason(operator, model):
    request_review(version=make_version(model), by=None)
    place = at("review", model, 1)

    page = text(operator.post(place, {"agir": "decider", "decision": "refused"}))
    operator.post(place, {"agir": "decider", "decision": "refused", "reason": "Weak"})

    assert "Say why this version is refused." in page
    assert Review.objects.get().reason == "Weak"


def test_an_administrator_reads_a_review_and_does_nothing_of_it(model):
    request_review(version=make_version(model), by=None)
    browser = browsing(Role.ADMINISTRATOR)
    place = at("review", model, 1)

    assert browser.get(place).status_code == 200
    assert browser.post(place, {"agir": "decider", "decision": "approved"}).status_code == 403
    assert Review.objects.get().decision == ""


def test_who_trains_and_does_not_review_may_submit_but_not_decide(model):
    request_review(version=make_version(model), by=None)
    browser = browsing()
    for right in ("view_model", "view_review", "train_model"):
        browser.user.user_permissions.add(Permission.objects.get(codename=right))

    answer = browser.post(at("review", model, 1), {"agir": "decider", "decision": "approved"})

    assert (answer.status_code, Review.objects.get().decision) == (200, "")


# --- Deployments ----------------------------------------------------------------------------------
def serving(slot=Slot.CHAMPION):
    return list(Deployment.objects.current().filter(slot=slot).values_list("version__number", flat=True))


def test_an_approved_version_is_put_in_service(operator, model):
    approved(make_version(model))
    place = at("deploy", model, 1)

    form = operator.get(place).context["form"]
    answer = operator.post(place, {"slot": "champion", "expected": form.initial["expected"]})

    assert (form.initial, answer.url) == ({"slot": Slot.CHAMPION, "expected": 0}, model.get_absolute_url())
    assert serving() == [1]


def test_what_cannot_be_is_not_offered(operator, model):
    make_version(model)
    page = operator.get(at("deploy", model, 1))

    assert [slot for slot, _label in page.context["form"].fields["slot"].choices] == ["preproduction"]
    assert "It is not approved" in text(page)
    assert operator.post(at("deploy", model, 1), {"slot": "champion", "expected": 0}).status_code == 200
    assert serving() == []


def test_a_page_that_saw_another_champion_deploys_nothing(operator, model):
    in_service(model)
    approved(make_version(model))
    in_service(model)

    answer = operator.post(at("deploy", model, 2), {"slot": "champion", "expected": 1}, follow=True)

    assert "Another version came there in the meantime" in text(answer)
    assert serving() == [3]


def test_going_back_is_one_confirmation(operator, model):
    in_service(model)
    in_service(model)
    asked = operator.get(at("rollback", model))

    operator.post(at("rollback", model), {"expected": 2})
    operator.post(at("rollback", model), {"expected": 2})  # the same button, pressed twice

    assert "Version 2 stops answering; version 1 answers in its place" in text(asked)
    assert serving() == [1]


def test_what_has_nothing_before_says_so(operator, model):
    in_service(model)

    assert "There is no version to go back to" in text(operator.get(at("rollback", model)))


def test_a_shadow_is_withdrawn(operator, model):
    in_service(model)
    deploy_shadow(version=make_version(model), by=None)

    operator.post(at("withdraw", model, "shadow"), {"expected": 2})

    assert (serving(Slot.SHADOW), serving()) == ([], [1])
    assert "There is nothing to withdraw." in text(operator.get(at("withdraw", model, "shadow")))
    assert operator.get(at("withdraw", model, "elsewhere")).status_code == 404


def test_the_page_of_a_model_tells_what_was_in_service_and_who_approved_it(developer, operator, model):
    approved(make_version(model), by=operator.user)
    operator.post(at("deploy", model, 1), {"slot": "champion", "expected": 0})

    page = text(developer.get(model.get_absolute_url()))

    assert f"Version 1 put in service by {operator.user}. Approved by {operator.user}." in page
    assert "Version 1 is in service." in page
