"""Reading the audit trail: what its filters mean, and what it is written as for a spreadsheet."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from django.db.models import Q, QuerySet, TextChoices
from django.utils import timezone

from apps.accounts.audit import fingerprint
from apps.accounts.models import AuditEvent, User
from apps.core.declarations import Declarations, Text

actions: Declarations[type[TextChoices]] = Declarations("audit_actions", type)

COLUMNS = ["at", "action", "actor", "actor_kind", "subject_type", "subject_id", "subject", "details"]


@dataclass(frozen=True, kw_only=True)
class TrailFilter:
    """What to read. `who` is an account’s number or an e-mail, which also finds the failed attempts on it."""

    who: str = ""
    action: str = ""
    first_day: date | None = None
    last_day: date | None = None

    def events(self) -> QuerySet[AuditEvent]:
        events = AuditEvent.objects.select_related("actor")
        if self.who.isascii() and self.who.isdigit():
            events = events.filter(Q(actor=int(self.who)) | Q(subject_type="accounts.user", subject_id=self.who))
        elif self.who:
            email = self.who.lower()
            accounts = [str(pk) for pk in User.objects.filter(email=email).values_list("pk", flat=True)]
            events = events.filter(
                Q(actor__email=email)
                | Q(subject_type="accounts.user", subject_id__in=accounts)
                | Q(details__login=fingerprint(self.who))
            )
        if self.action:
            events = events.filter(action=self.action)
        return events.between(
            _start_of(self.first_day), _start_of(self.last_day + timedelta(days=1)) if self.last_day else None
        )


@cache
def action_labels() -> dict[str, Text]:
    """Every action that an app declares, by code."""
    return {choice.value: choice.label for declared in actions.all() for choice in declared}


def label_of(action: str) -> Text:
    return action_labels().get(action, action)


def as_csv(events: QuerySet[AuditEvent]) -> Iterator[str]:
    """The events as lines of CSV, read from the database as they are sent: the trail may be long."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for event in events.iterator(chunk_size=2_000):
        row = event.as_row() | {"details": json.dumps(event.details, ensure_ascii=False, sort_keys=True)}
        yield writer.writerow([_inert(row[column]) for column in COLUMNS])


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _inert(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _start_of(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time.min, timezone.get_current_timezone()).astimezone(UTC)
