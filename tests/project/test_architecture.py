"""Where code may live, what it may import and do there. Each rule is a function that has caught a planted fault."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ROOT / "apps"

# core is not a drawer. A new module is added here in the commit that adds it, by someone who looked for a better home.
CORE = {
    # The ground: errors, gates, who may open what, what apps declare
    "access",
    "declarations",
    "errors",
    "gates",
    # The outside world
    "http",
    "well_formed",
    # Work that runs by itself
    "leases",
    "queues",
    "schedules",
    "tasks",
    "work",
    # The database, immutable files, and what is only remembered
    "postgresql",
    "lake",
    "caching",
    # Projects written down
    "projects",
    # Secrets and logs
    "error_reports",
    "logging",
    "request_log",
    "scrubbing",
    "secrets",
    "task_log",
    # What core declares, and how it is exposed
    "exposition",
    "health",
    "interface",
    "metrics",
    "problems",
    # The interface shell
    "accessibility",
    "api",
    "charts",
    "context_processors",
    "emails",
    "forms",
    "gallery",
    "home",
    "numbers",
    "search",
    "templatetags",
    "urls",
    "views",
    # Django's own places
    "apps",
    "management",
}

DRAWERS = {"common", "helper", "helpers", "misc", "service", "services", "shared", "util", "utils"}

# They load, call one act, and answer.
INTERFACES = {
    "admin",
    "api",
    "context_processors",
    "forms",
    "management",
    "middleware",
    "tasks",
    "templatetags",
    "views",
}
WRITES = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create"}
ALLOWED_WRITES = {
    "apps/core/api/schema.py: described.setdefault('headers', {}).update": "a dictionary",
    "apps/datasets/views/api_tab.py: query.update": "the parameters of an address",
    "apps/datasets/views/overview.py: asked.update": "the parameters of an address",
}
ALLOWED_IMPORTS = {
    "apps/accounts/telling.py: apps.core.templatetags.ecluse.moment": "an instant is written there as on every page",
    "apps/core/gallery.py: apps.core.forms.DateInput": "the gallery shows a form",
}
# They also hold the types of what they declare.
DECLARING_WITH_TYPES = {"apps.core.interface", "apps.core.problems"}


def python_files() -> Iterator[Path]:
    return (path for path in APPS.rglob("*.py") if "migrations" not in path.parts)


def drawers(paths: list[Path]) -> list[str]:
    """The modules and packages whose name says nothing of what they hold."""
    return [str(path) for path in paths if DRAWERS & {path.stem, path.parent.name}]


def writes_in_interfaces(path: Path, source: str) -> list[str]:
    """The calls that write to the database, in a module that may only call acts; each as `file: call`."""
    parts = path.with_suffix("").parts[2:]  # after apps/<app>/
    if not parts or parts[0] not in INTERFACES:
        return []
    return [
        f"{path}: {ast.unparse(node.func)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and not ast.unparse(node.func.value).endswith("cache")
    ]


def prints(path: Path, source: str) -> list[str]:
    return [
        f"{path}:{node.lineno}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def long_tasks(path: Path, source: str) -> list[str]:
    """The Celery tasks of more than ten lines: a task is an interface."""
    return [
        f"{path}: {node.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and any("shared_task" in ast.unparse(decorator) for decorator in node.decorator_list)
        and (node.end_lineno or 0) - node.lineno >= 10
    ]


def imports(source: str) -> Iterator[str]:
    """Every module that this source may import, `from a import b` counted as `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def interfaces_imported_from_below(path: Path, source: str) -> list[str]:
    """The pages, forms or tasks that an act or a model imports: the contract of imports cannot name the acts."""
    parts = path.with_suffix("").parts
    if parts[2] in INTERFACES | {"urls"}:
        return []
    return [
        f"{path}: {name}"
        for name in imports(source)
        if name.startswith("apps.") and name.split(".")[2:] and name.split(".")[2] in INTERFACES
    ]


def declarations_imported_from_elsewhere(path: Path, source: str, declaring: set[str]) -> list[str]:
    """The modules that another app declares something in, and that this one imports."""
    app = ".".join(path.parts[:2])
    return [
        f"{path}: {name}"
        for name in imports(source)
        if not name.startswith(f"{app}.")
        and any(name == module or name.startswith(f"{module}.") for module in declaring)
    ]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300, check=False)


def test_imports_go_down_the_flight():
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "imported"),
    [("apps/core/rules.py", "apps.accounts.models"), ("apps/accounts/models.py", "apps.accounts.views")],
    ids=["upwards", "from its interface"],
)
def test_an_import_against_the_flow_is_found(tmp_path, module, imported):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    apps = [f"apps/{path.parent.name}" for path in APPS.glob("*/apps.py")]
    for name in ("config", *apps, "apps/accounts/views"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "__init__.py").touch()
    for name in ("apps/__init__.py", "apps/core/models.py", "apps/accounts/models.py"):
        (tmp_path / name).touch()
    assert lint_imports(tmp_path).returncode == 0
    (tmp_path / module).write_text(f"import {imported}\n")

    result = lint_imports(tmp_path)

    assert result.returncode == 1
    assert "BROKEN" in result.stdout


def test_every_app_is_in_both_contracts():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    apps = {f"apps.{path.parent.name}" for path in APPS.glob("*/apps.py")}

    assert apps <= {layer.strip("()") for layer in contracts[0]["layers"]}
    assert apps == set(contracts[1]["containers"])


def test_acts_and_models_import_no_interface():
    found = [
        each
        for path in python_files()
        if path.parent != APPS
        for each in interfaces_imported_from_below(path.relative_to(ROOT), path.read_text())
        if each not in ALLOWED_IMPORTS
    ]

    assert found == []


@pytest.mark.parametrize(
    "line",
    ["from apps.x.views import page", "from apps.x import forms", "import apps.y.tasks", "from apps.x.api import urls"],
)
def test_an_act_that_imports_an_interface_is_found(line):
    assert len(interfaces_imported_from_below(Path("apps/x/collecting.py"), line)) == 1
    assert interfaces_imported_from_below(Path("apps/x/admin.py"), line) == []


def test_what_an_app_declares_is_imported_by_no_other():
    declaring = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in python_files()
        if re.search("^DECLARED\\b", path.read_text(), re.MULTILINE)
    } - DECLARING_WITH_TYPES
    found = [
        each
        for path in python_files()
        for each in declarations_imported_from_elsewhere(path.relative_to(ROOT), path.read_text(), declaring)
    ]

    assert "apps.accounts.perms" in declaring
    assert found == []


def test_a_declaration_imported_from_elsewhere_is_found():
    source, declaring = "from apps.x.metrics import RATE", {"apps.x.metrics"}

    assert declarations_imported_from_elsewhere(Path("apps/y/rates.py"), source, declaring) == [
        "apps/y/rates.py: apps.x.metrics.RATE"
    ]
    assert declarations_imported_from_elsewhere(Path("apps/x/rates.py"), source, declaring) == []


def test_core_holds_the_modules_that_it_names_and_no_other():
    modules = {path.stem for path in (APPS / "core").iterdir() if not path.name.startswith("_")}

    assert modules == CORE


def test_no_module_is_a_drawer():
    assert drawers(list(python_files())) == []


@pytest.mark.parametrize("path", ["apps/x/utils.py", "apps/x/services/mailing.py"])
def test_a_drawer_is_found(path):
    assert drawers([Path(path)]) == [path]


def test_interfaces_write_nothing_by_themselves():
    found = [
        write
        for path in python_files()
        for write in writes_in_interfaces(path.relative_to(ROOT), path.read_text())
        if write not in ALLOWED_WRITES
    ]

    assert found == []


def test_every_exception_is_still_needed():
    sources = [(path.relative_to(ROOT), path.read_text()) for path in python_files() if path.parent != APPS]
    writes = {write for path, source in sources for write in writes_in_interfaces(path, source)}
    imported = {each for path, source in sources for each in interfaces_imported_from_below(path, source)}

    assert set(ALLOWED_WRITES) <= writes
    assert set(ALLOWED_IMPORTS) <= imported


@pytest.mark.parametrize(
    "path",
    ["apps/x/views.py", "apps/x/views/runs.py", "apps/x/api/serializers.py", "apps/x/tasks.py", "apps/x/admin.py"],
)
@pytest.mark.parametrize(
    "call", ["run.save", "form.save", "Run.objects.create", "Run.objects.filter(pk=1).update", "rows.delete"]
)
def test_a_write_in_an_interface_is_found(path, call):
    assert writes_in_interfaces(Path(path), f"def act():\n    {call}()") == [f"{path}: {call}"]


def test_an_act_may_write_and_an_interface_may_forget_what_it_cached():
    assert writes_in_interfaces(Path("apps/x/collecting.py"), "run.save()") == []
    assert writes_in_interfaces(Path("apps/x/views.py"), "cache.delete('x')") == []


def test_the_apps_log_and_do_not_print():
    assert [line for path in python_files() for line in prints(path.relative_to(ROOT), path.read_text())] == []


def test_a_print_is_found():
    assert prints(Path("x.py"), "if True:\n    print('here')") == ["x.py:2"]


def test_a_task_is_ten_lines_at_most():
    assert [task for path in APPS.glob("*/tasks.py") for task in long_tasks(path, path.read_text())] == []


def test_a_long_task_is_found():
    body = "    work()\n" * 10

    assert long_tasks(Path("t.py"), f"@shared_task(bind=True)\ndef toil():\n{body}") == ["t.py: toil"]
