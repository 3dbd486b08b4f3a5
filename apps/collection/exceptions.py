"""What may go wrong in a collection. The class says what becomes of the run; its code, title and advice are what
people read, on the page of the run, in either language, long after the error itself is gone.

    ConfigError, AuthError   no retry: a person must change something
    Transient, RateLimited   it may pass: retried with backoff
    Blocked                  the guard refuses to go there (addresses, robots)
    ContractBroken           what came is not what was agreed: the run stops
    Bug                      anything else
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.errors import EcluseError, PermanentFailure, RuleViolation, TemporaryFailure


class CollectionError(EcluseError):
    """An error of a run. `details` are JSON values that the title and the advice may quote; never a secret."""

    kind: ClassVar[str] = "bug"
    title: ClassVar[str | Promise] = _("The run failed unexpectedly")
    advice: ClassVar[str | Promise] = _("Run it again. If it fails again, give its number to whoever maintains Écluse.")

    def __init__(self, *, subject: str = "", **details: Any) -> None:
        self.details: Mapping[str, Any] = details
        super().__init__(type(self).tell(details), subject=subject)

    @classmethod
    def tell(cls, details: Mapping[str, Any]) -> str:
        """The title and the advice in the language of the moment."""
        return f"{str(cls.title) % details}. {str(cls.advice) % details}"


class ConfigError(CollectionError, RuleViolation):
    kind = "config"
    code = "source_misconfigured"


class AuthError(CollectionError, RuleViolation):
    kind = "auth"
    code = "source_refuses_us"


class Transient(CollectionError, TemporaryFailure):
    kind = "transient"
    code = "source_unavailable"


class RateLimited(Transient):
    kind = "rate_limited"
    code = "source_rate_limited"


class Blocked(CollectionError, PermanentFailure):
    kind = "blocked"
    code = "source_blocked"


class ContractBroken(CollectionError, RuleViolation):
    kind = "contract"
    code = "contract_broken"
