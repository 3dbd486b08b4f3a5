"""The errors of accounts, as a program meets them."""

from django.utils.translation import gettext_lazy as _

from apps.core.problems import ProblemType

DECLARED = [
    ProblemType(
        code="credentials_refused",
        status=400,
        title=_("The credentials are not accepted"),
        meaning=_("The e-mail, the password or the two-factor code is wrong; it is not said which."),
    ),
    ProblemType(
        code="two_factor_required",
        status=400,
        title=_("A two-factor code is needed"),
        meaning=_("The account has two-factor authentication: send “code” too."),
    ),
    ProblemType(
        code="second_factor_missing",
        status=400,
        title=_("The account needs a second factor"),
        meaning=_("A role of the account requires two-factor authentication: set it up on the site, then try again."),
    ),
    ProblemType(
        code="email_not_verified",
        status=400,
        title=_("The e-mail is not verified"),
        meaning=_("Follow the link in the message you were sent, then try again."),
    ),
    ProblemType(
        code="token_name_taken",
        status=409,
        title=_("The name is taken"),
        meaning=_("Each of your tokens has its own name: renew that one, revoke it, or choose another name."),
    ),
    ProblemType(
        code="too_many_tokens",
        status=409,
        title=_("Too many tokens"),
        meaning=_("Revoke a token that is no longer used, then ask again."),
    ),
    ProblemType(
        code="token_gone",
        status=409,
        title=_("The token was renewed or revoked"),
        meaning=_("Someone acted on the same token at the same time. Read the list again."),
    ),
    ProblemType(
        code="scope_escalation",
        status=403,
        title=_("The token may not do that much"),
        meaning=_("A token can renew itself, and those that may do no more than itself."),
    ),
    ProblemType(
        code="token_lifetime",
        status=400,
        title=_("The lifetime is not possible"),
        meaning=_("A token lives at least one day and no longer than the instance allows."),
    ),
    ProblemType(
        code="token_scope",
        status=400,
        title=_("The scopes are not possible"),
        meaning=_("A token has at least one scope, and only scopes that this instance knows."),
    ),
    ProblemType(
        code="token_refused",
        status=409,
        title=_("The token cannot be made"),
        meaning=_("“detail” says why."),
    ),
    ProblemType(
        code="last_administrator",
        status=409,
        title=_("Someone must remain an administrator"),
        meaning=_("Give the role to someone else first."),
    ),
    ProblemType(
        code="demonstration_only",
        status=409,
        title=_("For demonstrations only"),
        meaning=_("This instance is not a demonstration."),
    ),
]
