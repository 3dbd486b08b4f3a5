"""Whether the package answers as the model that was judged: it is what will be served."""

from collections.abc import Iterator

from apps.core.gates import Check, Severity
from apps.inference.enums import Format
from apps.inference.gates.case import Case, CheckName
from apps.inference.packaging.golden import check_golden
from apps.inference.packaging.parity import compare


def look(case: Case) -> Iterator[Check]:
    """The largest gap between their answers, stored with how many rows got another class; the golden rows; whether it
    had to be packaged in the slower format, and why."""
    found = compare(case.trained, case.predictor)
    yield Check(
        name=CheckName.PARITY,
        passed=found.holds,
        measured=f"{found.gap:.3g} {found.changed} {found.rows}",
        expected=f"{found.tolerance:g}",
    )
    yield check_golden(case.predictor, case.signature, case.package.golden)
    yield Check(
        name=CheckName.CONVERTED,
        passed=case.package.format == Format.ONNX,
        measured=case.package.format,
        severity=Severity.WARNING,
        message=case.package.why_not_onnx,
    )
