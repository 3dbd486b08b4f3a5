"""What every process remembers of the tokens it accepted, so that a busy program does not cost a query per request.

For API_TOKEN_CACHE_SECONDS at most (never more than 15), counted from the look-up in the database. Revoking, renewing,
disabling an account or changing its rights empties it at once. The delay is the most that can go wrong: a request that
looked the token up just before, or a change made by hand in the database.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from apps.accounts.models import ApiToken, User


def recall(digest: str) -> ApiToken | None:
    """The token with its owner, as they were when last looked up."""
    if not settings.API_TOKEN_CACHE_SECONDS:
        return None
    token: ApiToken | None = cache.get(_key(digest))
    return token


def remember(token: ApiToken) -> None:
    if settings.API_TOKEN_CACHE_SECONDS:
        cache.set(_key(token.digest), token, timeout=settings.API_TOKEN_CACHE_SECONDS)


def is_first_use_for(digest: str, period: timedelta) -> bool:
    """Whether this token was not used yet in this period; true once per period, for all processes together."""
    return bool(cache.add(f"accounts:token-use:{digest}", 1, timeout=int(period.total_seconds())))


def forget(*digests: str) -> None:
    cache.delete_many([_key(digest) for digest in digests])


def forget_tokens_of(users: Iterable[User]) -> None:
    """For when what an account may do has changed, once it has: until then a request may remember how it was."""
    digests = ApiToken.objects.filter(user__in=list(users)).values_list("digest", flat=True)
    transaction.on_commit(partial(forget, *digests))


def _key(digest: str) -> str:
    return f"accounts:token:{digest}"
