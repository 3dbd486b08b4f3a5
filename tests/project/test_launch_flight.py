"""The last step of the launcher before the doors open: the demonstration's project, and what it needs done."""

import pytest
from django.core.management import get_commands
from django.core.management.base import BaseCommand

from apps.core import declarations
from apps.core.declarations import Bundle
from config.launch.steps import show_flight
from tests.core.projects.kinds import BoxDocument, apply_box
from tests.core.testapp.models import Box

pytestmark = pytest.mark.django_db


class Planted(BaseCommand):
    """A command of ours for a test: says `lines`, or raises `error` once it has said them."""

    def __init__(self, *lines, error=None):
        super().__init__()
        self.lines = lines
        self.error = error

    def add_arguments(self, parser):
        parser.add_argument("--missing", action="store_true", required=True)

    def handle(self, *args, **options):
        for line in self.lines:
            self.stdout.write(line)
        if self.error:
            raise self.error


@pytest.fixture
def plant(monkeypatch):
    """Replaces `collect` and `build`, which have nothing to do until a test says otherwise."""

    def plant(collect, build):
        monkeypatch.setitem(get_commands(), "collect", collect)
        monkeypatch.setitem(get_commands(), "build", build)

    plant(Planted(), Planted())
    return plant


@pytest.fixture
def project(monkeypatch, tmp_path):
    kind = Bundle(kind="box", document=BoxDocument, apply=apply_box, export=list)
    monkeypatch.setitem(vars(declarations.bundles), "by_app", {"testapp": [kind]})
    (tmp_path / "a.yaml").write_text("kind: box\nslug: a\n")
    return tmp_path


def test_without_a_project_nothing_is_done_or_said(tmp_path, capsys):
    show_flight(tmp_path / "gone")

    assert capsys.readouterr().out == ""


def test_each_step_is_a_line_and_what_is_long_stands_below_it(project, plant, capsys):
    plant(Planted("diabetes: 442 rows", "iris: 150 rows"), Planted("diabetes: version 1"))

    show_flight(project)

    said = capsys.readouterr().out.splitlines()
    assert [line.rpartition(",")[0] if " … " in line else line for line in said] == [
        "  Demonstration project … 1 created",
        "  Collection … ready",
        "    diabetes: 442 rows",
        "    iris: 150 rows",
        "  Datasets … diabetes: version 1",
    ]


def test_a_second_start_says_that_nothing_changed(project, plant, capsys):
    show_flight(project)
    capsys.readouterr()

    show_flight(project)

    said = capsys.readouterr().out.splitlines()
    assert [line.rpartition(",")[0] for line in said] == [
        "  Demonstration project … 1 unchanged",
        "  Collection … ready",
        "  Datasets … ready",
    ]


def test_errors_in_the_project_are_told_and_keep_nobody_from_the_rest(project, plant, capsys):
    plant(Planted("collected"), Planted("built"))
    (project / "b.yaml").write_text("kind: box\nslug: b\ntitle: 1\n")

    show_flight(project)

    said = capsys.readouterr().out
    assert "    b.yaml:3:8: title: A text is expected" in said
    assert said.endswith("  The demonstration is not complete; the rest of the house is.\n")
    assert "collected" not in said
    assert not Box.objects.exists()


def test_a_bug_is_told_as_one_with_what_was_said_before_it(project, plant, capsys):
    plant(Planted("diabetes: 442 rows", error=ZeroDivisionError("oh")), Planted("built"))

    show_flight(project)

    said = capsys.readouterr().out
    assert "  Collection … stopped here.\n    diabetes: 442 rows\n" in said
    assert "ZeroDivisionError: oh" in said
    assert "this is a bug" in said
    assert "built" not in said
    assert Box.objects.exists()


def test_who_ends_the_launcher_ends_it_there_too(project, plant):
    plant(Planted(error=KeyboardInterrupt()), Planted())

    with pytest.raises(KeyboardInterrupt):
        show_flight(project)
