"""Telling the followers of a source, by e-mail, that a run failed or was held at its gate."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.models import User
from apps.collection.enums import RunState
from apps.collection.models import Run
from apps.collection.standing import standing_of_run
from apps.collection.telling import failure_of, verdict_of
from apps.core.emails import compose, tell_each

# What those who are told must still be allowed to see.
RIGHTS = ("collection.view_source", "collection.view_run")


def tell_followers(*, now: datetime) -> int:
    """Tell of each run that went wrong and of which nobody was told yet; how many were told of."""

    def tell(run: Run) -> list[EmailMessage]:
        run.told_at = now
        run.save(update_fields=["told_at"])
        return [message_for(person, run=run) for person in followers_of(run)]

    rows = Run.objects.to_tell().select_related("source").defer("plan", "source__secrets")
    return tell_each(rows, tell)


def followers_of(run: Run) -> list[User]:
    """Those who follow its source and may still see it."""
    followers = run.source.followers.filter(is_active=True).order_by("pk")
    return [person for person in followers if person.has_perms(RIGHTS)]


def message_for(person: User, *, run: Run) -> EmailMessage:
    """What went wrong and what to do, in the language and the time zone of this person.

    Nothing of what the source holds: no record, and of the checks only what they are, not what they measured.
    """
    with override(person.language), timezone.override(person.time_zone):
        ended_at = run.finished_at or run.requested_at
        failure, verdict = failure_of(run), verdict_of(run)
        is_held = run.state == RunState.HELD
        subject = _("“%(source)s” was held at its gate") if is_held else _("The collection of “%(source)s” failed")
        return compose(
            to=person.email,
            subject=subject % {"source": run.source.name},
            template="run_troubled",
            context={
                "source": run.source.name,
                "number": run.pk,
                "at": ended_at,
                "said": standing_of_run(run, now=ended_at).sentence,
                "advice": failure.advice if failure else "",
                "checks": verdict.blocking if verdict and is_held else [],
                "url": f"{settings.SITE_URL}{run.get_absolute_url()}",
            },
            language=person.language,
        )
