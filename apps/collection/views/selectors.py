"""Trying selectors on a page of a site: what each line finds there, as it is typed; the good ones become settings."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.requests import SignedInRequest
from apps.collection.connectors.web import WebConnector
from apps.collection.connectors.web.judging import FieldTrials
from apps.collection.connectors.web.trying import SelectorTrial, fetch_page, kept_page, try_selectors
from apps.collection.enums import SourceState
from apps.collection.exceptions import CollectionError, SourceRefused
from apps.collection.forms.selectors import SelectorsForm
from apps.collection.models import Source
from apps.collection.planning import check_config
from apps.collection.views.shown import PAGES, steps_of, tabs_of
from apps.core.access import requires
from apps.core.declarations import Text
from apps.core.interface import Tone

SETTINGS = PAGES[1]
SOURCE_SHOWN = 20_000


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What came of trying; `problem` and `advice` when nothing did, `is_to_fetch` when the page is not there."""

    tone: Tone
    verdict: str
    trial: SelectorTrial | None = None
    problem: Text = ""
    advice: Text = ""
    is_to_fetch: bool = False


@requires("collection.change_source")
def source_selectors(request: SignedInRequest, slug: str) -> HttpResponse:
    """The page is fetched when a button asks for it; what is typed afterwards is tried on the page that was."""
    source = get_object_or_404(Source, slug=slug)
    if source.kind != WebConnector.kind:
        raise Http404
    is_live = bool(request.headers.get("HX-Request"))
    form = SelectorsForm(_given(request, source), config=source.config)
    tried = _try(source, form, whose=f"{request.user.pk}:{source.pk}", asked=request.POST, is_live=is_live)
    context: dict[str, Any] = {"source": source, "form": form, "tried": tried, "is_live": is_live}
    if is_live:
        return render(request, "collection/_selectors_tried.html", context)
    is_draft = source.state == SourceState.DRAFT
    text = tried.trial.page.text if tried.trial else ""
    context |= {
        "page_source": text[:SOURCE_SHOWN],
        "is_cut": len(text) > SOURCE_SHOWN,
        "steps": steps_of(source, SETTINGS) if is_draft else [],
        "tabs": tabs_of(source, SETTINGS, request.user),
    }
    return render(request, "collection/source_selectors.html", context)


def _given(request: SignedInRequest, source: Source) -> Any:
    """What was typed; else what is set, to be tried at once if the link says so."""
    if request.method == "POST":
        return request.POST
    if "essai" not in request.GET:
        return None
    initial = SelectorsForm(config=source.config).initial
    return {**initial, "lines": "\n".join(initial["lines"])}


def _try(source: Source, form: SelectorsForm, *, whose: str, asked: Any, is_live: bool) -> Tried:
    if not form.is_bound:
        return Tried(tone=Tone.INFO, verdict=_("Choose a page of the site, and look for its fields there."))
    if not form.is_valid():
        return Tried(tone=Tone.BAD, verdict=_("What is typed cannot be tried as it is."))
    url, lines, item_selector = (form.cleaned_data[name] for name in ("url", "lines", "item_selector"))
    try:
        _connector, config = check_config(kind=source.kind, config=source.config)
        page = None if "again" in asked else kept_page(url, whose=whose)
        if page is None and is_live:
            return Tried(tone=Tone.INFO, verdict=_("This page is not fetched yet."), is_to_fetch=True)
        page = page or fetch_page(config, url, whose=whose)
        trial = try_selectors(config, page, lines=lines, item_selector=item_selector)
    except CollectionError as error:
        problem, advice = str(error.title) % error.details, str(error.advice) % error.details
        return Tried(tone=Tone.BAD, verdict=_("Nothing could be tried."), problem=problem, advice=advice)
    except SourceRefused as refusal:
        return Tried(tone=Tone.BAD, verdict=_("Nothing could be tried."), problem=refusal.message)
    return _verdict(trial)


def _verdict(trial: SelectorTrial) -> Tried:
    found: FieldTrials = trial.found
    if found.problem:
        return Tried(tone=Tone.BAD, verdict=_("What holds the items cannot be looked for."), trial=trial)
    wrong = sum(bool(field.problem) for field in found.fields)
    empty = sum(not field.problem and not field.count for field in found.fields)
    if wrong:
        said = ngettext("One field cannot be read.", "%(count)s fields cannot be read.", wrong)
        return Tried(tone=Tone.BAD, verdict=said % {"count": wrong}, trial=trial)
    if not found.items:
        return Tried(tone=Tone.WARN, verdict=_("The page has no item."), trial=trial)
    if empty:
        said = ngettext("One field finds nothing.", "%(count)s fields find nothing.", empty)
        return Tried(tone=Tone.WARN, verdict=said % {"count": empty}, trial=trial)
    return Tried(tone=Tone.OK, verdict=_("Each field finds something."), trial=trial)
