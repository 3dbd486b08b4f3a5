"""How much each one may ask: so many requests in each window of time, counted in Redis by every process together.

Three counts, of which the strictest wins: by address for those without a token, by token, and by person across all
their tokens. Addresses are never stored: they are counted under a keyed hash. What is left is told in the headers of
draft-ietf-httpapi-ratelimit-headers, `RateLimit-Policy` and `RateLimit`.

A view whose answers cost more than most has a method `cost_of(request)`: how many requests one of them counts for.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # the base view reads these classes from the settings while it loads
    from rest_framework.views import APIView

PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How one request stands against one limit: `limit` requests in each window of `window` seconds."""

    name: str
    limit: int
    window: int
    used: int
    resets_in: int

    @property
    def is_spent(self) -> bool:
        return self.used > self.limit

    @property
    def policy(self) -> str:
        return f'"{self.name}";q={self.limit};w={self.window}'

    @property
    def left(self) -> str:
        return f'"{self.name}";r={max(0, self.limit - self.used)};t={self.resets_in}'


def parse_rate(rate: str) -> tuple[int, int]:
    """`600/minute` as a number of requests and a number of seconds."""
    limit, period = rate.split("/")
    return int(limit), PERIODS[period]


def count(*, name: str, who: str, rate: str, now: float, cost: int = 1) -> Quota:
    """Count one more request of `who` in the present window, for what it costs, and tell where that leaves them."""
    limit, window = parse_rate(rate)
    number, elapsed = divmod(now, window)
    counters: Any = cache
    used = counters.count(f"throttle:{name}:{who}:{int(number)}", cost, timeout=window + 1)
    return Quota(name=name, limit=limit, window=window, used=used, resets_in=int(window - elapsed) or 1)


class WindowThrottle(BaseThrottle):
    """A throttle whose rate is that of its `scope` in the settings; None there means no limit."""

    scope: ClassVar[str]
    quota: Quota | None = None

    def who(self, request: Request) -> str | None:
        """Under what name this request is counted, or None if this throttle is not about it."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: "APIView") -> bool:
        rates: Mapping[str, Any] = api_settings.DEFAULT_THROTTLE_RATES
        rate, who = rates.get(self.scope), self.who(request)
        if rate is None or who is None:
            return True
        cost_of = getattr(view, "cost_of", None)
        cost = cost_of(request) if cost_of else 1
        self.quota = count(name=self.scope, who=who, rate=rate, now=time.time(), cost=cost)
        told = request._request.__dict__.setdefault("quotas", {})
        told[self.scope] = self.quota
        return not self.quota.is_spent

    def wait(self) -> float | None:
        return self.quota.resets_in if self.quota else None


class AnonymousThrottle(WindowThrottle):
    scope = "anonymous"

    def who(self, request: Request) -> str | None:
        if request.user and request.user.is_authenticated:
            return None
        return salted_hmac(__name__, self.get_ident(request) or "", algorithm="sha256").hexdigest()[:32]


class TokenThrottle(WindowThrottle):
    scope = "token"

    def who(self, request: Request) -> str | None:
        return str(request.auth.pk)[:32] if request.auth is not None else None


class UserThrottle(WindowThrottle):
    scope = "user"

    def who(self, request: Request) -> str | None:
        return str(request.user.pk) if request.user and request.user.is_authenticated else None


def refuse_guessing(request: Request, view: "APIView") -> Throttled | None:
    """Count a request whose token is missing or refused, which REST framework does before it comes to throttles.

    Returns the error to answer once there were too many from one address.
    """
    if not any(throttle is AnonymousThrottle for throttle in view.throttle_classes):
        return None
    throttle = AnonymousThrottle()
    return None if throttle.allow_request(request, view) else Throttled(wait=throttle.wait())
