"""The draft of a recipe as it stands in the browser: its lines, one of them perhaps open, or all as text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from apps.collection.connectors.base import SourceColumn
from apps.collection.models import Source
from apps.core.interface import Viewer
from apps.core.projects.written import Unreadable
from apps.datasets import recipe_drafts
from apps.datasets.design import Design, check_recipes, columns_called
from apps.datasets.enums import BuildMode
from apps.datasets.exceptions import Fault, RecipeRefused
from apps.datasets.forms.recipe import KINDS, ItemForm, Surroundings
from apps.datasets.forms.written import read_recipe, write_recipe
from apps.datasets.models import Dataset
from apps.datasets.recipe_drafts import Document
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.proposing import propose_steps
from apps.datasets.sampling import columns_seen
from apps.datasets.schema import EntitySchema
from apps.datasets.views.page import DatasetPage
from apps.datasets.views.replays import Replay
from apps.datasets.views.trial import Trial

MOST_OFFERED = 200
KINDS_READ = ("source", "received", "dataset")
EMPTY: Document = {"inputs": []}


class RecipeForm(forms.Form):
    """The recipe of one table, as text."""

    yaml = forms.CharField(
        label=gettext_lazy("Recipe, as YAML"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "autocomplete": "off"}),
    )


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the recipe as the page lists it: where it is, what it does and why; whether it lacks something."""

    place: str
    sentence: str
    note: str
    is_complete: bool


@dataclass(frozen=True, kw_only=True)
class Section:
    """Lines that go together: the steps of an input, the common ones, the rules. `kinds` are those to choose from."""

    within: str
    title: str
    lede: str
    lines: Sequence[Line]
    kinds: Sequence[tuple[str, str]]
    input: str = ""


@dataclass(kw_only=True)
class RecipeEditor:
    """The draft as it stands in the browser: its lines, one of which may be open, or the whole of it as text."""

    dataset: Dataset
    by: Viewer
    design: Design
    table: EntitySchema
    saved: Document
    document: Document
    base: str
    way: str = "formulaire"
    opened: str = ""
    form: ItemForm | None = None
    text: RecipeForm | None = None
    faults: list[Fault] = field(default_factory=list)
    trial: Trial | None = None
    replay: Replay | None = None

    @classmethod
    def begin(cls, shown: DatasetPage, design: Design, table: EntitySchema) -> "RecipeEditor":
        """From the recipe that is saved; from a proposal if there is none and the dataset is made of one source."""
        recipe = design.recipes.get(table.name)
        saved = recipe.as_document() if recipe else EMPTY
        base = recipe_drafts.digest_of(saved)
        editor = cls(
            dataset=shown.dataset, by=shown.viewer, design=design, table=table, saved=saved, document=saved, base=base
        )
        if recipe is None and len(shown.sources) == 1:
            editor.read_also("source", shown.sources[0].slug)
        return editor

    def read_also(self, kind: str, slug: str) -> None:
        """Read this source, or this dataset, too: by steps that are proposed from what it holds."""
        if kind == "source":
            columns = columns_seen(Source.objects.get(slug=slug))
        else:
            columns = [SourceColumn(name=name) for name in self.columns_of(f"dataset:{slug}.")]
        steps = propose_steps(self.table, columns)
        lines = [step.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for step in steps]
        self.document, _place = recipe_drafts.with_new(self.document, "inputs", {kind: slug, "steps": lines})

    # --- What was sent ------------------------------------------------------------------------------
    def read(self, data: QueryDict) -> bool:
        """Take up what was sent; whether it can be gone on with. What cannot is shown as it was typed."""
        self.base, self.way = data.get("base", ""), "yaml" if data.get("vue") == "yaml" else "formulaire"
        try:
            self.document = _document_of(data.get("brouillon", ""))
            if self.way == "formulaire":
                self._read_mode(data.get("mode", ""))
                return self._read_line(data)
            self.text = RecipeForm(data)
            if self.text.is_valid():
                self.document = read_recipe(self.text.cleaned_data["yaml"]).as_document()
                return True
        except Unreadable as refusal:
            self.faults = [Fault(message=message) for message in refusal.faults]
        except RecipeRefused as refusal:
            self.faults = list(refusal.faults)
        except ValueError:
            self.faults = [Fault(message=_("This page cannot be read again: begin from the saved recipe."))]
        return False

    def _read_mode(self, mode: str) -> None:
        """What becomes of the rows that are not seen again, unless it is what happens to any recipe."""
        self.document = {name: said for name, said in self.document.items() if name != "mode"}
        if mode == BuildMode.UPSERT:
            self.document["mode"] = mode

    @property
    def modes(self) -> list[tuple[str, str, bool]]:
        """What may be chosen, and whether it is."""
        chosen = self.document.get("mode", BuildMode.REPLACE)
        return [(value, str(label), value == chosen) for value, label in BuildMode.choices]

    def _read_line(self, data: QueryDict) -> bool:
        """The open line; taking it away, or closing it, does not ask for it to be right."""
        place = data.get("ouvert", "")
        if not place:
            return True
        verb, _colon, about = data.get("agir", "").partition(":")
        if verb == "fermer" or (verb == "retirer" and place.startswith(about)):
            return True
        form = self._form(place, data)
        if not form.is_valid():
            self.opened, self.form = place, form
            return False
        self.document = recipe_drafts.with_item(self.document, place, form.item)
        self.open(place)
        return True

    def open(self, place: str) -> None:
        """Raises ValueError if there is no such line."""
        self.opened, self.form = place, self._form(place)

    def _form(self, place: str, data: QueryDict | None = None) -> ItemForm:
        try:
            given = recipe_drafts.item_at(self.document, place)
        except LookupError as error:
            raise ValueError(place) from error
        family = "rule" if place.startswith("rules.") else "step"
        if str(given.get(family)) not in KINDS[family]:
            raise ValueError(place)
        return ItemForm(data, family=family, given=given, around=self._around(place))

    def _around(self, place: str) -> Surroundings:
        pieces = place.split(".")
        columns: tuple[str, ...] = ()
        if pieces[0] == "inputs":
            read = self.document["inputs"][int(pieces[1])]
            columns = self.columns_of(name_of_input(read))
        tables = [(each.name, each.title) for each in self.design.schema.entities if each != self.table]
        return Surroundings(
            schema=self.table,
            working=recipe_drafts.working_columns(self.document),
            source_columns=columns,
            entities=tables,
            sources=_sources(),
            datasets=self._datasets(),
        )

    def columns_of(self, name: str) -> tuple[str, ...]:
        """Those of what a recipe reads, by its name; none if it is not there."""
        try:
            return columns_called(name, schema=self.design.schema, by=self.by, dataset=self.dataset) or ()
        except LookupError:
            return ()

    def _datasets(self) -> list[tuple[str, str]]:
        """The others that this person may read."""
        others = Dataset.objects.visible_to(self.by).exclude(pk=self.dataset.pk)
        return list(others.order_by("name").values_list("slug", "name")[:MOST_OFFERED])

    # --- What comes of it ---------------------------------------------------------------------------
    @property
    def recipe(self) -> Recipe | None:
        """The recipe, if it holds; what is wrong is told otherwise."""
        try:
            recipe = Recipe.from_document(self.document)
            tried = {self.table.name: recipe}
            design = Design(model=self.design.model, recipes=tried)
            check_recipes(design, self.design.schema, by=self.by, dataset=self.dataset)
        except RecipeRefused as refusal:
            self.faults = list(refusal.faults)
            return None
        return recipe

    def write(self) -> None:
        """Show the draft as text, as far as it holds."""
        try:
            self.text = RecipeForm(initial={"yaml": write_recipe(Recipe.from_document(self.document))})
        except RecipeRefused as refusal:
            self.faults = list(refusal.faults)
        else:
            self.way = "yaml"

    @property
    def sections(self) -> list[Section]:
        steps = [(name, str(kind.label)) for name, kind in KINDS["step"].items()]
        steps.sort(key=lambda pair: pair[1])
        rules = sorted(((name, str(kind.label)) for name, kind in KINDS["rule"].items()), key=lambda pair: pair[1])
        inputs = self.document.get("inputs", ())
        found = []
        for within in recipe_drafts.lists(self.document):
            rank = int(within.split(".")[1]) if within.startswith("inputs") else -1
            read = next((inputs[rank][kind] for kind in KINDS_READ if inputs[rank].get(kind)), "") if rank >= 0 else ""
            title, lede = TITLES.get(within, (_("Records of “%(name)s”") % {"name": read}, TITLES["inputs"][1]))
            found.append(
                Section(
                    within=within,
                    title=str(title),
                    lede=str(lede),
                    lines=[self._line(place) for its, place in recipe_drafts.places(self.document) if its == within],
                    kinds=rules if within == "rules" else steps,
                    input=f"inputs.{rank}" if rank >= 0 else "",
                )
            )
        return found

    def _line(self, place: str) -> Line:
        item = recipe_drafts.item_at(self.document, place)
        family = "rule" if place.startswith("rules.") else "step"
        kind = KINDS[family].get(str(item.get(family)))
        try:
            made = kind.model_validate(item) if kind else None
        except ValidationError:
            made = None
        if made is None:
            label = str(kind.label) if kind else str(item.get(family))
            return Line(place=place, sentence=label, note="", is_complete=False)
        return Line(place=place, sentence=made.tell(self.table), note=str(item.get("note", "")), is_complete=True)

    @property
    def readable(self) -> list[tuple[str, str]]:
        """What another input may read."""
        sources = [(f"source:{slug}", _("Source “%(name)s”") % {"name": name}) for slug, name in _sources()]
        return sources + [
            (f"dataset:{slug}", _("Dataset “%(name)s”") % {"name": name}) for slug, name in self._datasets()
        ]

    @property
    def draft(self) -> str:
        return json.dumps(self.document, ensure_ascii=False)

    @property
    def has_errors(self) -> bool:
        bound = [form for form in (self.form, self.text) if form is not None and form.is_bound]
        return bool(self.faults) or any(not form.is_valid() for form in bound)

    @property
    def unfilled(self) -> list[str]:
        """The columns that must have a value and that no line names yet."""
        written = json.dumps(self.document)
        return [each.title for each in self.table.columns if each.must_be_filled and f'"{each.name}"' not in written]


TITLES: Mapping[str, tuple[Any, Any]] = {
    "inputs": ("", gettext_lazy("Done to these records alone, from top to bottom.")),
    "steps": (gettext_lazy("Common steps"), gettext_lazy("Done to all records, once the steps of their input are.")),
    "rules": (gettext_lazy("Quality rules"), gettext_lazy("Asked of the rows that are made.")),
}


def _document_of(text: str) -> Document:
    """The draft as the page sends it back. Raises ValueError for what is none."""
    document = json.loads(text)
    if not isinstance(document, dict) or not isinstance(document.get("inputs"), list):
        raise ValueError(text)
    lists = [document["inputs"], *(each.get("steps") for each in document["inputs"] if isinstance(each, dict))]
    lists += [document.get("steps", []), document.get("rules", [])]
    if not all(isinstance(each, list) and all(isinstance(line, dict) for line in each) for each in lists):
        raise ValueError(text)
    return document


def _sources() -> list[tuple[str, str]]:
    return list(Source.objects.order_by("name").values_list("slug", "name")[:MOST_OFFERED])


def name_of_input(read: Mapping[str, Any]) -> str:
    """What an input of a draft reads, as `Step.needs` calls it."""
    for kind in ("source", "received"):
        if read.get(kind):
            return f"{kind}:{read[kind]}"
    return f"dataset:{read.get('dataset')}.{read.get('entity', '')}"
