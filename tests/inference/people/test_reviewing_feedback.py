"""What people say is validated by somebody else, may be taken back, then becomes rows that models learn from."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.utils import timezone

from apps.accounts.models import AuditEvent
from apps.accounts.roles import Role
from apps.core.declarations import Person
from apps.datasets.models import Receipt
from apps.inference.enums import FeedbackState
from apps.inference.exceptions import FeedbackRefused, FeedbackReviewed, ReceiptRefused
from apps.inference.giving import Opinion, give_feedback
from apps.inference.models import Feedback
from apps.inference.models.feedback import UNDO_FOR
from apps.inference.personal_data import DECLARED
from apps.inference.spec import FeedbackRows, ModelSpec
from apps.inference.teaching import reviewed_feedbacks, teach_feedbacks
from apps.inference.validating import accept_feedback, refuse_feedback, undo_review
from tests.accounts.factories import UserFactory
from tests.datasets.factories import built
from tests.inference.people_factories import (
    ASKED,
    dataset_of_opinions,
    opinion_on,
    receipt_of,
    service,
    written_in,
)
from tests.inference.serve_factories import progression

pytestmark = pytest.mark.django_db
LATER = UNDO_FOR + timedelta(seconds=1)
WRONG = Opinion(is_right=False, right_answer="voirie", answered="eau", inputs=ASKED)


@pytest.fixture
def reviewer():
    return UserFactory(role=Role.AI_DEVELOPER, language="en")


@pytest.fixture
def model():
    return service()


@pytest.fixture
def taught(lake_folder, no_table_left):
    """A model whose reviewed feedback is written in a dataset."""
    dataset = dataset_of_opinions()
    return service(feedback=written_in(dataset)), dataset


# --- Giving ---------------------------------------------------------------------------------------
def test_an_opinion_needs_the_receipt_of_an_answer(model):
    with pytest.raises(ReceiptRefused):
        give_feedback(model=model, receipt=receipt_of(model)[:-2] + "xx", opinion=WRONG, by=UserFactory())


def test_the_receipt_of_another_model_is_refused(model):
    with pytest.raises(FeedbackRefused):
        give_feedback(model=model, receipt=receipt_of(service()), opinion=WRONG, by=UserFactory())


def test_each_person_has_one_opinion_on_an_answer(model):
    receipt, person = receipt_of(model), UserFactory()

    for opinion in (WRONG, Opinion(is_right=True, answered="eau"), Opinion(is_right=None)):
        give_feedback(model=model, receipt=receipt, opinion=opinion, by=person)
    give_feedback(model=model, receipt=receipt, opinion=WRONG, by=UserFactory())

    assert [each.is_right for each in Feedback.objects.order_by("pk")] == [None, False]


@pytest.mark.parametrize(
    "opinion",
    [
        Opinion(is_right=False, right_answer="météo"),
        Opinion(is_right=True, right_answer="voirie", answered="eau"),
        Opinion(is_right=True, inputs={"nom": "Camille"}),
        Opinion(is_right=True, inputs={"texte": ["a"]}),
        Opinion(is_right=True, inputs={"texte": "\0"}),
    ],
)
def test_an_opinion_says_what_the_model_can_be_asked_and_answer(model, opinion):
    with pytest.raises(FeedbackRefused):
        give_feedback(model=model, receipt=receipt_of(model), opinion=opinion, by=UserFactory())


@pytest.mark.parametrize(("said", "kept"), [("12.50", "12.5"), ("-3", "-3.0")])
def test_the_right_answer_of_a_regression_is_a_number(said, kept):
    model = service(progression())

    given = give_feedback(
        model=model, receipt=receipt_of(model), opinion=Opinion(is_right=False, right_answer=said), by=UserFactory()
    )

    assert given.right_answer == kept


@pytest.mark.parametrize("said", ["beaucoup", "nan", "inf", "1e999"])
def test_what_is_no_number_is_refused(said):
    model = service(progression())

    with pytest.raises(FeedbackRefused):
        give_feedback(
            model=model, receipt=receipt_of(model), opinion=Opinion(is_right=False, right_answer=said), by=UserFactory()
        )


# --- Reviewing ------------------------------------------------------------------------------------
def test_what_is_accepted_keeps_the_answer_to_learn_and_who_validated_it(model, reviewer):
    feedback = accept_feedback(feedback=opinion_on(model), by=reviewer)

    assert (feedback.state, feedback.learnt_answer, feedback.reviewed_by) == (FeedbackState.ACCEPTED, "eau", reviewer)
    event = AuditEvent.objects.get(action="model_feedback_reviewed")
    assert event.details == {"model": model.slug, "state": "accepted"}


def test_a_reviewer_corrects_what_was_said(model, reviewer):
    assert accept_feedback(feedback=opinion_on(model), by=reviewer, answer="proprete").learnt_answer == "proprete"


def test_the_answer_that_was_right_is_learnt_as_it_is(model, reviewer):
    right = opinion_on(model, is_right=True, right_answer="")

    assert accept_feedback(feedback=right, by=reviewer).learnt_answer == "voirie"


def test_what_says_no_right_answer_is_not_accepted_without_one(model, reviewer):
    doubt = opinion_on(model, is_right=None, right_answer="")

    with pytest.raises(FeedbackRefused):
        accept_feedback(feedback=doubt, by=reviewer)
    assert accept_feedback(feedback=doubt, by=reviewer, answer="eau").state == FeedbackState.ACCEPTED


def test_nobody_reviews_their_own_opinion(model, reviewer):
    own = opinion_on(model, by=reviewer)

    for act in (accept_feedback, refuse_feedback):
        with pytest.raises(FeedbackRefused):
            act(feedback=own, by=reviewer)
    with pytest.raises(IntegrityError):
        Feedback.objects.update(state="accepted", reviewed_by=reviewer, reviewed_at=timezone.now())


def test_a_review_is_undone(model, reviewer):
    feedback = undo_review(feedback=refuse_feedback(feedback=opinion_on(model), by=reviewer, reason="?"), by=reviewer)

    assert (feedback.state, feedback.reviewed_by, feedback.reason) == (FeedbackState.WAITING, None, "")


# --- Teaching -------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_what_was_accepted_becomes_a_row_of_the_next_version(taught, reviewer):
    model, dataset = taught
    feedback = accept_feedback(feedback=opinion_on(model), by=reviewer)

    written = teach_feedbacks(now=timezone.now() + LATER)

    feedback.refresh_from_db()
    assert (written, feedback.fault) == (1, "")
    assert feedback.receipt.records == [
        {
            "id": str(feedback.prediction),
            "texte": ASKED["texte"],
            "quartier": "Quai-Bas",
            "service": "eau",
            "jour": timezone.localdate(feedback.reviewed_at).isoformat(),
        }
    ]
    assert built(dataset).rows_kept == 1


@pytest.mark.django_db(transaction=True)
def test_it_can_be_undone_for_ten_minutes_and_not_once_it_is_written(taught, reviewer):
    model, _dataset = taught
    feedback = accept_feedback(feedback=opinion_on(model), by=reviewer)

    assert teach_feedbacks(now=timezone.now()) == 0
    assert teach_feedbacks(now=timezone.now() + LATER) == 1

    for act in (undo_review, accept_feedback, refuse_feedback):
        with pytest.raises(FeedbackReviewed):
            act(feedback=feedback, by=reviewer)


@pytest.mark.django_db(transaction=True)
def test_a_row_whose_mark_was_lost_is_written_once(taught, reviewer):
    model, _dataset = taught
    feedback = accept_feedback(feedback=opinion_on(model), by=reviewer)
    teach_feedbacks(now=timezone.now() + LATER)
    Feedback.objects.update(taught_at=None, receipt=None)

    teach_feedbacks(now=timezone.now() + LATER)

    feedback.refresh_from_db()
    assert feedback.receipt == Receipt.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_row_that_the_recipe_refuses_says_why_and_is_tried_again_once_corrected(taught, reviewer):
    model, _dataset = taught
    feedback = accept_feedback(feedback=opinion_on(model, inputs=ASKED | {"texte": ""}), by=reviewer)

    assert teach_feedbacks(now=timezone.now() + LATER) == 0
    feedback.refresh_from_db()
    assert feedback.fault.startswith("texte:")

    Feedback.objects.update(inputs=ASKED)
    accept_feedback(feedback=feedback, by=reviewer)
    assert teach_feedbacks(now=timezone.now() + LATER) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("inputs", [None, {"quartier": "Centre"}])
def test_without_what_was_asked_there_is_nothing_to_learn(taught, reviewer, inputs):
    model, _dataset = taught
    feedback = accept_feedback(feedback=opinion_on(model, inputs=inputs), by=reviewer)

    teach_feedbacks(now=timezone.now() + LATER)

    feedback.refresh_from_db()
    assert "was not given along" in feedback.fault


@pytest.mark.django_db(transaction=True)
def test_a_dataset_that_is_gone_is_told(taught, reviewer):
    model, dataset = taught
    feedback = accept_feedback(feedback=opinion_on(model), by=reviewer)
    model.spec = model.spec | {"feedback": written_in(dataset) | {"dataset": "gone"}}
    model.save()

    teach_feedbacks(now=timezone.now() + LATER)

    feedback.refresh_from_db()
    assert "does not exist" in feedback.fault


def test_a_model_that_does_not_say_where_teaches_nothing(model, reviewer):
    accept_feedback(feedback=opinion_on(model), by=reviewer)

    assert teach_feedbacks(now=timezone.now() + LATER) == 0
    assert reviewed_feedbacks(model) == 1


@pytest.mark.django_db(transaction=True)
def test_what_asks_for_a_training_counts_the_rows_that_were_written(taught, reviewer):
    model, _dataset = taught
    accept_feedback(feedback=opinion_on(model), by=reviewer)
    refuse_feedback(feedback=opinion_on(model), by=reviewer)

    before = reviewed_feedbacks(model)
    teach_feedbacks(now=timezone.now() + LATER)

    assert (before, reviewed_feedbacks(model)) == (0, 1)
    assert reviewed_feedbacks(model, since=timezone.now() + 2 * LATER) == 0


def test_the_command_does_what_the_clock_does(model, capsys):
    call_command("teach_feedbacks")

    assert capsys.readouterr().out == "0 rows written.\n"


# --- The declaration ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "columns",
    [{"service": "answer", "nom": "input.nom"}, {"service": "answer", "x": "comment"}, {"texte": "input.texte"}],
)
def test_a_declaration_that_could_teach_nothing_is_refused(model, columns):
    spec = model.spec | {"feedback": {"dataset": "d", "entity": "e", "columns": columns}}

    with pytest.raises(ValueError):
        ModelSpec.model_validate(spec)


def test_a_declaration_names_what_is_written_in_each_field(model):
    spec = model.spec | {"feedback": {"dataset": "d", "entity": "e", "columns": {"s": "answer", "t": "input.texte"}}}

    assert ModelSpec.model_validate(spec).feedback == FeedbackRows(
        dataset="d", entity="e", columns={"s": "answer", "t": "input.texte"}
    )


# --- The person -----------------------------------------------------------------------------------
def test_a_person_is_given_and_taken_out_of_what_they_said(model, reviewer):
    person = UserFactory()
    kept, gone = opinion_on(model, by=person, comment="Bonjour"), opinion_on(model, by=person)
    accept_feedback(feedback=kept, by=reviewer)
    declared = next(each for each in DECLARED if each.model is Feedback)
    rows = declared.rows_of(Person(user_id=person.pk))

    assert declared.as_json(gone)["right_answer"] == "eau"
    assert declared.erase(rows) == 2

    kept.refresh_from_db()
    assert (kept.by, kept.comment, kept.inputs, kept.learnt_answer) == (None, "", None, "eau")
    assert not Feedback.objects.filter(pk=gone.pk).exists()


def test_two_opinions_of_closed_accounts_on_one_answer_stay_two(model):
    people, prediction = (UserFactory(), UserFactory()), uuid4()
    for person in people:
        Feedback.objects.filter(pk=opinion_on(model, by=person).pk).update(prediction=prediction)

    for person in people:
        person.delete()

    assert Feedback.objects.filter(prediction=prediction, by=None).count() == 2
