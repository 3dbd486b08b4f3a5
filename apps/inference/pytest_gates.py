"""A plugin of pytest: the gate of the last training of a model, one test for each check.

See docs/how-to/test-a-model-in-ci.md.

    python -m pytest -p no:django -p apps.inference.pytest_gates --ecluse-model orientation

What was checked while it was trained is told again; its file is opened here, and asked its golden rows. A check that
blocks fails its test, one that warns is an expected failure: the run is green, and tells it.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.core.gates import Check, Severity, Verdict

OPTION = "--ecluse-model"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names models; without it, the plugin does nothing."""
    parser.getgroup("ecluse").addoption(
        OPTION,
        action="append",
        default=[],
        metavar="SLUG",
        dest="ecluse_models",
        help="test the last training of this model, and nothing else; as often as needed",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start Django, once for all. pytest-django would keep tests from the database that holds the trainings."""
    if not config.option.ecluse_models:
        return
    if config.pluginmanager.has_plugin("django"):
        raise pytest.UsageError(f"{OPTION} reads the trainings of this instance: add -p no:django.")
    import django

    django.setup()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With the option, no file is a test."""
    return True if config.option.ecluse_models else None


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Collect the checks of the models that are named."""
    for slug in config.option.ecluse_models:
        items.extend(GateOfModel.from_parent(session, name=slug).collect())


class GateOfModel(pytest.Collector):
    """The last training of a model that came to an end."""

    def collect(self) -> Iterable[pytest.Item]:
        from apps.inference.models import TrainingRun

        trainings = TrainingRun.objects.filter(model__slug=self.name, finished_at__isnull=False)
        training = trainings.select_related("model").order_by("-pk").first()
        if training is None:
            raise pytest.UsageError(f"No training of {self.name} came to an end: manage.py train --model {self.name}")
        for check in checks_of(training):
            subject = f" [{check.subject}]" if check.subject else ""
            yield CheckItem.from_parent(self, name=f"{check.name}{subject}", check=check)


class CheckItem(pytest.Item):
    """One check, in words."""

    def __init__(self, *, check: Check, **given: Any) -> None:
        super().__init__(**given)
        self.check = check

    def runtest(self) -> None:
        if self.check.blocks:
            raise DoesNotHold(tell(self.check))
        if not self.check.passed:
            pytest.xfail(tell(self.check))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if excinfo.errisinstance(DoesNotHold) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return Path(str(self.parent.name if self.parent else "")), None, self.name


class DoesNotHold(Exception):
    """A check that blocks; its message is what people read."""


def tell(check: Check) -> str:
    """A check that does not hold, on one line."""
    compared = f"{check.measured} (expected: {check.expected})" if check.expected else check.measured
    return f"{compared}. {check.message}".strip()


def checks_of(training: Any) -> Iterator[Check]:
    """What its gate decided, in words, then what is checked of its file here. One that failed has not come to its gate:
    it is a check that does not hold."""
    from apps.inference.gates.telling import told

    judged: Verdict | None = training.judged
    if judged is None:
        yield Check(name="training", passed=False, measured=training.state, message=training.error_code)
        return
    yield from told(judged).checks
    if version := getattr(training, "version", None):
        yield from _of_file(version)


def _of_file(version: Any) -> Iterator[Check]:
    """Whether it is the one that the training made, and answers as it did."""
    from apps.core.errors import PermanentFailure
    from apps.inference.enums import Format
    from apps.inference.gates.telling import told_check
    from apps.inference.packaging.golden import check_golden
    from apps.inference.packaging.store import read
    from apps.inference.predictors import open_model

    try:
        content = read(version)
    except PermanentFailure as failure:
        yield Check(name="file", passed=False, severity=Severity.BLOCKING, message=str(failure.message))
        return
    yield Check(name="file", passed=True)
    predictor = open_model(content, format=Format(version.format), signature=version.signed)
    yield told_check(check_golden(predictor, version.signed, version.golden))
