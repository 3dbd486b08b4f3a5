"""Each setting is read in one place, and told in two: `.env.example` and `docs/operations.md`. None is told in vain."""

import ast
import re
from collections.abc import Iterator

from django.conf import settings

ROOT = settings.BASE_DIR
# Read by libraries at import, before the settings and so before `.env`.
READ_BY_LIBRARIES = {"DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR"}


def read_by_settings() -> Iterator[str]:
    """The names that the settings take from the environment: `env.str("NAME")`, `env.db_url("NAME")`…"""
    for path in (ROOT / "config" / "settings").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and re.fullmatch(r"env\.\w+", ast.unparse(node.func)):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def read_by_processes() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "Procfile").read_text()))


READ_FOR_OTHERS = {
    # The secrets of project files: people choose the names of those variables.
    ROOT / "apps" / "core" / "projects" / "values.py",
    # What a forge's own pipelines say, where the command runs in one.
    ROOT / "apps" / "inference" / "management" / "commands" / "post_report.py",
}
READ = set(read_by_settings()) | read_by_processes() | READ_BY_LIBRARIES


def test_the_settings_are_found():
    assert {"SECRET_KEY", "DATABASE_URL", "SECURE_SSL_REDIRECT", "PORT"} <= READ


def test_the_example_holds_each_of_them():
    lines = (ROOT / ".env.example").read_text()

    assert set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", lines, re.MULTILINE)) == READ - READ_BY_LIBRARIES


def test_operations_tell_each_of_them():
    _before, table = (ROOT / "docs" / "operations.md").read_text().split("\n## Settings\n")

    assert set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", table, re.MULTILINE)) == READ


def test_nothing_else_is_read_from_the_environment():
    elsewhere = {
        ast.literal_eval(node.args[0])
        for path in [*ROOT.glob("apps/**/*.py"), *ROOT.glob("config/*.py")]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and re.fullmatch(r"os\.(environ\.\w+|getenv)", ast.unparse(node.func))
        and path not in READ_FOR_OTHERS
    }

    assert elsewhere <= READ_BY_LIBRARIES
