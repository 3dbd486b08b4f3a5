"""allauth's forms, as this house writes forms: a label says what to type, so no placeholder repeats it."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as two_factor
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.second_factors import keep_code_used


class Plain(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class Code(Plain):
    """Six digits read on a telephone, or a recovery code: the keyboard shown has digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class UsedOnce(Code):
    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # allauth's, of which this is mixed in front
        keep_code_used(self.authenticator, code)  # type: ignore[attr-defined]  # of allauth's form
        return code


class LoginForm(Plain, account.LoginForm):  # type: ignore[misc]  # the library is not typed here
    pass


class SignupForm(Plain, account.SignupForm):  # type: ignore[misc]
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("As your colleagues will read it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1", "password2"]

    def clean(self) -> dict[str, Any]:
        """Compare the password with the name too: allauth knows the e-mail only."""
        cleaned = super().clean() or {}
        if "password1" in cleaned:
            try:
                validate_password(cleaned["password1"], User(name=cleaned.get("name", "")))
            except forms.ValidationError as refusal:
                self.add_error("password1", refusal)
        return cleaned

    def try_save(self, request: HttpRequest) -> Any:
        """As slow for an account that exists, whose password is not kept: the time taken must not tell."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class AddEmailForm(Plain, account.AddEmailForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(Plain, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(Plain, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(Plain, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(Plain, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class TwoFactorForm(UsedOnce, two_factor.AuthenticateForm):  # type: ignore[misc]
    pass


class TwoFactorReauthenticateForm(UsedOnce, two_factor.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateTotpForm(Code, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass


class AddKeyForm(Plain, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(
        label=_("Name"), max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean(self) -> Any:
        try:
            return super().clean()
        except ValueError as malformed:  # allauth expects a TypeError only of what is no credential
            raise get_adapter().validation_error("incorrect_code") from malformed


class EditKeyForm(Plain, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
