"""What the accessibility statement may claim."""

from datetime import date

import pytest
from pydantic import ValidationError

from apps.core.accessibility import Audit, Conformity, conformity, read_audit

TODAY = date(2026, 11, 19)


def audit(**changes):
    facts = {"audited_on": date(2026, 1, 5), "auditor": "Atelier", "standard": "RGAA 4.1.2", "held": 50, "failed": 0}
    return Audit(**facts | changes)


def test_without_an_audit_nothing_is_claimed():
    assert conformity(None, TODAY) == Conformity.NONE


@pytest.mark.parametrize(
    ("held", "failed", "claim"),
    [
        (50, 0, Conformity.FULL),
        (49, 1, Conformity.PARTIAL),
        (25, 25, Conformity.PARTIAL),
        (24, 26, Conformity.NONE),
        (0, 0, Conformity.NONE),
    ],
)
def test_the_claim_follows_the_share_of_criteria_that_hold(held, failed, claim):
    assert conformity(audit(held=held, failed=failed), TODAY) == claim


@pytest.mark.parametrize(
    ("audited_on", "claim"),
    [
        (date(2023, 11, 20), Conformity.FULL),
        (date(2023, 11, 19), Conformity.NONE),
        (date(2020, 2, 29), Conformity.NONE),
    ],
)
def test_an_audit_is_worth_three_years(audited_on, claim):
    assert conformity(audit(audited_on=audited_on), TODAY) == claim


def test_an_audit_is_read_from_the_organisations_file(tmp_path):
    path = tmp_path / "audit.json"
    path.write_text(audit(failures=[{"criterion": "1.1", "what": "a map"}]).model_dump_json())

    found = read_audit(str(path))

    assert found is not None
    assert found.failures[0].what == "a map"


def test_a_file_that_makes_no_sense_stays_loud(tmp_path):
    path = tmp_path / "audit.json"
    path.write_text('{"held": "many"}')

    with pytest.raises(ValidationError):
        read_audit(str(path))
