"""Making a dataset from a source, seen on real records before anything is saved; its settings; deleting it.

What is proposed is one form with several buttons. « Preview » and « Write it as YAML » answer with the same form and
save nothing; only « Save » does. So nothing that was typed is ever lost on the way. More tables and other steps have
pages of their own: the model, the recipes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.collection.enums import RunState
from apps.collection.models import Source
from apps.core.access import requires
from apps.core.errors import RuleViolation
from apps.core.projects.written import Unreadable
from apps.datasets import designing
from apps.datasets.design import Design, columns_of
from apps.datasets.exceptions import DatasetRefused, Refused
from apps.datasets.forms.design import (
    BaseColumns,
    ColumnsFormSet,
    DatasetForm,
    Filled,
    NewDatasetForm,
    YamlForm,
    combine,
    fill,
)
from apps.datasets.forms.written import read_design, write_design
from apps.datasets.models import Dataset
from apps.datasets.names import to_name
from apps.datasets.recipes.document import Recipe
from apps.datasets.views.asking import build_after
from apps.datasets.views.page import DatasetPage
from apps.datasets.views.trial import Trial, propose_for, try_out


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is being designed: from which source, and what was proposed for it."""

    source: Source
    source_columns: tuple[str, ...]
    design: Design


@dataclass(kw_only=True)
class Editor:
    """The design as it stands in the browser: a table to fill in, or its YAML."""

    subject: Subject
    data: QueryDict | None
    is_yaml: bool = False
    columns: BaseColumns | None = None
    yaml: YamlForm | None = None
    filled: Filled | None = None
    faults: Sequence[str] = ()
    design: Design | None = None

    @classmethod
    def of(cls, subject: Subject, data: QueryDict | None) -> "Editor":
        editor = cls(subject=subject, data=data)
        editor.filled = fill(subject.design, subject.source_columns)
        if data is None:
            editor.show(subject.design, as_yaml=editor.filled is None)
        else:
            editor.is_yaml = data.get("vue") == "yaml"
            editor.read()
        return editor

    def show(self, design: Design, *, as_yaml: bool) -> None:
        """Write this design in the form, as YAML or in the table; as YAML if the table cannot say all of it."""
        self.filled = fill(design, self.subject.source_columns)
        self.is_yaml = as_yaml or self.filled is None
        if self.is_yaml:
            self.yaml = YamlForm(initial={"yaml": write_design(design)})
        else:
            rows = self.filled.rows if self.filled else ()
            self.columns = cast(BaseColumns, ColumnsFormSet(initial=rows, prefix="c"))

    def read(self) -> None:
        """The design that was sent, or what is wrong with it."""
        data, subject = self.data or QueryDict(), self.subject
        try:
            if self.is_yaml:
                self.yaml = YamlForm(data)
                if self.yaml.is_valid():
                    self.design = read_design(self.yaml.cleaned_data["yaml"])
                    self.design.schema  # noqa: B018 -- raises if the model does not hold
                return
            self.columns = columns = cast(BaseColumns, ColumnsFormSet(data, prefix="c"))
            other_steps = _other_steps(data)
            self.filled = Filled(rows=(), is_trimming="rogner" in data, other_steps=other_steps)
            if columns.is_valid():
                self.design = combine(
                    columns,
                    entity=subject.design.model.entities[0],
                    source=subject.source.slug,
                    is_trimming=self.filled.is_trimming,
                    other_steps=other_steps,
                )
        except Unreadable as refusal:
            self.faults = refusal.faults
        except Refused as refusal:
            self.faults = [str(fault) for fault in refusal.faults]

    @property
    def has_errors(self) -> bool:
        form = self.yaml if self.is_yaml else self.columns
        return bool(self.faults) or bool(form and form.is_bound and not form.is_valid())

    @property
    def other_steps_json(self) -> str:
        return json.dumps(list(self.filled.other_steps)) if self.filled and self.filled.other_steps else ""

    @property
    def other_steps_told(self) -> list[str]:
        if not self.filled or not self.filled.other_steps:
            return []
        try:
            recipe = Recipe.from_document({"inputs": [{"source": "x", "steps": list(self.filled.other_steps)}]})
        except Refused as refusal:
            return [str(fault) for fault in refusal.faults]
        return [step.tell(self.subject.design.schema.main) for step in recipe.steps_of(0)]


@requires("datasets.add_dataset")
def new_dataset(request: SignedInRequest) -> HttpResponse:
    """First the source, then what is proposed for it."""
    possible = Source.objects.filter(runs__state=RunState.SUCCEEDED, runs__segments_deleted_at=None).distinct()
    slug = request.GET.get("source", "")
    if not slug:
        return render(request, "datasets/choose_source.html", {"sources": possible.order_by("name")})
    source = get_object_or_404(possible, slug=slug)
    proposed = propose_for(source, entity=to_name(source.name, fallback="rows"))
    subject = Subject(source=source, source_columns=columns_of(source), design=proposed)
    is_sent = request.method == "POST"
    initial = {"name": source.name, "description": source.description}
    form = NewDatasetForm(request.POST if is_sent else None, initial=initial)
    editor = Editor.of(subject, request.POST if is_sent else None)
    asked = request.POST.get("agir", "")
    trial = _try(editor, asked, request.user) if is_sent else try_out(proposed, by=request.user)
    if asked in {"enregistrer", "modeler"} and form.is_valid() and editor.design:
        try:
            with transaction.atomic():
                dataset = designing.create_dataset(design=editor.design, by=request.user, **form.cleaned_data)
        except DatasetRefused as refusal:
            for field, message in refusal.fields.items():
                form.add_error(field if field in form.fields else None, message)
        except Refused as refusal:
            editor.faults = [str(fault) for fault in refusal.faults]
        else:
            messages.success(request, _("The dataset is made."))
            if asked == "modeler":
                return redirect("datasets:model_change", slug=dataset.slug)
            return build_after(request, dataset)
    context = {"form": form, "editor": editor, "trial": trial, "source": source}
    has_errors = bool(is_sent and form.errors) or editor.has_errors
    return render(request, "datasets/dataset_new.html", {**context, "has_errors": has_errors})


@requires("datasets.change_dataset")
def settings(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load_at_work(request, slug)
    form = DatasetForm(request.POST or None, instance=Dataset.objects.get(pk=shown.dataset.pk))
    if request.method == "POST" and form.is_valid():
        try:
            designing.change_dataset(dataset=shown.dataset, changes=form.cleaned_data, by=request.user)
        except DatasetRefused as refusal:
            for field, message in refusal.fields.items():
                form.add_error(field if field in form.fields else None, message)
        else:
            messages.success(request, _("The settings are saved."))
            return redirect(shown.dataset)
    return render(request, "datasets/settings.html", shown.context("dataset", form=form))


@requires("datasets.delete_dataset")
def delete_dataset(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load_at_work(request, slug)
    if request.method == "POST":
        try:
            designing.delete_dataset(dataset=shown.dataset, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
            return redirect(shown.dataset)
        messages.success(request, _("The dataset “%(name)s” is deleted.") % {"name": shown.dataset.name})
        return redirect("datasets:datasets")
    count = shown.dataset.versions.count()
    return render(request, "datasets/delete.html", shown.context("dataset", version_count=count))


def _try(editor: Editor, asked: str, by: User) -> Trial | None:
    """What a button asks for: another way to show the design, or what it makes of the first records."""
    if editor.design is None:
        return None
    if asked in {"yaml", "tableau"}:
        editor.show(editor.design, as_yaml=asked == "yaml")
        return None
    return try_out(editor.design, by=by)


def _other_steps(data: QueryDict) -> list[Any]:
    """The steps that the table keeps as they are; they come back as they were sent."""
    try:
        steps = json.loads(data.get("autres") or "[]")
    except ValueError:
        return []
    return steps if isinstance(steps, list) else []
