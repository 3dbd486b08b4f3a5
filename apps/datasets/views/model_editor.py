"""The draft of a model as it stands in the browser: its boxes, one of which may be open, or the whole of it as text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from apps.accounts.models import User
from apps.collection.models import Source
from apps.core.projects.written import Unreadable
from apps.datasets.design import Design, check_recipes, design_of, unfilled
from apps.datasets.exceptions import Refused
from apps.datasets.forms.design import YamlForm
from apps.datasets.forms.model import BoxEditor, blank_line, read_lines
from apps.datasets.forms.written import read_design, write_design
from apps.datasets.merise import evolution, notation
from apps.datasets.merise.document import Entity
from apps.datasets.merise.faults import faults
from apps.datasets.models import Dataset
from apps.datasets.redesigning import (
    Box,
    Draft,
    adopt,
    digest_of,
    moved,
    replace_box,
)
from apps.datasets.schema import DatasetSchema
from apps.datasets.views.model import Drawn, drawn_of

NOTHING_OPEN = -1
MOST_SOURCES = 200


class MocodoForm(forms.Form):
    """The conceptual model as text."""

    text = forms.CharField(
        label=gettext_lazy("Conceptual model, in mocodo’s notation"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "autocomplete": "off"}),
    )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What saving would do: the model drawn, the changes to the tables, what of the recipes no longer fits or goes."""

    drawn: Sequence[Drawn] = ()
    changes: Sequence[evolution.Change] = ()
    recipe_faults: Sequence[str] = ()
    to_complete: Sequence[str] = ()
    without_recipe: Sequence[str] = ()
    lost_recipes: Sequence[str] = ()

    @property
    def told(self) -> list[tuple[str, bool]]:
        """Each change as a sentence, and whether it may cost something."""
        return [(evolution.tell(change), change.may_lose or change.may_reject) for change in self.changes]

    @property
    def asks_for_consent(self) -> bool:
        return bool(self.lost_recipes) or any(
            change.subject == evolution.Subject.TABLE_REMOVED for change in self.changes
        )


@dataclass(kw_only=True)
class ModelEditor:
    """The draft as it stands in the browser: its boxes, one of which may be open, or the whole of it as text."""

    dataset: Dataset
    by: User
    saved: Design
    draft: Draft
    way: str = "formulaire"
    opened: int = NOTHING_OPEN
    box: BoxEditor | None = None
    text: YamlForm | MocodoForm | None = None
    wanted_name: str = ""
    wanted_source: str = ""
    faults: list[str] = field(default_factory=list)
    plan: Plan | None = None
    lacks_consent: bool = False

    @classmethod
    def begin(cls, dataset: Dataset, *, by: User) -> "ModelEditor":
        saved = design_of(dataset)
        return cls(dataset=dataset, by=by, saved=saved, draft=Draft.of(saved))

    def read(self, data: QueryDict) -> bool:
        """Take up what was sent; whether it can be gone on with. What cannot is shown as it was typed."""
        try:
            self.draft = Draft.model_validate_json(data.get("brouillon", ""))
        except ValidationError:
            self.faults = [_("This page cannot be read again: begin from the saved model.")]
            return False
        self.wanted_name = data.get("nouveau", "").strip()
        self.wanted_source = data.get("nouvelle-source", "")
        self.way = data.get("vue", "")
        if self.way in {"yaml", "mocodo"}:
            return self._read_text(data)
        self.way = "formulaire"
        return self._read_box(data)

    def _read_text(self, data: QueryDict) -> bool:
        self.text = YamlForm(data) if self.way == "yaml" else MocodoForm(data)
        if not self.text.is_valid():
            return False
        try:
            if isinstance(self.text, YamlForm):
                written = Draft.of(read_design(self.text.cleaned_data["yaml"]))
                kept = {"entities": self.draft.entities, "columns": self.draft.columns, "base": self.draft.base}
                self.draft = written.model_copy(update=kept)
            else:
                self.draft = adopt(self.draft, notation.read(self.text.cleaned_data["text"]))
        except Unreadable as refusal:
            self.faults = refusal.faults
        except Refused as refusal:
            self.faults = [str(fault) for fault in refusal.faults]
        return not self.faults

    def _read_box(self, data: QueryDict) -> bool:
        """The open box; an act on its lines, or on the box as a whole, does not ask for it to be right."""
        opened = data.get("ouvert", "")
        self.opened = int(opened) if opened.isdecimal() and int(opened) < len(self.draft.boxes) else NOTHING_OPEN
        if self.opened == NOTHING_OPEN:
            return True
        verb, _colon, place = data.get("agir", "").partition(":")
        if verb == "retirer" and place == str(self.opened):
            return True
        box = self.draft.boxes[self.opened]
        if verb.startswith("ligne-"):
            lines = {prefix: read_lines(data, prefix) for prefix in ("t", "p")}
            self.box = BoxEditor(box, self.draft.model, data=data, lines=_with_lines(lines, verb, place))
            return True
        self.box = BoxEditor(box, self.draft.model, data=data)
        if not self.box.is_valid():
            return False
        self.draft = replace_box(self.draft, self.opened, self.box.box, was=self.box.was)
        self.open(self.opened)
        return True

    def open(self, rank: int) -> None:
        self.opened = rank
        self.box = BoxEditor(self.draft.boxes[rank], self.draft.model) if rank != NOTHING_OPEN else None

    def write(self, way: str) -> None:
        """Show the draft by forms, or as text."""
        self.way, self.text = way, None
        if way == "yaml":
            try:
                self.text = YamlForm(initial={"yaml": write_design(self.draft.design)})
            except Refused as refusal:
                self.way, self.faults = "formulaire", [str(fault) for fault in refusal.faults]
        elif way == "mocodo":
            self.text = MocodoForm(initial={"text": notation.write(self.draft.model)})

    def foresee(self) -> None:
        """Say what saving would do; what is wrong with the draft is told instead."""
        if found := faults(self.draft.model):
            self.faults = [str(fault) for fault in found]
            return
        try:
            schema = Design(model=self.draft.model, recipes={}).schema
        except Refused as refusal:
            self.faults = [str(fault) for fault in refusal.faults]
            return
        before = self.saved.schema
        self.plan = Plan(
            drawn=drawn_of(self.draft.model, schema)[:2],
            changes=evolution.changes(before, schema, renames=self.draft.renames(before, schema)),
            recipe_faults=self._recipe_faults(schema),
            to_complete=self._to_complete(schema),
            without_recipe=[table.title for table in schema.entities if table.name not in self.draft.recipes],
            lost_recipes=self.draft.lost_recipes(self.saved),
        )

    def _recipe_faults(self, schema: DatasetSchema) -> list[str]:
        try:
            check_recipes(self.draft.design, schema, by=self.by, dataset=self.dataset, may_lack=True)
        except Refused as refusal:
            return [str(fault) for fault in refusal.faults]
        return []

    def _to_complete(self, schema: DatasetSchema) -> list[str]:
        """What recipes have to say once the model is saved."""
        try:
            return [str(fault) for fault in unfilled(self.draft.design, schema, dataset=self.dataset)]
        except Refused:  # a recipe that cannot be read is told among the faults
            return []

    def is_ready(self, *, has_consent: bool) -> bool:
        """Whether it can be saved as it is foreseen; what keeps it from that is told."""
        if self.plan is None:
            return False
        if self.draft.base != digest_of(self.saved):
            message = _("Somebody changed this model or its recipes meanwhile: begin again from what is saved.")
            self.faults.append(message)
        if self.plan.recipe_faults:
            self.faults.append(_("Recipes no longer fit the model: correct them as YAML, or take back the change."))
        self.lacks_consent = self.plan.asks_for_consent and not has_consent
        return not (self.faults or self.lacks_consent)

    @property
    def sources(self) -> list[tuple[str, str]]:
        """Those whose columns may be taken for an entity."""
        return list(Source.objects.order_by("name").values_list("slug", "name")[:MOST_SOURCES])

    @property
    def boxes(self) -> list[tuple[int, Box, bool]]:
        """The entities then the associations: the rank of each, and whether it is an entity."""
        return [(rank, box, isinstance(box, Entity)) for rank, box in enumerate(self.draft.boxes)]

    @property
    def has_errors(self) -> bool:
        has_wrong_text = bool(self.text and self.text.is_bound and not self.text.is_valid())
        return bool(self.faults) or self.lacks_consent or has_wrong_text or bool(self.box and self.box.faults)


def _with_lines(lines: dict[str, list[dict[str, object]]], verb: str, place: str) -> dict[str, list[dict[str, object]]]:
    """The lines once one is added, moved or taken away: `place` is « t-2 », the third attribute, or « p » for a leg."""
    prefix, _dash, number = place.partition("-")
    if prefix not in lines:
        return lines
    rank = int(number) if number.isdecimal() else len(lines[prefix])
    changed = {
        "ligne-ajouter": [*lines[prefix], blank_line(prefix)],
        "ligne-retirer": [line for at, line in enumerate(lines[prefix]) if at != rank],
        "ligne-monter": [*moved(lines[prefix], rank, by=-1)],
        "ligne-descendre": [*moved(lines[prefix], rank, by=1)],
    }
    return {**lines, prefix: changed.get(verb, lines[prefix])}
