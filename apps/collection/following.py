"""Following a source: being told by e-mail of its runs that fail or are held."""

from django.db import transaction

from apps.accounts.models import User
from apps.collection.models import Source


@transaction.atomic
def follow_source(*, source: Source, by: User) -> None:
    source.followers.add(by)


@transaction.atomic
def stop_following(*, source: Source, by: User) -> None:
    source.followers.remove(by)
