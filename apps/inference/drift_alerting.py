"""Telling the owner of a model, by e-mail, that what it is asked drifted; asking for a candidate, if it declares that.

`DriftAlert.told_at` is written in the transaction that holds the alert and sends: two processes never tell of the same
one at once, and one that dies on the way has not told.
"""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.models import User
from apps.core.emails import SERVER_FAILED, compose, send_to_each, warn_not_sent
from apps.inference.enums import TrainingCause, Window
from apps.inference.models import DriftAlert
from apps.inference.models.models import SEE
from apps.inference.retraining import request_if_due


def tell_of_drifts(*, now: datetime) -> int:
    """Tell of each alert of which nobody was told yet; how many were told of. A mail server that does not answer
    leaves them as they are: they are told at the next call."""
    told = 0
    for pk in list(DriftAlert.objects.to_tell().values_list("pk", flat=True)):
        try:
            told += _tell(pk=pk, now=now)
        except SERVER_FAILED as error:
            warn_not_sent(error, about=_subject(pk))
            break
    return told


@transaction.atomic
def _tell(*, pk: int, now: datetime) -> bool:
    """Tell the owner, and ask for a candidate. False if another process does, or has."""
    held = DriftAlert.objects.to_tell().select_for_update(of=("self",), skip_locked=True)
    alert = held.select_related("model__owner", "version").filter(pk=pk).first()
    if alert is None:
        return False
    alert.told_at = now
    alert.save(update_fields=["told_at"])
    request_if_due(
        model=alert.model, cause=TrainingCause.DRIFT, details={"alert": alert.pk, "is_trial": alert.is_trial}, now=now
    )
    owner = alert.model.owner
    if owner and owner.is_active and owner.has_perm(SEE):
        send_to_each([message_for(owner, alert=alert)], about=_subject(pk))
    return True


def message_for(person: User, *, alert: DriftAlert) -> EmailMessage:
    """What drifted and what to do, in the language and the time zone of this person. Figures alone: nothing of what
    anyone asked."""
    with override(person.language), timezone.override(person.time_zone):
        trial = _("Trial: ") if alert.is_trial else ""
        subject = trial + _("what “%(name)s” is asked has drifted") % {"name": alert.model.name}
        return compose(
            to=person.email,
            subject=subject[:1].upper() + subject[1:],
            template="model_drifted",
            context={
                "name": alert.model.name,
                "number": alert.version.number,
                "window": Window(alert.window).label,
                "at": alert.opened_at,
                "is_trial": alert.is_trial,
                "fields": labelled(alert),
                "url": settings.SITE_URL + reverse("inference:monitoring", args=[alert.model.slug]),
            },
            language=person.language,
        )


def labelled(alert: DriftAlert) -> list[str]:
    """What drifted, as people call it."""
    signature = alert.version.signed
    return [signature.field(each["name"]).title if each["name"] else _("Answers") for each in alert.drifted]


def _subject(pk: int) -> str:
    return f"inference.driftalert:{pk}"
