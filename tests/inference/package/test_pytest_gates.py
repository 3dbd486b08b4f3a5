"""The plugin by which a team tests its model in its own CI, run as they run it: pytest in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from apps.core import lake
from apps.core.gates import Check, Severity, Verdict
from tests.inference import package_factories as made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

ROOT = Path(__file__).parents[3]
HOLDS = Check(name="parity", passed=True, measured="0 0 10", expected="1e-05")
WARNS = Check(name="robust_to", passed=False, measured="0.2", expected="0.1", severity=Severity.WARNING, label="typos")
BLOCKS = Check(name="metric", passed=False, measured="0.71", expected="≥ 0.8", label="f1_macro")


def database_url():
    at = connection.settings_dict
    host = at["HOST"] or "127.0.0.1"
    if host.startswith("/"):
        return f"postgres://{at['USER']}@/{host}/{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{host}:{at['PORT'] or 5432}/{at['NAME']}"


def run(folder, *arguments):
    """pytest, in a folder that holds a test of something else."""
    (folder / "test_other.py").write_text("def test_other():\n    assert False\n")
    environment = os.environ | {"DATABASE_URL": database_url(), "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "apps.inference.pytest_gates",
        "-ra",
        "-v",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    return done.returncode, done.stdout + done.stderr


def a_version(of_tumours, package_of_tumours, *checks):
    verdict = Verdict(judged_at=timezone.now(), checks=checks)
    return made.version_of(of_tumours, package_of_tumours, slug="orientation", verdict=verdict)


def test_each_check_is_a_test_and_a_warning_an_expected_failure(tmp_path, of_tumours, package_of_tumours):
    a_version(of_tumours, package_of_tumours, HOLDS, WARNS)

    code, told = run(tmp_path, "-p", "no:django", "--ecluse-model", "orientation")

    assert code == 0, told
    assert "3 passed, 1 xfailed" in told
    assert "test_other" not in told


def test_a_check_that_blocks_fails_with_what_was_measured_and_what_to_do(tmp_path, of_tumours, package_of_tumours):
    a_version(of_tumours, package_of_tumours, HOLDS, BLOCKS)

    code, told = run(tmp_path, "-p", "no:django", "--ecluse-model", "orientation")

    assert code == 1
    assert "1 failed, 3 passed" in told
    assert "F1, moyenne des classes" in told
    assert "0,71" in told
    assert "Traceback" not in told


def test_a_file_that_was_changed_fails(tmp_path, of_tumours, package_of_tumours):
    version = a_version(of_tumours, package_of_tumours, HOLDS)
    with lake.reading(version.file) as path:
        path.write_bytes(b"something else")

    code, told = run(tmp_path, "-p", "no:django", "--ecluse-model", "orientation")

    path.unlink()
    assert code == 1
    assert "1 failed, 1 passed" in told


def test_without_a_training_it_says_how_to_train(tmp_path):
    code, told = run(tmp_path, "-p", "no:django", "--ecluse-model", "orientation")

    assert code == pytest.ExitCode.USAGE_ERROR
    assert "manage.py train --model orientation" in told


def test_it_says_so_where_pytest_django_would_hide_the_database(tmp_path):
    code, told = run(tmp_path, "--ecluse-model", "orientation")

    assert code == pytest.ExitCode.USAGE_ERROR
    assert "-p no:django" in told


def test_without_its_option_it_leaves_tests_alone(tmp_path):
    code, told = run(tmp_path, "-p", "no:django")

    assert code == 1
    assert "test_other" in told
