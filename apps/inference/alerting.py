"""Telling whoever answers for a model, by e-mail: a training went wrong, a review was asked for, or decided."""

from datetime import datetime
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.models import User
from apps.core.declarations import Text
from apps.core.emails import compose, tell_each
from apps.inference.enums import Decision, TrainingState
from apps.inference.models import Review, TrainingRun

# What those who are told must still be allowed to see.
RIGHTS = ("inference.view_model", "inference.view_modelversion")


def tell_owners(*, now: datetime) -> int:
    """Tell of each training that went wrong and of each review that moved, once; how many were told of."""
    trainings = TrainingRun.objects.to_tell().select_related("model__owner", "requested_by")
    related = ("version__model__owner", "version__training__requested_by", "requested_by")
    reviews = Review.objects.to_tell().select_related(*related).defer("version__profile", "version__golden")
    return tell_each(trainings, partial(_tell_training, now=now)) + tell_each(reviews, partial(_tell_review, now=now))


def _tell_training(run: TrainingRun, *, now: datetime) -> list[EmailMessage]:
    run.told_at = now
    run.save(update_fields=["told_at"])
    return [training_message(person, run=run) for person in _readers(run.model.owner, run.requested_by)]


def _tell_review(review: Review, *, now: datetime) -> list[EmailMessage]:
    """One that is decided before it was told is told decided."""
    review.request_told_at = review.request_told_at or now
    review.decision_told_at = now if review.decision else None
    review.save(update_fields=["request_told_at", "decision_told_at"])
    model, asked, trained = review.version.model, review.requested_by, review.version.training.requested_by
    # Nobody is told what they did themselves.
    people = [model.owner, trained, asked] if review.decision else [model.owner]
    author = review.decided_by_id if review.decision else review.requested_by_id
    return [review_message(each, review=review) for each in _readers(*people) if each.pk != author]


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
