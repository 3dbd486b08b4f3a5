"""Four eyes: a version is submitted with its report, discussed, and decided by somebody who did not make it."""

import pytest

from apps.accounts.models import AuditEvent
from apps.accounts.roles import Role
from apps.inference.enums import Decision
from apps.inference.exceptions import (
    ModelArchived,
    ReasonMissing,
    ReportMissing,
    ReviewAlreadyOpen,
    ReviewClosed,
    ReviewerNotIndependent,
)
from apps.inference.models import Evaluation, Model
from apps.inference.reviewing import comment, decide, request_review
from tests.api_matrix import person
from tests.inference.deliver_factories import AT, make_model, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


@pytest.fixture
def trainer():
    return person(Role.AI_DEVELOPER)


@pytest.fixture
def version(trainer):
    return make_version(make_model(), by=trainer)


def test_a_version_is_submitted_with_the_digest_of_its_report(version, trainer):
    review = request_review(version=version, by=trainer)

    event = AuditEvent.objects.first()
    assert (review.decision, review.report_sha256) == ("", version.training.evaluation.sha256)
    assert (event.action, event.details["report_sha256"]) == ("model_review_requested", review.report_sha256)


def test_a_version_awaits_one_review_at_a_time(version, trainer):
    request_review(version=version, by=trainer)

    with pytest.raises(ReviewAlreadyOpen):
        request_review(version=version, by=None)


def test_a_version_without_a_report_is_not_submitted(version):
    Evaluation.objects.all().delete()

    with pytest.raises(ReportMissing):
        request_review(version=version, by=None)


def test_nothing_of_an_archived_model_is_submitted(version):
    Model.objects.update(archived_at=AT)

    with pytest.raises(ModelArchived):
        request_review(version=version, by=None)


def test_somebody_else_approves(version, trainer):
    review, reviewer = request_review(version=version, by=trainer), person(Role.OPERATOR)

    decided = decide(review=review, decision=Decision.APPROVED, reason="", by=reviewer)

    assert (decided.decision, decided.decided_by, bool(decided.decided_at)) == ("approved", reviewer, True)
    assert AuditEvent.objects.first().details["decision"] == "approved"


def test_whoever_asked_for_the_training_does_not_decide(version, trainer):
    review = request_review(version=version, by=person(Role.OPERATOR))

    with pytest.raises(ReviewerNotIndependent):
        decide(review=review, decision=Decision.APPROVED, reason="", by=trainer)


def test_whoever_asked_for_the_review_does_not_decide(version):
    asker = person(Role.OPERATOR)
    review = request_review(version=version, by=asker)

    with pytest.raises(ReviewerNotIndependent):
        decide(review=review, decision=Decision.REFUSED, reason="No", by=asker)


def test_a_version_is_refused_with_a_reason(version):
    review, reviewer = request_review(version=version, by=None), person(Role.OPERATOR)

    with pytest.raises(ReasonMissing):
        decide(review=review, decision=Decision.REFUSED, reason="  ", by=reviewer)
    decided = decide(review=review, decision=Decision.REFUSED, reason=" Quai-Bas is too weak. ", by=reviewer)

    assert (decided.decision, decided.reason) == ("refused", "Quai-Bas is too weak.")


def test_a_decision_is_not_taken_back(version):
    review, reviewer = request_review(version=version, by=None), person(Role.OPERATOR)
    decide(review=review, decision=Decision.APPROVED, reason="", by=reviewer)

    with pytest.raises(ReviewClosed):
        decide(review=review, decision=Decision.REFUSED, reason="No", by=person(Role.OPERATOR))
    with pytest.raises(ReviewClosed):
        comment(review=review, text="Too late", by=reviewer)


def test_a_report_that_is_no_longer_the_one_submitted_is_not_approved(version):
    review = request_review(version=version, by=None)
    Evaluation.objects.update(sha256="0" * 64)

    with pytest.raises(ReportMissing):
        decide(review=review, decision=Decision.APPROVED, reason="", by=person(Role.OPERATOR))


def test_a_comment_is_kept_in_order_and_its_text_is_not_in_the_trail(version, trainer):
    review = request_review(version=version, by=trainer)

    comment(review=review, text="Look at Quai-Bas.", by=person(Role.OPERATOR))
    comment(review=review, text="Seen.", by=trainer)

    assert [each.text for each in review.comments.all()] == ["Look at Quai-Bas.", "Seen."]
    assert "Quai-Bas" not in str(AuditEvent.objects.first().details)
