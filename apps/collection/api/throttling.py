"""Trying a source calls outside and takes a process for seconds: less of it is allowed than of reading."""

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.core.api.throttling import AnonymousThrottle, TokenThrottle, UserThrottle, WindowThrottle


class TrialThrottle(WindowThrottle):
    scope = "source_trials"

    def who(self, request: Request) -> str | None:
        return str(request.user.pk) if request.user and request.user.is_authenticated else None


TRIAL_THROTTLES: tuple[type[BaseThrottle], ...] = (AnonymousThrottle, TokenThrottle, UserThrottle, TrialThrottle)
