"""The demonstration as the launcher makes it: its project before the doors open, its collections once they are."""

import os
import socket

import pytest
from django.core.management import get_commands
from django.core.management.base import BaseCommand

from apps.core import declarations
from apps.core.declarations import Bundle
from config.launch import world
from config.launch.alone import CannotStart
from config.launch.steps import apply_demonstration, ask_for_first_collections
from tests.core.projects.kinds import BoxDocument, apply_box
from tests.core.testapp.models import Box
from tests.ports import free_port

pytestmark = pytest.mark.django_db


class Planted(BaseCommand):
    """`collect` in a test: says `lines`, or raises `error` once it has said them."""

    def __init__(self, *lines, error=None):
        super().__init__()
        self.lines = lines
        self.error = error

    def add_arguments(self, parser):
        parser.add_argument("--missing", action="store_true", required=True)
        parser.add_argument("--ask", action="store_true", required=True)

    def handle(self, *args, **options):
        for line in self.lines:
            self.stdout.write(line)
        if self.error:
            raise self.error


@pytest.fixture
def plant(monkeypatch):
    return lambda collect: monkeypatch.setitem(get_commands(), "collect", collect)


@pytest.fixture
def project(monkeypatch, tmp_path):
    kind = Bundle(kind="box", document=BoxDocument, apply=apply_box, export=list)
    monkeypatch.setitem(vars(declarations.bundles), "by_app", {"testapp": [kind]})
    (tmp_path / "a.yaml").write_text("kind: box\nslug: a\n")
    return tmp_path


def test_without_a_project_nothing_is_done_or_said(tmp_path, capsys):
    apply_demonstration(tmp_path / "gone")

    assert capsys.readouterr().out == ""


def test_a_second_start_says_that_nothing_changed(project, capsys):
    apply_demonstration(project)
    apply_demonstration(project)

    said = capsys.readouterr().out.splitlines()
    assert [line.rpartition(",")[0] for line in said] == [
        "  Demonstration project … 1 created",
        "  Demonstration project … 1 unchanged",
    ]


def test_errors_in_the_project_are_told_and_keep_nobody_from_the_rest(project, capsys):
    (project / "b.yaml").write_text("kind: box\nslug: b\ntitle: 1\n")

    apply_demonstration(project)

    said = capsys.readouterr().out
    assert "    b.yaml:3:8: title: A text is expected" in said
    assert said.endswith("  The demonstration is not complete; the rest of the house is.\n")
    assert not Box.objects.exists()


def test_what_is_asked_for_is_told_at_once_for_the_terminal_is_shared_by_then(plant, capsys):
    plant(Planted("towns: asked for.", "streets: asked for."))

    ask_for_first_collections()

    assert capsys.readouterr().out == "First collections:\n    towns: asked for.\n    streets: asked for.\n"


def test_nothing_is_said_when_nothing_is_missing(plant, capsys):
    plant(Planted())

    ask_for_first_collections()

    assert capsys.readouterr().out == ""


def test_a_bug_is_told_as_one_with_what_was_said_before_it(plant, capsys):
    plant(Planted("towns: asked for.", error=ZeroDivisionError("oh")))

    ask_for_first_collections()

    said = capsys.readouterr().out
    assert "ZeroDivisionError: oh" in said
    assert "this is a bug" in said
    assert "    towns: asked for.\n" in said


def test_who_ends_the_launcher_ends_it_there_too(plant):
    plant(Planted(error=KeyboardInterrupt()))

    with pytest.raises(KeyboardInterrupt):
        ask_for_first_collections()


# --- The port of its world ------------------------------------------------------------------------
@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Where the port is kept, the usual one being one that is free."""
    monkeypatch.setattr(world, "PORT", free_port())
    monkeypatch.setenv("DEMO_WORLD_PORT", "")
    return tmp_path / "world.env"


def test_the_world_has_its_usual_port_and_it_is_kept_for_the_commands_run_beside(kept):
    port = world.choose_port(kept, besides=1)

    assert port == world.PORT
    assert kept.read_text() == f"DEMO_WORLD_PORT={port}\n"
    assert os.environ["DEMO_WORLD_PORT"] == str(port)


def test_the_world_leaves_the_port_of_another_program_and_that_of_the_site(kept):
    with socket.create_server(("127.0.0.1", world.PORT)):
        port = world.choose_port(kept, besides=world.PORT + 1)

    assert port > world.PORT + 1


def test_a_port_that_was_asked_for_and_is_taken_is_told(kept, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("DEMO_WORLD_PORT", str(taken.getsockname()[1]))

        with pytest.raises(CannotStart, match="DEMO_WORLD_PORT"):
            world.choose_port(kept, besides=1)
