"""A project to write, and the kinds that it may hold."""

import pytest
from django.utils import translation

from apps.core import declarations
from apps.core.declarations import Bundle
from apps.core.projects import ProjectFile, ProjectSecret, apply_project, export_project
from tests.core.projects.kinds import BoxDocument, ChoreDocument, apply_box, apply_chore
from tests.core.testapp.models import Box


@pytest.fixture(autouse=True)
def _kinds(monkeypatch, tmp_path):
    def export_boxes():
        for box in Box.objects.order_by("slug"):
            content = tmp_path / "lent.txt"
            content.write_text(box.content)
            yield BoxDocument(
                slug=box.slug,
                **box.words,
                file=ProjectFile(content, name="content.txt") if box.content else None,
                password=ProjectSecret(env="BOX_PASSWORD") if box.password else None,
            )
            content.unlink()

    kinds = [
        Bundle(kind="chore", document=ChoreDocument, apply=apply_chore, export=list, order=2, key="name"),
        Bundle(kind="box", document=BoxDocument, apply=apply_box, export=export_boxes, order=1),
    ]
    monkeypatch.setitem(vars(declarations.bundles), "by_app", {"testapp": kinds})


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def folder(tmp_path):
    """Writes the files of a project, or its only one, and gives its folder."""
    root = tmp_path / "project"

    def write(files):
        for name, text in (files if isinstance(files, dict) else {"a.yaml": files}).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return root

    return write


FULL = """\
kind: box
slug: full
title: Élève à l’été
wood: pine
labels:
  - text: |-
      First line
        second: line
    colour: red
  - text: 'no'
form:
  shape: round
  radius: '0.50'
made_on: '2026-03-31'
lasts: P1DT2H
counts:
  '1': 1
file: files/boxs/full/content.txt
password:
  env: BOX_PASSWORD
"""


@pytest.fixture
def exported(folder, tmp_path, monkeypatch):
    """An instance that was made from a full project, and the folder to which it was exported."""
    monkeypatch.setenv("BOX_PASSWORD", "hunter2")
    root = folder({"a.yaml": FULL, "b.yaml": "kind: box\nslug: bare\n", "files/boxs/full/content.txt": "été\n"})
    apply_project(root=root)
    export_project(root=tmp_path / "out")
    return tmp_path / "out"
