"""The audit trail: who did what to which object, and when. Written once."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    """Who acted. It outlives the account: a person's event stays a person's once their account is gone."""

    PERSON = "person", _("Person")
    ANONYMOUS = "anonymous", _("Anonymous visitor")
    SYSTEM = "system", _("The system")


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def about(self, subject_type: str, subject_id: object) -> "AuditEventQuerySet":
        return self.filter(subject_type=subject_type, subject_id=str(subject_id))

    def concerning(self, user: models.Model) -> "AuditEventQuerySet":
        """What a person did, and what was done to their account."""
        return self.filter(models.Q(actor=user) | models.Q(subject_type="accounts.user", subject_id=str(user.pk)))

    def between(self, first: datetime | None, last: datetime | None) -> "AuditEventQuerySet":
        events = self if first is None else self.filter(at__gte=first)
        return events if last is None else events.filter(at__lt=last)

    def purge(self, *, before: datetime) -> int:
        """Delete what is past its retention. The only deletion that the database accepts, in this transaction only.

        Must run inside a transaction.
        """
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ecluse.audit_purge = 'on'")
            deleted, _per_model = self.filter(at__lt=before).delete()
            cursor.execute("SET LOCAL ecluse.audit_purge = 'off'")
        return deleted


class AuditEvent(models.Model):
    """One thing done. A trigger refuses to change, delete or truncate these rows (see migration 0005).

    The subject is named by type and identifier, so that it can be named after it is gone. `actor` is the only link to
    a person; deleting the account empties it, which the trigger accepts.
    """

    at = models.DateTimeField(_("at"), default=timezone.now)
    action = models.CharField(_("action"), max_length=64)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("actor"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="audit_events",
        # The index below, by actor and time, serves it too.
        db_index=False,
    )
    actor_kind = models.CharField(_("kind of actor"), max_length=9, choices=ActorKind)
    subject_type = models.CharField(_("type of subject"), max_length=64)
    subject_id = models.CharField(_("identifier of the subject"), max_length=64, blank=True)
    subject_label = models.CharField(_("subject"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["-at", "-id"], name="auditevent_by_time"),
            models.Index(fields=["actor", "-at"], name="auditevent_by_actor"),
            models.Index(fields=["action", "-at"], name="auditevent_by_action"),
            models.Index(fields=["subject_type", "subject_id", "-at"], name="auditevent_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}:{self.subject_id}"

    @property
    def subject(self) -> str:
        """What it was done to, ready to read: its label, or failing that its type and number."""
        return self.subject_label or " ".join(part for part in (self.subject_type, self.subject_id) if part)

    @property
    def was_by_deleted_account(self) -> bool:
        return self.actor_kind == ActorKind.PERSON and self.actor_id is None

    def as_row(self) -> dict[str, Any]:
        """The event for a CSV or JSON export."""
        return {
            "at": self.at.isoformat(),
            "action": self.action,
            "actor": "" if self.actor_id is None else self.actor_id,
            "actor_kind": self.actor_kind,
            "subject_type": self.subject_type,
            "subject_id": self.subject_id,
            "subject": self.subject_label,
            "details": self.details,
        }
