"""Changing the model of a dataset by forms: one box at a time, what would come of it, then saved.

The page holds a draft of the whole design, which goes to the browser and back with each button; nothing is saved but
by « Save ». So nothing that was typed is lost on the way, and two people do not write over each other unknowingly.
"""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.collection.models import Source
from apps.core.access import requires
from apps.datasets import designing
from apps.datasets.exceptions import Refused
from apps.datasets.models import Dataset
from apps.datasets.names import to_entity_name
from apps.datasets.recipes.proposing import propose
from apps.datasets.redesigning import (
    add_association,
    add_entity,
    add_proposed,
    move_box,
    remove_box,
)
from apps.datasets.sampling import columns_seen
from apps.datasets.views.model_editor import NOTHING_OPEN, ModelEditor
from apps.datasets.views.page import DatasetPage


@requires("datasets.change_dataset")
def change_model(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load_at_work(request, slug)
    editor = ModelEditor.begin(shown.dataset, by=request.user)
    if request.method == "POST" and editor.read(request.POST):
        verb, _colon, place = request.POST.get("agir", "").partition(":")
        if verb in ACTS:
            ACTS[verb](editor, place)
        has_consent = request.POST.get("accord") == "on"
        if verb == "enregistrer" and editor.is_ready(has_consent=has_consent):
            try:
                changed = designing.change_design(
                    dataset=shown.dataset, design=editor.draft.design, by=request.user, may_lack=True
                )
            except Refused as refusal:
                editor.faults = [str(fault) for fault in refusal.faults]
            else:
                messages.success(request, _saved(shown.dataset, changed))
                return redirect("datasets:model", slug=slug)
    return render(
        request, "datasets/model_change.html", shown.context("model", editor=editor, has_errors=editor.has_errors)
    )


def _saved(before: Dataset, after: Dataset) -> str:
    if after.schema_version != before.schema_version:
        return _("Structure no. %(number)s is saved: readers get it with the next version.") % {
            "number": after.schema_version
        }
    return _("The model is saved. Its tables are the same as before.")


# --- What buttons ask for -------------------------------------------------------------------------
def _open(editor: ModelEditor, place: str) -> None:
    if place.isdecimal() and int(place) < len(editor.draft.boxes):
        editor.open(int(place))


def _close(editor: ModelEditor, place: str) -> None:
    editor.open(NOTHING_OPEN)


def _remove(editor: ModelEditor, place: str) -> None:
    if not place.isdecimal() or int(place) >= len(editor.draft.boxes):
        return
    try:
        editor.draft = remove_box(editor.draft, int(place))
    except ValueError:
        editor.faults = [_("A model has one entity at least.")]
        return
    editor.open(NOTHING_OPEN)


def _move(by: int) -> Callable[[ModelEditor, str], None]:
    def move(editor: ModelEditor, place: str) -> None:
        if place.isdecimal() and int(place) < len(editor.draft.boxes):
            editor.draft = move_box(editor.draft, int(place), by=by)
            editor.open(NOTHING_OPEN)

    return move


def _add(editor: ModelEditor, place: str) -> None:
    """An entity or an association, called after what was typed; or an entity as a source has it. Then it is opened."""
    if place == "source":
        _add_from_source(editor)
        return
    if not editor.wanted_name:
        editor.faults = [_("Say what is added: give it a name.")]
        return
    taken = {box.name for box in editor.draft.boxes}
    name = to_entity_name(editor.wanted_name)
    if name in taken:
        editor.faults = [_("An entity or an association is already called “%(name)s”.") % {"name": name}]
        return
    label = editor.wanted_name if editor.wanted_name != name else ""
    add = add_entity if place == "entite" else add_association
    editor.draft = add(editor.draft, name=name, label=label)
    editor.wanted_name = ""
    editor.open([box.name for box in editor.draft.boxes].index(name))


def _add_from_source(editor: ModelEditor) -> None:
    """An entity that has the columns of a source, and the recipe that fills it."""
    source = Source.objects.filter(slug=editor.wanted_source).first()
    if source is None:
        editor.faults = [_("Choose a source.")]
        return
    wanted = editor.wanted_name or source.name
    name = to_entity_name(wanted)
    if name in {box.name for box in editor.draft.boxes}:
        editor.faults = [_("An entity or an association is already called “%(name)s”.") % {"name": name}]
        return
    entity, recipe = propose(source=source.slug, entity=name, columns=columns_seen(source))
    labelled = entity.model_copy(update={"label": wanted if wanted != name else ""})
    editor.draft = add_proposed(editor.draft, labelled, recipe)
    editor.wanted_name = editor.wanted_source = ""
    editor.open([box.name for box in editor.draft.boxes].index(name))


def _as_text(way: str) -> Callable[[ModelEditor, str], None]:
    return lambda editor, place: editor.write(way)


ACTS: dict[str, Callable[[ModelEditor, str], None]] = {
    "ouvrir": _open,
    "fermer": _close,
    "retirer": _remove,
    "monter": _move(-1),
    "descendre": _move(1),
    "ajouter": _add,
    "formulaire": _as_text("formulaire"),
    "yaml": _as_text("yaml"),
    "mocodo": _as_text("mocodo"),
    "apercu": lambda editor, place: editor.foresee(),
    "enregistrer": lambda editor, place: editor.foresee(),
}
