"""Changing the recipe of a table by forms: one line at a time, tried on the first records, then saved.

The page holds a draft of the recipe, which goes to the browser and back with each button, as that of the model does:
nothing is saved but by « Save ». Whoever prefers it writes the recipe as YAML.
"""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.datasets import designing, recipe_drafts
from apps.datasets.design import Design, design_of
from apps.datasets.exceptions import Fault, RecipeRefused, Refused
from apps.datasets.forms.recipe import KINDS
from apps.datasets.forms.written import write_recipe
from apps.datasets.recipe_drafts import Document
from apps.datasets.recipes.document import Recipe
from apps.datasets.views.asking import build_after
from apps.datasets.views.model import veiled_columns
from apps.datasets.views.page import DatasetPage
from apps.datasets.views.recipe_editor import RecipeEditor
from apps.datasets.views.replays import replay_of
from apps.datasets.views.trial import try_out


@requires("datasets.change_dataset")
def change_recipe(request: SignedInRequest, slug: str, entity: str) -> HttpResponse:
    """The recipe of one table, tried on the first records before it is saved."""
    shown = DatasetPage.load_at_work(request, slug)
    design = design_of(shown.dataset)
    if entity not in design.schema.names:
        raise Http404
    editor = RecipeEditor.begin(shown, design, design.schema.entity(entity))
    if request.method == "POST":
        verb, _colon, about = request.POST.get("agir", "").partition(":")
        if editor.read(request.POST):
            try:
                ACTS.get(verb, _nothing)(editor, about, request.POST)
            except (LookupError, ValueError):
                raise Http404 from None
        if verb in LOOKS and not editor.has_errors and (recipe := editor.recipe):
            if verb in SAVES and _save(request, editor, recipe):
                return (
                    build_after(request, shown.dataset)
                    if verb == "construire"
                    else redirect("datasets:recipe", slug=slug)
                )
            _try(editor, shown, recipe, chosen=about if verb == "etape" else "")
    elif place := request.GET.get("ligne", ""):
        try:
            editor.open(place)
        except ValueError:
            raise Http404 from None
    context = {
        "editor": editor,
        "table": editor.table,
        "has_errors": editor.has_errors,
        "old_yaml": _as_yaml(editor.saved),
        "new_yaml": _as_yaml(editor.document),
    }
    return render(request, "datasets/recipe_change.html", shown.context("recipe", **context))


def _try(editor: RecipeEditor, shown: DatasetPage, recipe: Recipe, *, chosen: str) -> None:
    name = editor.table.name
    tried = Design(model=editor.design.model, recipes={**editor.design.recipes, name: recipe})
    hidden = veiled_columns(shown, editor.design, name)
    editor.trial = try_out(tried, by=shown.viewer, entity=name, version=shown.version, hidden=hidden, chosen=chosen)
    editor.replay = replay_of(shown, tried, name)


def _save(request: SignedInRequest, editor: RecipeEditor, recipe: Recipe) -> bool:
    """Whether it is saved; what keeps it from that is told."""
    if editor.base != recipe_drafts.digest_of(editor.saved):
        message = _("Somebody changed this recipe meanwhile: begin again from what is saved.")
        editor.faults = [Fault(message=message)]
        return False
    changed = Design(model=editor.design.model, recipes={**editor.design.recipes, editor.table.name: recipe})
    try:
        designing.change_design(dataset=editor.dataset, design=changed, by=request.user, may_lack=True)
    except Refused as refusal:
        editor.faults = list(refusal.faults)
        return False
    messages.success(request, _("The recipe is saved: readers get what it makes with the next version."))
    return True


# --- What buttons ask for -------------------------------------------------------------------------
LOOKS = frozenset({"apercu", "etape", "enregistrer", "construire"})
SAVES = frozenset({"enregistrer", "construire"})


def _nothing(editor: RecipeEditor, about: str, data: QueryDict) -> None:
    """Preview and save only ask for what was typed to be read."""


def _close(editor: RecipeEditor, place: str, data: QueryDict) -> None:
    editor.opened, editor.form = "", None


def _remove(editor: RecipeEditor, place: str, data: QueryDict) -> None:
    editor.document = recipe_drafts.without(editor.document, place)
    _close(editor, place, data)


def _move(by: int) -> Callable[[RecipeEditor, str, QueryDict], None]:
    def move(editor: RecipeEditor, place: str, data: QueryDict) -> None:
        editor.document = recipe_drafts.moved(editor.document, place, by=by)
        _close(editor, place, data)

    return move


def _add(editor: RecipeEditor, within: str, data: QueryDict) -> None:
    """A line of the kind that was chosen, at the end of this list; then it is opened, to be filled in."""
    family = "rule" if within == "rules" else "step"
    kind = data.get(f"nouveau-{within}", "")
    if kind not in KINDS[family]:
        editor.faults = [Fault(message=_("Choose what is to be added."))]
        return
    editor.document, place = recipe_drafts.with_new(editor.document, within, {family: kind})
    editor.open(place)


def _add_input(editor: RecipeEditor, about: str, data: QueryDict) -> None:
    """What is to be read too, with steps that are proposed from what it holds."""
    kind, _colon, slug = data.get("nouvelle-entree", "").partition(":")
    if kind not in ("source", "dataset") or f"{kind}:{slug}" not in dict(editor.readable):
        editor.faults = [Fault(message=_("Choose what is to be read."))]
        return
    editor.read_also(kind, slug)


def _as_text(editor: RecipeEditor, about: str, data: QueryDict) -> None:
    editor.write()


def _as_forms(editor: RecipeEditor, about: str, data: QueryDict) -> None:
    editor.way, editor.text = "formulaire", None


ACTS: Mapping[str, Callable[[RecipeEditor, str, QueryDict], None]] = {
    "ouvrir": lambda editor, place, data: editor.open(place),
    "fermer": _close,
    "retirer": _remove,
    "monter": _move(-1),
    "descendre": _move(1),
    "ajouter": _add,
    "lire": _add_input,
    "yaml": _as_text,
    "formulaire": _as_forms,
}


def _as_yaml(document: Document) -> str:
    """As text, if it holds; to show what changes."""
    try:
        return write_recipe(Recipe.from_document(document))
    except RecipeRefused:
        return ""
