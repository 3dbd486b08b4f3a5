"""How accessible this instance may claim to be: what its last recorded audit says, and nothing without one.

The law (loi n° 2005-102, article 47, and its decree of 24 July 2019) fixes the three words and that a statement
expires. The audit is a JSON file of the organisation that runs the instance (setting ACCESSIBILITY_AUDIT).
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

# A statement is worth three years (decree 2019-768, article 5).
YEARS_OF_VALIDITY = 3


@dataclass(frozen=True)
class Standard:
    """The set of criteria that audits are made against; RGAA 5 is announced, so none of this is written elsewhere."""

    name: str
    version: str
    criteria: int
    url: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


STANDARD = Standard("RGAA", "4.1.2", 106, "https://accessibilite.numerique.gouv.fr/methode/criteres-et-tests/")


class Conformity(TextChoices):
    NONE = "none", _("not compliant")
    PARTIAL = "partial", _("partially compliant")
    FULL = "full", _("fully compliant")


class Failure(BaseModel):
    model_config = ConfigDict(frozen=True)

    criterion: str
    what: str


class Audit(BaseModel):
    """One audit: when, by whom, against what, and how many criteria hold."""

    model_config = ConfigDict(frozen=True)

    audited_on: date
    auditor: str
    standard: str = Field(description="Name and version, such as “RGAA 4.1.2”")
    held: int = Field(ge=0)
    failed: int = Field(ge=0)
    not_applicable: int = Field(default=0, ge=0)
    failures: tuple[Failure, ...] = ()
    exemptions: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """The share of the applicable criteria that hold."""
        return self.held / (self.held + self.failed) if self.held + self.failed else 0.0

    def has_expired(self, today: date) -> bool:
        return (today.year - self.audited_on.year, today.month, today.day) >= (
            YEARS_OF_VALIDITY,
            self.audited_on.month,
            self.audited_on.day,
        )


def conformity(audit: Audit | None, today: date) -> Conformity:
    """What the statement may claim: half of the criteria make it partial, all of them full."""
    if audit is None or audit.has_expired(today) or audit.rate < 0.5:
        return Conformity.NONE
    return Conformity.FULL if audit.rate == 1 else Conformity.PARTIAL


def last_audit() -> Audit | None:
    """The recorded audit, None if there is none. Raises ValidationError if its file cannot be understood."""
    return read_audit(settings.ACCESSIBILITY_AUDIT)


@cache
def read_audit(path: str) -> Audit | None:
    return Audit.model_validate_json(Path(path).read_bytes()) if path else None
