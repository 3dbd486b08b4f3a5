"""What the administration remembers of people: Django keeps the name that each one had in its own history."""

from collections.abc import Iterable

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from apps.accounts.models import User


def history_of(people: Iterable[User]) -> QuerySet[LogEntry]:
    """What was done to these people in the administration, by whomever."""
    keys = [str(person.pk) for person in people]
    return LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id__in=keys)
