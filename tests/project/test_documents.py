"""What the documents name exists, and what they promise to list is listed."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from config.schedule import SCHEDULE
from tests.project.test_architecture import CORE

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()

# Every Django app has them; they need no word of ours.
DJANGO = {"apps", "management", "urls", "views"}

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#]+)[^)]*\)")
FILE = re.compile(r"`((?:apps|config|docs|locale|projects|requirements|static|templates|tests)/[^\s`{}<>*:…]+)`")
COMMAND = re.compile(r"^`?make ([a-z][a-z0-9-]*)", re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def broken_links(folder: Path, text: str) -> list[str]:
    return [target for target in LINK.findall(text) if not (folder / target).exists()]


def missing_files(text: str) -> list[str]:
    return [name for name in FILE.findall(text) if not (ROOT / name).exists()]


def code_in(text: str) -> Iterator[str]:
    """What is written as code: prose may make things too."""
    yield from re.findall(r"```.*?```", text, re.DOTALL)
    yield from re.findall(r"`[^`\n]+`", text)


def unknown_targets(text: str) -> list[str]:
    return [target for code in code_in(text) for target in COMMAND.findall(code) if target not in TARGETS]


def rows(text: str) -> Iterator[list[str]]:
    """The lines of its tables, but for the headers and what underlines them."""
    for previous, line in zip(["", *text.splitlines()], [*text.splitlines(), ""], strict=True):
        is_header = not previous.startswith("|")
        if line.startswith("|") and not is_header and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def modules_told(text: str) -> set[str]:
    """What stands in code in the first column of the tables."""
    return {name for row in rows(text) for name in re.findall(r"`([\w.]+)`", row[0])}


def declarations(sources: Iterable[str]) -> set[str]:
    """The names of the modules in which apps declare something: the first argument of `Declarations(…)`."""
    return {
        node.args[0].value
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Declarations"
        and isinstance(node.args[0], ast.Constant)
    }


documents = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@documents
def test_what_a_document_links_to_exists(path):
    assert broken_links(path.parent, path.read_text()) == []


@documents
def test_the_files_that_a_document_names_exist(path):
    assert missing_files(path.read_text()) == []


@documents
def test_the_commands_that_a_document_gives_exist(path):
    assert unknown_targets(path.read_text()) == []


def test_what_does_not_exist_is_found():
    text = "[it](gone.md#part), `apps/core/gone.py` and `make gone`; [there](README.md), `apps/core/`, `make run`"

    assert broken_links(ROOT, text) == ["gone.md"]
    assert missing_files(text) == ["apps/core/gone.py"]
    assert unknown_targets(text) == ["gone"]


def test_the_architecture_tells_every_module_of_core():
    assert modules_told(ARCHITECTURE) >= CORE - DJANGO


def test_the_architecture_tells_everything_that_apps_declare():
    read = declarations(path.read_text() for path in (ROOT / "apps").rglob("*.py"))

    assert {"personal_data", "perms"} <= read
    assert {name.removesuffix(".py") for name in modules_told(ARCHITECTURE) if name.endswith(".py")} == read


def test_operations_tell_every_periodic_task():
    told = (ROOT / "docs" / "operations.md").read_text()

    assert [entry.command for entry in SCHEDULE if f"`manage.py {entry.command}`" not in told] == []


def test_the_glossary_has_one_line_for_each_term_in_their_order():
    terms = list(rows((ROOT / "docs" / "glossary.md").read_text()))
    english = [row[0] for row in terms]

    assert all(len(row) == 3 and all(row) for row in terms)
    assert len(set(english)) == len(english)
    assert english == sorted(english, key=str.casefold)
