"""Making a dataset, changing its structure and its recipe: seen on real records before anything is saved.

Both pages are one form with several buttons. « Preview » and « Write it as YAML » answer with the same form and save
nothing; only « Save » does. So nothing that was typed is ever lost on the way.
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

from apps.accounts.requests import SignedInRequest
from apps.collection.enums import RunState
from apps.collection.models import Source
from apps.core.access import requires
from apps.core.errors import RuleViolation
from apps.datasets import designing, requesting
from apps.datasets.exceptions import DatasetRefused, Refused
from apps.datasets.forms.design import BaseColumns, ColumnsFormSet, DatasetForm, Filled, YamlForm, combine, fill
from apps.datasets.forms.written import UnreadableDesign, read_design, write_design
from apps.datasets.models import Dataset
from apps.datasets.names import to_name
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import EntitySchema
from apps.datasets.tasks import build_version
from apps.datasets.views.page import DatasetPage, told
from apps.datasets.views.trial import Trial, changes_for_readers, propose_for, try_out


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is being designed: from which source, under which names, on what it was before."""

    source: Source
    source_columns: tuple[str, ...]
    schema: EntitySchema
    recipe: Recipe


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
    design: tuple[EntitySchema, Recipe] | None = None

    @classmethod
    def of(cls, subject: Subject, data: QueryDict | None) -> "Editor":
        editor = cls(subject=subject, data=data)
        editor.filled = fill(subject.schema, subject.recipe, subject.source_columns)
        if data is None:
            editor.show(subject.schema, subject.recipe, as_yaml=editor.filled is None)
        else:
            editor.is_yaml = data.get("vue") == "yaml"
            editor.read()
        return editor

    def show(self, schema: EntitySchema, recipe: Recipe, *, as_yaml: bool) -> None:
        """Write this design in the form, as YAML or in the table; as YAML if the table cannot say all of it."""
        self.filled = fill(schema, recipe, self.subject.source_columns)
        self.is_yaml = as_yaml or self.filled is None
        if self.is_yaml:
            self.yaml = YamlForm(initial={"yaml": write_design(schema, recipe)})
        else:
            rows = self.filled.rows if self.filled else ()
            self.columns = cast(BaseColumns, ColumnsFormSet(initial=rows, prefix="c"))

    def read(self) -> None:
        """The design that was sent, or what is wrong with it."""
        data, subject = self.data or QueryDict(), self.subject
        names = {"entity": subject.schema.name, "label": subject.schema.label, "source": subject.source.slug}
        try:
            if self.is_yaml:
                self.yaml = YamlForm(data)
                if self.yaml.is_valid():
                    self.design = read_design(self.yaml.cleaned_data["yaml"], **names)
                return
            self.columns = columns = cast(BaseColumns, ColumnsFormSet(data, prefix="c"))
            other_steps = _other_steps(data)
            self.filled = Filled(rows=(), is_trimming="rogner" in data, other_steps=other_steps)
            if columns.is_valid():
                self.design = combine(columns, **names, is_trimming=self.filled.is_trimming, other_steps=other_steps)
        except UnreadableDesign as refusal:
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
            recipe = Recipe.from_document({"source": "x", "steps": list(self.filled.other_steps)})
        except Refused as refusal:
            return [str(fault) for fault in refusal.faults]
        return [step.tell(self.subject.schema) for step in recipe.steps]


@requires("datasets.add_dataset")
def new_dataset(request: SignedInRequest) -> HttpResponse:
    """First the source, then what is proposed for it."""
    possible = Source.objects.filter(runs__state=RunState.SUCCEEDED, runs__segments_deleted_at=None).distinct()
    slug = request.GET.get("source", "")
    if not slug:
        return render(request, "datasets/choose_source.html", {"sources": possible.order_by("name")})
    source = get_object_or_404(possible, slug=slug)
    schema, recipe = propose_for(
        source, entity=to_name(source.name, fallback="rows"), is_looked_at=request.method == "GET"
    )
    subject = Subject(source=source, source_columns=designing.columns_of(source), schema=schema, recipe=recipe)
    is_sent = request.method == "POST"
    initial = {"name": source.name, "description": source.description}
    form = DatasetForm(request.POST if is_sent else None, initial=initial)
    editor = Editor.of(subject, request.POST if is_sent else None)
    trial = _try(editor, request.POST.get("agir", "")) if is_sent else try_out(source, schema, recipe)
    if is_sent and request.POST.get("agir") == "enregistrer" and form.is_valid() and editor.design:
        try:
            with transaction.atomic():
                dataset = _create(request, form, source, editor.design)
        except DatasetRefused as refusal:
            for field, message in refusal.fields.items():
                form.add_error(field if field in form.fields else None, message)
        except Refused as refusal:
            editor.faults = [str(fault) for fault in refusal.faults]
        else:
            messages.success(request, _("The dataset is made."))
            return _build(request, dataset)
    context = {"form": form, "editor": editor, "trial": trial, "source": source, "is_new": True}
    return render(
        request, "datasets/design.html", {**context, "has_errors": bool(is_sent and form.errors) or editor.has_errors}
    )


@requires("datasets.change_dataset")
def change_design(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    source = shown.entity.recipe.source
    schema, recipe = designing.design_of(shown.dataset)
    subject = Subject(source=source, source_columns=designing.columns_of(source), schema=schema, recipe=recipe)
    is_sent = request.method == "POST"
    editor = Editor.of(subject, request.POST if is_sent else None)
    trial = _try(editor, request.POST.get("agir", "")) if is_sent else None
    if request.POST.get("agir") == "enregistrer" and editor.design:
        try:
            changed = designing.change_design(
                dataset=shown.dataset, schema=editor.design[0], recipe=editor.design[1], by=request.user
            )
        except Refused as refusal:
            editor.faults = [str(fault) for fault in refusal.faults]
        else:
            messages.success(request, _saved(shown.dataset, changed))
            return _build(request, changed)
    proposed = editor.design[0] if editor.design else schema
    context = {
        "editor": editor,
        "trial": trial,
        "source": source,
        "is_new": False,
        "has_errors": editor.has_errors,
        "old_yaml": write_design(schema, recipe),
        "new_yaml": write_design(*editor.design) if editor.design else "",
        "changes": changes_for_readers(shown.version.pinned_schema, proposed) if shown.version else None,
        "next_schema_version": shown.dataset.schema_version + (proposed != schema),
    }
    return render(request, "datasets/design.html", shown.context("recipe", **context))


@requires("datasets.change_dataset")
def settings(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
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
    shown = DatasetPage.load(request, slug)
    if request.method == "POST":
        try:
            designing.delete_dataset(dataset=shown.dataset, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, told(refusal))
            return redirect(shown.dataset)
        messages.success(request, _("The dataset “%(name)s” is deleted.") % {"name": shown.dataset.name})
        return redirect("datasets:datasets")
    count = shown.dataset.versions.count()
    return render(request, "datasets/delete.html", shown.context("dataset", version_count=count))


def _try(editor: Editor, asked: str) -> Trial | None:
    """What a button asks for: another way to show the design, or what it makes of the first records."""
    if editor.design is None:
        return None
    if asked in {"yaml", "tableau"}:
        editor.show(*editor.design, as_yaml=asked == "yaml")
        return None
    return try_out(editor.subject.source, *editor.design)


def _create(
    request: SignedInRequest, form: DatasetForm, source: Source, design: tuple[EntitySchema, Recipe]
) -> Dataset:
    schema, recipe = design
    return designing.create_dataset(source=source, schema=schema, recipe=recipe, by=request.user, **form.cleaned_data)


def _build(request: SignedInRequest, dataset: Dataset) -> HttpResponse:
    """Ask for the build that follows, and go and watch it."""
    try:
        build = requesting.request_build(dataset=dataset, by=request.user)
    except RuleViolation as refusal:
        messages.info(request, told(refusal))
        return redirect(dataset)
    transaction.on_commit(lambda: build_version.delay(build.pk))
    return redirect(build)


def _saved(before: Dataset, after: Dataset) -> str:
    if after.schema_version != before.schema_version:
        return _("Structure no. %(number)s is saved: readers get it with the next version.") % {
            "number": after.schema_version
        }
    return _("The recipe is saved: readers get what it makes with the next version.")


def _other_steps(data: QueryDict) -> list[Any]:
    """The steps that the table keeps as they are; they come back as they were sent."""
    try:
        steps = json.loads(data.get("autres") or "[]")
    except ValueError:
        return []
    return steps if isinstance(steps, list) else []
