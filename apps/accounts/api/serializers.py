"""The JSON of accounts: tokens without their secrets, and who is asking."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.accounts.models import ApiToken
from apps.accounts.roles import Role
from apps.accounts.scopes import scope_choices
from apps.core.api.serializers import StrictSerializer


def scopes_field() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices=scope_choices()),
        allow_empty=False,
        max_length=50,
        help_text=_("What the token may do: “area:read” or “area:write”; writing includes reading."),
    )


def lifetime_field(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1,
        max_value=settings.API_TOKEN_MAX_LIFETIME.days,
        help_text=_("How many days until it expires."),
        **options,
    )


class TokenSerializer(serializers.Serializer[Any]):
    """A token as it can be read. Its secret cannot."""

    id = serializers.UUIDField(help_text=_("Its identifier; it stays when the token is renewed."))
    name = serializers.CharField(help_text=_("What it is for, in its owner’s words."))
    scopes = serializers.ListField(child=serializers.CharField(), help_text=_("What it may do."))
    state = serializers.ChoiceField(
        choices=ApiToken.State.choices, help_text=_("“expiring” means that it expires within seven days.")
    )
    created_at = serializers.DateTimeField(source="created", help_text=_("When its present secret was made."))
    expires_at = serializers.DateTimeField(source="expiry", help_text=_("From when it is refused."))
    last_used_at = serializers.DateTimeField(allow_null=True, help_text=_("When it was last used, to the minute."))


class IssuedTokenSerializer(TokenSerializer):
    """A token that was just made or renewed: the only time its secret is told."""

    token = serializers.CharField(help_text=_("The secret. Keep it now: it is not stored and cannot be told again."))


class TokenRequestSerializer(StrictSerializer):
    email = serializers.EmailField(help_text=_("The e-mail of your account."))
    password = serializers.CharField(
        trim_whitespace=False, max_length=1024, help_text=_("Its password."), style={"input_type": "password"}
    )
    code = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=16,
        help_text=_("If the account has two-factor authentication: a code of your application, or a recovery code."),
    )
    name = serializers.CharField(max_length=80, help_text=_("What the token is for; yours alone."))

    def get_fields(self) -> dict[str, Any]:
        # Made for each instance: the areas are known only once every app is loaded.
        return super().get_fields() | {"scopes": scopes_field(), "lifetime_days": lifetime_field(default=30)}


class TokenRenewalSerializer(StrictSerializer):
    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"lifetime_days": lifetime_field(required=False)}


class MeSerializer(serializers.Serializer[Any]):
    """Whose token this is, and what it may do."""

    id = serializers.IntegerField(help_text=_("The number of the account."))
    email = serializers.EmailField(help_text=_("Its e-mail."))
    name = serializers.CharField(help_text=_("The person’s name."))
    language = serializers.ChoiceField(choices=settings.LANGUAGES, help_text=_("The language they read."))
    time_zone = serializers.CharField(help_text=_("The time zone they read times in."))
    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=Role.choices), help_text=_("The roles they hold.")
    )
    token = TokenSerializer(help_text=_("The token of this request."))
