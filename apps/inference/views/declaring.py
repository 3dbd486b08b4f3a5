"""Declaring a model, seen before it is saved: a form, or its YAML; changing it; putting it away.

One form has several buttons: « Preview », « Write it as YAML » and « Show its parameters » answer with the same form
and save nothing. So nothing that was typed is ever lost on the way.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from pydantic import ValidationError

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.errors import EcluseError, RuleViolation
from apps.core.projects.refusals import as_path
from apps.core.projects.wording import tell
from apps.core.projects.written import Unreadable
from apps.datasets.design import design_of
from apps.datasets.models import Dataset
from apps.datasets.reading import RowQuery, Table, read_rows
from apps.datasets.schema import ROW_ID, ColumnSchema, DatasetSchema
from apps.datasets.views.cells import said
from apps.inference import declaring
from apps.inference.checking import faults_of
from apps.inference.exceptions import Fault, ModelRefused
from apps.inference.fields import BECOMES, draft_of, type_of
from apps.inference.forms.sheet import ChangedSheetForm, NewSheetForm, SheetForm
from apps.inference.forms.spec import MOST_COLUMNS, SpecForm, YamlForm, suited
from apps.inference.forms.written import read_spec, write_spec
from apps.inference.models import Model
from apps.inference.querying import QueryRefused, describe
from apps.inference.series import columns_of
from apps.inference.spec import Data, ModelSpec
from apps.inference.views.page import ModelPage

PREVIEWED_ROWS = 5


@dataclass(kw_only=True)
class Editor:
    """The declaration as it stands in the browser."""

    dataset: Dataset
    viewer: User
    where_from: dict[str, str]
    base: ModelSpec | None
    posted: QueryDict | None
    is_yaml: bool = False
    faults: list[str] = field(default_factory=list)
    spec: ModelSpec | None = None
    form: SpecForm | None = None
    yaml: YamlForm | None = None

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        viewer: User,
        posted: QueryDict | None,
        where_from: dict[str, str],
        base: ModelSpec | None,
    ) -> "Editor":
        given = posted or QueryDict()
        asked = given.get("query", "").strip()
        place = {"query": asked} if asked else where_from
        editor = cls(dataset=dataset, viewer=viewer, where_from=place, base=base, posted=posted)
        # The form does not say the code of a project, nor more columns than one looks at.
        says_all = len(editor.columns) <= MOST_COLUMNS and not (base and base.estimator.entry_point)
        editor.is_yaml = given.get("vue") == "yaml" or not says_all
        editor.read()
        return editor

    @cached_property
    def schema(self) -> DatasetSchema:
        return design_of(self.dataset).schema

    @cached_property
    def columns(self) -> dict[str, ColumnSchema]:
        """What may be learnt from, by name; none while the query is not written, or does not fit."""
        if not any(self.where_from.values()):
            return {}
        try:
            found = describe(self.schema, Data(dataset=self.dataset.slug, **self.where_from))
        except QueryRefused as refusal:
            self.faults.append(str(refusal))
            return {}
        return {name: column for name, column in found.items() if column.type in BECOMES}

    def read(self) -> None:
        """The declaration that was sent, or what is wrong with it."""
        if self.is_yaml:
            self.yaml = YamlForm(self.posted, initial={"yaml": write_spec(self.base) if self.base else ""})
            if self.posted is not None and self.yaml.is_valid():
                self._understand_text(self.yaml.cleaned_data["yaml"])
            return
        # Once the columns of a query are read, there is nothing filled in yet.
        filled = self.posted if self.posted and "task" in self.posted else None
        if filled and filled.get("agir") == "parametres":
            filled = suited(filled, self.columns)
        self.form = SpecForm(self.columns, filled, base=self.base)
        if filled is not None and self.form.is_valid():
            place = {"dataset": self.dataset.slug, **self.where_from}
            self._understand(self.form.document(data=place, base=self.base))

    def _understand_text(self, text: str) -> None:
        try:
            self.spec = read_spec(text)
        except Unreadable as refusal:
            self.faults += refusal.faults

    def _understand(self, document: Mapping[str, Any]) -> None:
        try:
            self.spec = ModelSpec.model_validate(document)
        except ValidationError as error:
            self.faults += [
                f"{as_path(each['loc'])} – {tell(each)}" if each["loc"] else tell(each) for each in error.errors()
            ]

    def check(self) -> None:
        """What is wrong with what it names."""
        if self.spec is not None:
            self.faults += [self.told(fault) for fault in faults_of(self.spec, self.schema)]

    def told(self, fault: Fault) -> str:
        """A fault, where people look for it: the name of a field, rather than its rank."""
        rank = re.match(r"features\[(\d+)\]", fault.place)
        if rank and self.spec:
            return str(Fault(self.spec.features[int(rank[1])].name, fault.message))
        return str(fault)

    def turn(self, act: str) -> None:
        """Show as YAML what is filled in, or the other way round, if it can be understood."""
        if act not in {"yaml", "tableau"} or self.spec is None:
            return
        self.base, self.posted, self.is_yaml = self.spec, None, act == "yaml"
        place = self.spec.data.model_dump(include={"entity", "query"}, exclude_defaults=True)
        if place != self.where_from:
            self.where_from = place
            self.__dict__.pop("columns", None)
        self.read()

    @property
    def has_errors(self) -> bool:
        forms = [form for form in (self.form, self.yaml) if form is not None and form.is_bound]
        return bool(self.faults) or any(not form.is_valid() for form in forms)

    @cached_property
    def preview(self) -> dict[str, Any]:
        """What it would be given: the fields with their types, and the first rows as this person may read them."""
        if self.spec is None:
            return {}
        if self.spec.forecast:
            given = draft_of(self.spec.learnt, columns_of(self.spec, self.columns)).fields
            return {"fields": [(each.title, each.type.label) for each in given], **self._rows(self.spec)}
        fields = [
            (each.label or each.name, type_of(each, self.columns[each.name]).label)
            for each in self.spec.features
            if each.name in self.columns
        ]
        return {"fields": fields, **self._rows(self.spec)}

    def _rows(self, spec: ModelSpec) -> dict[str, Any]:
        version = self.dataset.current_version
        if version is None or not spec.data.entity:
            return {}
        try:
            table = Table.of(version, self.viewer, spec.data.entity)
            asked = [
                spec.target.name,
                spec.forecast.time if spec.forecast else "",
                *(each.name for each in spec.features),
            ]
            names = [name for name in asked if name in table.by_name]
            found = read_rows(table, RowQuery(columns=(ROW_ID, *names[:8]), limit=PREVIEWED_ROWS)).rows
        except EcluseError as refusal:
            return {"refusal": str(refusal.message)}
        shown = [table.by_name[name] for name in names[:8]]
        return {
            "columns": [column.title for column in shown],
            "rows": [[said(row[column.name], column) for column in shown] for row in found],
        }


@requires("inference.add_model")
def new_model(request: SignedInRequest) -> HttpResponse:
    """From the dataset `jeu`: the rows of its entity `entite`, or those of a query."""
    readable = Dataset.objects.visible_to(request.user).select_related("current_version")
    if "jeu" not in request.GET:
        datasets = readable.exclude(current_version=None).prefetch_related("entities")
        return render(request, "inference/choose_dataset.html", {"datasets": datasets})
    dataset = get_object_or_404(readable, slug=request.GET["jeu"])
    entities = [entity.name for entity in dataset.entities.all()]
    entity = request.GET.get("entite", "")
    if entity and entity not in entities:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    sheet = NewSheetForm(posted) if _is_judged(posted) else NewSheetForm(initial=_dict(posted))
    editor = Editor.of(dataset, request.user, posted, {"entity": entity} if entity else {"query": ""}, None)
    if _is_saving(request, editor, sheet):
        given = dict(sheet.cleaned_data)
        made = _save(request, editor, lambda spec: declaring.create_model(spec=spec, by=request.user, **given))
        if made:
            messages.success(request, _("The model is declared. It can be trained."))
            return redirect(made)
    context = {"dataset": dataset, "editor": editor, "sheet": sheet, "form": sheet, "has_errors": editor.has_errors}
    return render(request, "inference/model_new.html", context)


@requires("inference.view_model", "inference.change_model")
def change_model(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    model, posted = shown.model, request.POST if request.method == "POST" else None
    kept = Model.objects.get(pk=model.pk)
    said = {"data": posted} if _is_judged(posted) else {"initial": _dict(posted)}
    sheet = ChangedSheetForm(instance=kept, **said)
    place = model.declared.data.model_dump(include={"entity", "query"}, exclude_defaults=True)
    editor = Editor.of(model.dataset, request.user, posted, place, model.declared)
    if _is_saving(request, editor, sheet):
        changes = dict(sheet.cleaned_data)
        made = _save(
            request,
            editor,
            lambda spec: declaring.change_model(model=model, by=request.user, changes=changes, spec=spec),
        )
        if made:
            messages.success(request, _("It is saved: the next training learns so. Versions stay what they are."))
            return redirect(model)
    context = {"editor": editor, "sheet": sheet, "form": sheet, "has_errors": editor.has_errors}
    return render(request, "inference/model_change.html", shown.context("declaration", **context))


@requires("inference.view_model", "inference.change_model")
def archive_model(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    if request.method == "POST":
        try:
            declaring.archive_model(model=shown.model, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The model is archived."))
        return redirect(shown.model)
    return render(request, "inference/model_archive.html", shown.context("declaration"))


def _is_judged(posted: QueryDict | None) -> bool:
    """Whether what is said of the model must hold already: the other buttons only show more of the form."""
    return posted is not None and posted.get("agir") not in {"yaml", "tableau", "parametres", "colonnes"}


def _dict(posted: QueryDict | None) -> dict[str, Any] | None:
    return posted.dict() if posted else None


def _is_saving(request: SignedInRequest, editor: Editor, sheet: SheetForm) -> bool:
    """Whether all is said and it is asked to keep it; otherwise do what the other buttons ask."""
    if request.method != "POST":
        return False
    act = request.POST.get("agir", "")
    if act in {"apercu", "enregistrer"}:
        editor.check()
    editor.turn(act)
    return act == "enregistrer" and sheet.is_valid() and editor.spec is not None and not editor.faults


def _save(request: SignedInRequest, editor: Editor, act: Callable[[ModelSpec], Model]) -> Model | None:
    if editor.spec is None:
        return None
    try:
        made = act(editor.spec)
    except ModelRefused as refusal:
        editor.faults += [editor.told(fault) for fault in refusal.faults] or [str(refusal.message)]
    except RuleViolation as refusal:
        messages.error(request, str(refusal.message))
    else:
        return made
    return None
