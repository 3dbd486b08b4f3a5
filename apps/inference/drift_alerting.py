"""Telling the owner of a model, by e-mail, that what it is asked drifted; asking for a candidate, if it is declared."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.models import User
from apps.core.emails import compose, tell_each
from apps.inference.enums import TrainingCause, Window
from apps.inference.models import DriftAlert
from apps.inference.models.models import SEE
from apps.inference.retraining import request_if_due


def tell_of_drifts(*, now: datetime) -> int:
    """Tell of each alert of which nobody was told yet, and ask for a candidate; how many were told of."""

    def tell(alert: DriftAlert) -> list[EmailMessage]:
        alert.told_at = now
        alert.save(update_fields=["told_at"])
        details = {"alert": alert.pk, "is_trial": alert.is_trial}
        request_if_due(model=alert.model, cause=TrainingCause.DRIFT, details=details, now=now)
        owner = alert.model.owner
        return [message_for(owner, alert=alert)] if owner and owner.is_active and owner.has_perm(SEE) else []

    return tell_each(DriftAlert.objects.to_tell().select_related("model__owner", "version"), tell)


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
