"""Kinds of objects that projects describe here, and what is asked of a project."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, model_validator

from apps.core.declarations import Outcome
from apps.core.errors import RuleViolation
from apps.core.projects import ProjectFile, ProjectRefused, ProjectSecret
from apps.core.projects.reading import read_project
from tests.core.testapp.models import Box


class Wood(StrEnum):
    OAK = "oak"
    PINE = "pine"


class Round(BaseModel):
    shape: Literal["round"]
    radius: Decimal


class Square(BaseModel):
    shape: Literal["square"]
    side: int = Field(gt=0)


class Label(BaseModel):
    text: str
    colour: str = "black"


class BoxDocument(BaseModel):
    slug: str = Field(pattern="^[a-z-]+$")
    title: str = ""
    wood: Wood = Wood.OAK
    labels: list[Label] = []
    form: Annotated[Round | Square, Field(discriminator="shape")] | None = None
    made_on: date | None = None
    lasts: timedelta | None = None
    counts: dict[str, int] = Field(default_factory=dict)
    file: ProjectFile | None = None
    password: ProjectSecret | None = None

    @model_validator(mode="after")
    def _oak_is_old(self):
        if self.wood == Wood.OAK and self.title == "new":
            raise ValueError("Oak is never new.")
        return self


class ChoreDocument(BaseModel):
    name: str
    box: str


def apply_box(document):
    box = Box.objects.filter(slug=document.slug).first()
    outcome = Outcome.CHANGED if box else Outcome.CREATED
    box = box or Box(slug=document.slug)
    words = document.model_dump(mode="json", exclude={"slug", "file", "password"})
    content = document.file.path.read_text() if document.file else ""
    password = document.password.reveal() if document.password else None
    known = (box.words, box.content, box.password and box.password.reveal())
    if box.pk and known == (words, content, password):
        return Outcome.UNCHANGED
    box.words, box.content, box.password = words, content, password
    box.save()
    return outcome


def apply_chore(document):
    if not Box.objects.filter(slug=document.box).exists():
        raise RuleViolation("There is no such box: add it to the project.")
    return Outcome.UNCHANGED


def faults_of(root):
    with pytest.raises(ProjectRefused) as refused:
        read_project(root)
    return [str(fault) for fault in refused.value.faults]


def one_fault(root):
    faults = faults_of(root)
    assert len(faults) == 1, faults
    return faults[0]


def content_of(folder, text):
    """The document of a project that has one, whose own fields are `text`."""
    [document] = read_project(folder(f"kind: box\nslug: a\n{text}\n"))
    return document.content


def files_below(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
