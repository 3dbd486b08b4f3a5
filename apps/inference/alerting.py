"""Telling whoever answers for a model, by e-mail: a training went wrong, a review was asked for, a review was decided.

When it was told is written in the row itself, in the transaction that holds it and sends: two processes never tell of
the same thing at once, and one that dies on the way has not told. A person may read a message twice after such a death,
and is never left without one.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.models import User
from apps.core.declarations import Text
from apps.core.emails import SERVER_FAILED, compose, send_to_each, warn_not_sent
from apps.inference.enums import Decision, TrainingState
from apps.inference.models import Review, TrainingRun

# What those who are told must still be allowed to see.
RIGHTS = ("inference.view_model", "inference.view_modelversion")


def tell_owners(*, now: datetime) -> int:
    """Tell of each training that went wrong and of each review that moved, once; how many were told of.

    A mail server that does not answer leaves them as they are: they are told at the next call.
    """
    told = 0
    for tell, pk in _to_tell():
        try:
            told += tell(pk=pk, now=now)
        except SERVER_FAILED as error:
            warn_not_sent(error, about=f"inference:{pk}")
            break
    return told


def _to_tell() -> Iterator[tuple[Callable[..., bool], int]]:
    yield from ((_tell_training, pk) for pk in list(TrainingRun.objects.to_tell().values_list("pk", flat=True)))
    yield from ((_tell_review, pk) for pk in list(Review.objects.to_tell().values_list("pk", flat=True)))


@transaction.atomic
def _tell_training(*, pk: int, now: datetime) -> bool:
    """False if another process tells of it, or has."""
    rows = TrainingRun.objects.to_tell().select_for_update(of=("self",), skip_locked=True)
    run: TrainingRun | None = rows.select_related("model__owner", "requested_by").filter(pk=pk).first()
    if run is None:
        return False
    run.told_at = now
    run.save(update_fields=["told_at"])
    messages = [training_message(person, run=run) for person in _readers(run.model.owner, run.requested_by)]
    send_to_each(messages, about=f"inference.trainingrun:{pk}")
    return True


@transaction.atomic
def _tell_review(*, pk: int, now: datetime) -> bool:
    """False if another process tells of it, or has. One that is decided before it was told is told decided."""
    rows = Review.objects.to_tell().select_for_update(of=("self",), skip_locked=True)
    related = ("version__model__owner", "version__training__requested_by", "requested_by")
    review: Review | None = (
        rows.select_related(*related).defer("version__profile", "version__golden").filter(pk=pk).first()
    )
    if review is None:
        return False
    review.request_told_at = review.request_told_at or now
    review.decision_told_at = now if review.decision else None
    review.save(update_fields=["request_told_at", "decision_told_at"])
    model, asked, trained = review.version.model, review.requested_by, review.version.training.requested_by
    # Nobody is told what they did themselves.
    people = [model.owner, trained, asked] if review.decision else [model.owner]
    author = review.decided_by_id if review.decision else review.requested_by_id
    messages = [review_message(each, review=review) for each in _readers(*people) if each.pk != author]
    send_to_each(messages, about=f"inference.review:{pk}")
    return True


def _readers(*people: User | None) -> list[User]:
    """Each once, if they may still see it."""
    found = {person.pk: person for person in people if person and person.is_active}
    return [person for person in found.values() if person.has_perms(RIGHTS)]


def training_message(person: User, *, run: TrainingRun) -> EmailMessage:
    """What went wrong and where to look; nothing of what the checks measured."""
    with override(person.language):
        held = run.state == TrainingState.HELD
        subject = (
            _("The training of “%(model)s” was held at its gate") if held else _("The training of “%(model)s” failed")
        )
        said = _("Training no. %(number)s made no version: what is in service does not change.") % {"number": run.pk}
        action = _("See training no. %(number)s") % {"number": run.pk}
        return _message(person, subject % {"model": run.model.name}, said, action, run.get_absolute_url())


def review_message(person: User, *, review: Review) -> EmailMessage:
    """That a version awaits a review, or what was decided; the reason is read in the page, where it belongs."""
    version = review.version
    facts = {"number": version.number, "model": version.model.name}
    url = reverse("inference:review", args=[version.model.slug, version.number])
    with override(person.language):
        match review.decision:
            case Decision.APPROVED:
                subject = _("Version %(number)s of “%(model)s” is approved") % facts
                said = _("It may be put in service.")
            case Decision.REFUSED:
                subject = _("Version %(number)s of “%(model)s” is refused") % facts
                said = _("It will not be put in service. The reason is on its page.")
            case _:
                subject = _("Version %(number)s of “%(model)s” awaits a review") % facts
                said = _("Somebody who asked neither for its training nor for the review decides, on its report.")
        return _message(person, subject, said, _("Open the review"), url)


def _message(person: User, subject: Text, said: str, action: str, path: str) -> EmailMessage:
    context = {"said": said, "action": action, "url": f"{settings.SITE_URL}{path}"}
    return compose(to=person.email, subject=subject, template="model_news", context=context, language=person.language)
