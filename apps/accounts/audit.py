"""Writing the audit trail. Whoever does something that matters records it in the same transaction as the deed."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils.crypto import salted_hmac

from apps.accounts.models import AuditEvent, User
from apps.accounts.models.audit import ActorKind


def record(
    *,
    action: str,
    actor: User | AnonymousUser | None,
    subject: Model | str,
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write one event. `actor` is None when the house acts by itself (a schedule, a command).

    `subject` is a saved object, or its name as `app.model:key` when there is no object. The trail keeps its text, or
    its `audit_label` if it has one; neither that nor `details` may hold secrets or personal data.
    """
    if isinstance(subject, Model):
        subject_type = subject._meta.label_lower
        subject_id = str(subject.pk)
        subject_label = str(getattr(subject, "audit_label", subject))
    else:
        subject_type, _colon, subject_id = subject.partition(":")
        subject_label = ""
    return AuditEvent.objects.create(
        action=action,
        actor=actor if isinstance(actor, User) else None,
        actor_kind=_kind_of(actor),
        subject_type=subject_type,
        subject_id=subject_id,
        subject_label=subject_label[:200],
        details=dict(details or {}),
    )


def fingerprint(email: str) -> str:
    """A keyed hash of a typed e-mail: attempts on one address can be counted and recognised, not read back."""
    return salted_hmac("accounts.audit.email", email.strip().lower(), algorithm="sha256").hexdigest()[:32]


def _kind_of(actor: User | AnonymousUser | None) -> ActorKind:
    if actor is None:
        return ActorKind.SYSTEM
    return ActorKind.PERSON if actor.is_authenticated else ActorKind.ANONYMOUS
