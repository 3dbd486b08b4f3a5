"""The tokens with which programs speak to the API in a person's name."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from knox.models import AbstractAuthToken
from knox.settings import CONSTANTS

from apps.accounts.scopes import labels_of

EXPIRES_SOON = timedelta(days=7)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self, *, at: datetime) -> "ApiTokenQuerySet":
        return self.filter(expiry__gt=at)

    def expired(self, *, before: datetime) -> "ApiTokenQuerySet":
        return self.filter(expiry__lte=before)

    def expiring_soon(self, *, at: datetime) -> "ApiTokenQuerySet":
        return self.live(at=at).filter(expiry__lte=at + EXPIRES_SOON)


class ApiToken(AbstractAuthToken):
    """A program's key to the API: only its SHA-512 is kept. It may do what its scopes say and its owner may, no more.

    `digest` and `token_key` come from knox, where the digest is the primary key. Here a token has an `id` of its own,
    so that no page, address or log ever holds a digest, and renewing changes the secret of the same row.
    """

    class State(models.TextChoices):
        LIVE = "live", _("Live")
        EXPIRING = "expiring", _("Expires soon")
        EXPIRED = "expired", _("Expired")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=CONSTANTS.DIGEST_LENGTH, unique=True, editable=False)
    # Knox gives it another name from the side of the user.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=64), verbose_name=_("scopes"))
    expiry = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    # Its name is in its owner’s words, and the audit trail, which cannot be corrected, outlives their account.
    audit_label = ""

    objects = ApiTokenQuerySet.as_manager()  # type: ignore[assignment,misc]  # knox's gives a pair from create()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = pgettext_lazy("after a number", "API tokens")
        ordering = ["-created"]
        default_permissions = ("view",)
        permissions = [("revoke_apitoken", "Can revoke anyone’s API token")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="apitoken_name_unique_per_user",
                violation_error_message=_("You already have a token with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> "ApiToken.State":
        return self.state_at(timezone.now())

    @property
    def scope_labels(self) -> list[str]:
        return labels_of(self.scopes)

    def state_at(self, now: datetime) -> "ApiToken.State":
        if self.expiry <= now:
            return self.State.EXPIRED
        return self.State.EXPIRING if self.expiry <= now + EXPIRES_SOON else self.State.LIVE
