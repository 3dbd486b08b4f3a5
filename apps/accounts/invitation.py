"""The message that lets a person choose their password: an invitation, or a way back in."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.models import User
from apps.core.emails import compose


def send_invitation(user: User) -> None:
    """Send a person a link with which they choose their password. It stops working once used, and after four hours."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    with override(user.language):
        message = compose(
            to=user.email,
            subject=_("Your account"),
            template="action",
            context={
                "paragraphs": [
                    _("An administrator of %(organisation)s has an account for you, under this e-mail.")
                    % {"organisation": settings.ORGANISATION_NAME},
                    _("Choose your password to sign in. The link works once, for four hours."),
                ],
                "action": _("Choose my password"),
                "url": f"{settings.SITE_URL}{path}",
                "footnotes": [_("If it has expired, ask for another on the sign-in page: “Forgot your password?”.")],
            },
            language=user.language,
        )
    message.send()
