"""A project is applied whole or not at all, as often as one likes, and written back."""

from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import translation
from pydantic import BaseModel

from apps.core import declarations
from apps.core.declarations import Bundle, Outcome
from apps.core.errors import RuleViolation
from apps.core.projects import ProjectFile, ProjectRefused, apply_project, export_project
from apps.core.projects.reading import read_project
from tests.core.projects.conftest import FULL
from tests.core.projects.kinds import ChoreDocument, apply_box, apply_chore, files_below
from tests.core.testapp.models import Box

# What is applied


@pytest.mark.django_db
def test_applying_twice_changes_nothing_the_second_time(folder):
    root = folder("kind: chore\nname: dust\nbox: a\n---\nkind: box\nslug: a\n---\nkind: box\nslug: b\n")

    first, second = apply_project(root=root), apply_project(root=root)

    assert [(each.kind, each.key, each.outcome) for each in first] == [
        ("box", "a", Outcome.CREATED),
        ("box", "b", Outcome.CREATED),
        ("chore", "dust", Outcome.UNCHANGED),
    ]
    assert {each.outcome for each in second} == {Outcome.UNCHANGED}


@pytest.mark.django_db
def test_what_the_project_does_not_name_is_left_alone(folder):
    Box.objects.create(slug="other")

    apply_project(root=folder("kind: box\nslug: a\n"))

    assert set(Box.objects.values_list("slug", flat=True)) == {"a", "other"}


@pytest.mark.django_db
def test_what_an_app_refuses_is_told_with_its_place_and_nothing_is_kept(folder):
    root = folder("kind: box\nslug: a\n---\n\nkind: chore\nname: dust\nbox: gone\n")

    with pytest.raises(ProjectRefused) as refused:
        apply_project(root=root)

    assert str(refused.value) == (
        "Nothing was applied: there is 1 error to correct.\na.yaml:5:1: There is no such box: add it to the project."
    )
    assert not Box.objects.exists()


@pytest.mark.django_db
def test_a_dry_run_says_what_it_would_do_and_keeps_nothing(folder):
    root = folder("kind: box\nslug: a\n")

    with transaction.atomic():
        applied = apply_project(root=root, dry_run=True)

    assert [each.outcome for each in applied] == [Outcome.CREATED]
    assert not Box.objects.exists()


# What is written


@pytest.mark.django_db
def test_an_export_is_readable_and_leaves_defaults_and_secrets_out(exported):
    assert files_below(exported) == {
        "boxs/bare.yaml": b"kind: box\nslug: bare\n",
        "boxs/full.yaml": FULL.encode(),
        "files/boxs/full/content.txt": "été\n".encode(),
    }


@pytest.mark.django_db
def test_an_export_is_the_same_each_time_and_applying_it_changes_nothing(exported, tmp_path):
    export_project(root=tmp_path / "again")

    assert files_below(tmp_path / "again") == files_below(exported)
    assert {each.outcome for each in apply_project(root=exported)} == {Outcome.UNCHANGED}


@pytest.mark.django_db
def test_an_export_of_some_kinds_writes_no_other(exported, tmp_path):
    assert export_project(root=tmp_path / "chores", kinds=["chore"]) == []

    with pytest.raises(RuleViolation, match=r"No such kind: bax\. There are: box, chore\."):
        export_project(root=tmp_path / "nothing", kinds=["bax"])


@pytest.mark.django_db
def test_a_folder_that_is_not_empty_is_only_written_to_by_force(exported):
    (exported / "notes.txt").write_text("mine")
    Box.objects.filter(slug="bare").delete()

    with pytest.raises(RuleViolation, match="not empty"):
        export_project(root=exported)
    written = export_project(root=exported, force=True)

    assert written == ["boxs/full.yaml"]
    assert (exported / "notes.txt").read_text() == "mine"
    assert (exported / "boxs" / "bare.yaml").exists()


def test_a_file_is_no_folder_to_write_to(folder):
    with pytest.raises(RuleViolation, match="is a file"):
        export_project(root=folder("") / "a.yaml")


@pytest.mark.parametrize("name", ["../a", "a/b", ".a", ""])
def test_a_key_that_would_leave_the_folder_is_a_bug_of_its_app(monkeypatch, tmp_path, name):
    kind = Bundle(
        kind="chore",
        document=ChoreDocument,
        apply=apply_chore,
        export=lambda: [ChoreDocument(name=name, box="a")],
        key="name",
    )
    monkeypatch.setitem(vars(declarations.bundles), "by_app", {"testapp": [kind]})

    with pytest.raises(ImproperlyConfigured, match="cannot be the name of a file"):
        export_project(root=tmp_path / "out")


def test_two_files_of_one_object_that_have_the_same_name_are_both_kept(monkeypatch, tmp_path):
    class TwoFiles(BaseModel):
        slug: str
        files: list[ProjectFile]

    for place in ("x", "y"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "data.csv").write_text(place)
    document = TwoFiles(slug="a", files=[ProjectFile(tmp_path / place / "data.csv") for place in ("x", "y")])
    kind = Bundle(kind="pair", document=TwoFiles, apply=apply_box, export=lambda: [document])
    monkeypatch.setitem(vars(declarations.bundles), "by_app", {"testapp": [kind]})

    export_project(root=tmp_path / "out")

    content = read_project(tmp_path / "out")[0].content
    assert [file.path.name for file in content.files] == ["data.csv", "data-2.csv"]
    assert [file.path.read_text() for file in content.files] == ["x", "y"]


# The commands


def run(*arguments):
    output = StringIO()
    call_command(*map(str, arguments), stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_the_command_says_what_became_of_each_object(folder):
    root = folder("kind: box\nslug: a\n---\nkind: chore\nname: dust\nbox: a\n")

    assert run("apply", root, "--dry-run").endswith("1 created, 1 unchanged (dry run: nothing is kept)\n")
    assert run("apply", root) == "created    box a\nunchanged  chore dust\n1 created, 1 unchanged\n"
    assert run("apply", root, "--verbosity", "0") == "2 unchanged\n"


@pytest.mark.django_db
def test_the_command_fails_with_every_error_in_the_language_of_the_terminal(folder):
    with translation.override("fr"), pytest.raises(CommandError) as failed:
        run("apply", folder("kind: box\nslug: a\ntitle: 1\nwood: 2\n"))

    assert failed.value.returncode == 1
    assert str(failed.value).splitlines() == [
        "Nothing was applied: there are 2 errors to correct.",
        "a.yaml:3:8: title: A text is expected: put it between quotes.",
        "a.yaml:4:7: wood: One of these is expected: 'oak', 'pine'.",
    ]


@pytest.mark.django_db
def test_the_command_names_what_it_wrote(exported, tmp_path):
    out = tmp_path / "by-command"

    assert run("export_project", out) == f"boxs/bare.yaml\nboxs/full.yaml\n2 written in {out}\n"
    with pytest.raises(CommandError, match="not empty"):
        run("export_project", out, "--kind", "box")
    assert run("export_project", out, "--kind", "box", "--force").endswith(f"2 written in {out}\n")
