"""What the pages of whoever asks models need to be visited: a service, an answer of the visitor's own, an opinion."""

from collections.abc import Iterator
from importlib import import_module
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.accounts.models import User
from apps.inference.asking import Reply, keep
from apps.inference.batch_answering import answer_batch
from apps.inference.batching import delete_batch, start_batch
from apps.inference.enums import Audience, BatchFormat, Channel, Slot
from apps.inference.explaining import Influence
from apps.inference.models import Batch, Feedback, Model, Prediction
from apps.inference.receiving import receive_file
from apps.inference.uuid7 import first_id, instant_of
from tests.e2e.people import session_of
from tests.e2e.samples.registry import OBJECTS, Arguments, sample
from tests.inference.people_factories import ASKED, opinion_on, receipt_of, service

SLUG = "orienter-un-signalement"
SENT = "texte;quartier;remarque\nUne fuite d’eau rue du Bief;Quai-Bas;\n;Centre;vue hier\nUn banc cassé;Ailleurs;\n"


def a_service() -> Model:
    """One that everyone may ask, made the first time."""
    found = Model.objects.filter(slug=SLUG).first()
    return found or service(slug=SLUG, audience=Audience.PUBLIC)


@sample("inference:catalogue", "inference:service", "api-model-feedback")
def what_anyone_may_ask(person: User) -> Iterator[Arguments]:
    yield {"slug": a_service().slug}


@sample("inference:answer", "inference:opinion")
def an_answer_of_their_own(person: User | None) -> Iterator[Arguments]:
    """Kept for their session, where they have one; anyone else is told that it is no longer there."""
    model = a_service()
    reply = Reply(
        prediction=str(uuid4()),
        version=model.versions.get().pk,
        answered_at=timezone.now().isoformat(),
        row=ASKED | {"quartier": "Ailleurs"},
        receipt=receipt_of(model),
        probabilities=(0.87, 0.02, 0.11),
        influences=(
            Influence(field="texte", word="déborde", effect=0.2, weight=1.4),
            Influence(field="texte", word="trottoir", effect=-0.1, weight=-0.8, towards="voirie"),
            Influence(field="quartier", effect=0.03, weight=0.3),
        ),
    )
    if person is not None:
        session = import_module(settings.SESSION_ENGINE).SessionStore(session_of(person))
        keep(reply, session=session)
        session.save()
    yield {"slug": model.slug, "pk": reply.prediction}


@sample("inference:history", "inference:history_forget", "inference:history_forget_all")
def a_question_of_their_own(person: User | None) -> Iterator[Arguments]:
    made = make_prediction(person)
    yield {"pk": made.pk}
    made.delete()


@sample("inference:batch_new", "inference:batch_example")
def a_service_to_send_a_file_to(person: User | None) -> Iterator[Arguments]:
    yield {"slug": a_service().slug}


@sample("inference:batch", "inference:batch_start", "inference:batch_delete")
def a_file_of_their_own(person: User | None) -> Iterator[Arguments]:
    """A draft, whose first rows have faults, so that all of its page is seen."""
    made = make_draft(person)
    yield {"pk": made.pk}
    delete_batch(batch=made)


@sample("inference:batch_cancel", "inference:batch_progress")
def a_file_that_waits(person: User | None) -> Iterator[Arguments]:
    made = start_batch(batch=make_draft(person))
    yield {"pk": made.pk}
    delete_batch(batch=made)


@sample("inference:batches", "inference:batch_result", "inference:batch_refused")
def a_file_that_was_answered(person: User | None) -> Iterator[Arguments]:
    made = answer_batch(batch_id=start_batch(batch=make_draft(person)).pk)
    assert made is not None
    yield {"pk": made.pk}
    delete_batch(batch=made)


def make_draft(person: User | None) -> Batch:
    return receive_file(
        model=a_service(),
        by=person or User.objects.order_by("pk")[0],
        file=SimpleUploadedFile("signalements.csv", SENT.encode("cp1252")),
        result_format=BatchFormat.CSV,
    )


@sample("inference:feedbacks", "inference:feedback_review", "api-model-feedback-one", "api-model-feedback-review")
def an_opinion(person: User | None) -> Iterator[Arguments]:
    made = opinion_on(a_service(), comment="La flaque arrive jusqu’à l’école.")
    yield {"slug": SLUG, "pk": made.pk}
    made.delete()


def make_prediction(person: User | None) -> Prediction:
    model, pk = a_service(), UUID(int=first_id())
    return Prediction.objects.create(
        pk=pk,
        predicted_at=instant_of(pk),
        model=model,
        version=model.versions.get(),
        by=person,
        channel=Channel.PAGE,
        slot=Slot.CHAMPION,
        inputs=[ASKED["texte"], ASKED["quartier"]],
        answer="eau",
        confidence=0.87,
        latency_us=40,
    )


OBJECTS["inference.feedback"] = lambda person: Feedback.objects.first() or opinion_on(a_service())
