"""How allauth is fitted to this house."""

import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import get_language

from apps.accounts.browsers import browser_name
from apps.accounts.lockout import locked_out
from apps.accounts.models import User
from apps.accounts.opening import open_account
from apps.core.emails import compose
from apps.core.secrets import Secret

LIMITS_PASSED = frozenset({"too_many_login_attempts", "rate_limited"})


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library is not typed here
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_OPEN)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Fill in the person from the form; `commit` is always true where this house calls it."""
        user.email = form.cleaned_data["email"]
        user.name = form.cleaned_data["name"]
        user.language = get_language() or settings.LANGUAGE_CODE
        user.set_password(form.cleaned_data["password1"])
        return open_account(user=user, by=request.user)

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign them in; what is said from here on is in their language."""
        super().login(request, user)
        translation.activate(user.language)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not for those who have just signed in: they gave all their proofs less than fifteen minutes ago."""
        records = get_authentication_records(self.request, self.request.user)
        latest = max((entry["at"] for entry in records), default=0)
        return bool(time.time() - latest >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    def is_safe_url(self, url: str) -> bool:
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # `http://[`: no address at all
            return False

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code in LIMITS_PASSED:
            raise locked_out(self.request)
        return super().validation_error(code, *args)  # type: ignore[no-any-return]  # the same

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """With links to the site's own address: a request names the host as it pleases, port included."""
        links = {name: _at_site(value) for name, value in context.items() if name.endswith("_url")}
        super().send_mail(template_prefix, email, context | links)

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """allauth's words in the house's template of messages, in the language of whoever will read them."""
        reader = context.get("user")
        language = reader.language if isinstance(reader, User) else get_language() or settings.LANGUAGE_CODE
        with translation.override(language):
            if "user_agent" in context:
                context = context | {"user_agent": browser_name(context["user_agent"])}
            written = super().render_mail(template_prefix, email, context, headers)
        message = compose(
            to=email,
            subject=written.subject,
            template="as_written",
            context={"text": written.body},
            language=language,
        )
        message.extra_headers.update(headers or {})
        return message


def _at_site(url: str) -> str:
    site = urlsplit(settings.SITE_URL)
    return urlsplit(url)._replace(scheme=site.scheme, netloc=site.netloc).geturl()


class TwoFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library is not typed here
    """Secrets of applications and recovery codes are encrypted at rest, with the keys of the house."""

    def encrypt(self, text: str) -> str:
        return Secret.of(text).stored

    def decrypt(self, encrypted_text: str) -> str:
        return Secret(encrypted_text, subject="mfa.authenticator").reveal()

    def _get_site_name(self) -> str:
        return str(settings.ORGANISATION_NAME)
