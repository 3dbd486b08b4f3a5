"""How well one's account is kept: password, second factor, sessions, and what happened lately."""

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.shortcuts import render

from apps.accounts.models import AuditEvent
from apps.accounts.requests import SignedInRequest
from apps.accounts.sessions import sessions_of
from apps.accounts.telling import summary_of
from apps.core.access import signed_in
from apps.core.interface import Event, Tone

SHOWN_EVENTS = 20


@signed_in
def security(request: SignedInRequest) -> HttpResponse:
    factors = list(Authenticator.objects.filter(user=request.user))
    kinds = {factor.type for factor in factors}
    return render(
        request,
        "accounts/security.html",
        {
            "has_application": Authenticator.Type.TOTP in kinds,
            "keys": [factor for factor in factors if factor.type == Authenticator.Type.WEBAUTHN],
            "has_second_factor": bool(kinds - {Authenticator.Type.RECOVERY_CODES}),
            "session_count": len(sessions_of(request.user)),
            "events": [as_event(event) for event in AuditEvent.objects.concerning(request.user)[:SHOWN_EVENTS]],
        },
    )


def as_event(event: AuditEvent) -> Event:
    """An audit event as a line of the feed."""
    tone = Tone.WARN if event.action.endswith(("_failed", "_refused")) else Tone.INFO
    return Event(at=event.at, text=summary_of(event), tone=tone)
