"""What can be refused about accounts."""

from apps.core.errors import RuleViolation


class LastAdministrator(RuleViolation):
    """The act would leave the house without an administrator."""

    code = "last_administrator"


class TokenRefused(RuleViolation):
    """A token cannot be made or renewed as asked."""

    code = "token_refused"


class CredentialsRefused(RuleViolation):
    """The e-mail, the password or the code is wrong; it is not said which."""

    code = "credentials_refused"


class DemonstrationOnly(RuleViolation):
    """This is done on a demonstration instance only."""

    code = "demonstration_only"
