"""Making a source and changing it, in three pages: where the data is, how it is written, why it may be collected.

A source exists from the first page on, as a draft: nothing that was typed or sent has to be sent again, and whoever
comes back tomorrow goes on where they stopped. The same pages change a source that is open.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.collection.connectors import CONNECTORS
from apps.collection.connectors.web import WebConnector
from apps.collection.enums import SourceState
from apps.collection.exceptions import SourceRefused
from apps.collection.forms.configuration import ConfigurationForm, RawConfigurationForm, configuration_form
from apps.collection.forms.location import LocationForm, location_form, location_names, new_source_form
from apps.collection.forms.rules import RulesForm
from apps.collection.forms.selectors import typed_selectors
from apps.collection.models import Source
from apps.collection.requesting import request_run
from apps.collection.sealing import unseal
from apps.collection.sourcing import change_source, create_source, keep_upload, open_source
from apps.collection.tasks import hand_out
from apps.collection.views.shown import KIND, PAGES, steps_of, tabs_of
from apps.collection.views.trial import Trial
from apps.core.access import requires
from apps.core.errors import RuleViolation

LOCATION, SETTINGS, RULES = PAGES


@requires("collection.add_source")
def source_new(request: SignedInRequest) -> HttpResponse:
    """The kinds of sources: which one it is decides what is asked next."""
    return render(request, "collection/source_new.html", {"kinds": list(CONNECTORS), "steps": steps_of(None, KIND)})


@requires("collection.add_source")
def source_new_of_kind(request: SignedInRequest, kind: str) -> HttpResponse:
    connector = _connector(kind)
    form = new_source_form(connector)(request.POST or None, request.FILES or None, config={})
    if request.method == "POST" and form.is_valid():
        asked = {name: form.cleaned_data[name] for name in form.first_fields}
        try:
            with transaction.atomic():
                _keep(form)
                source = create_source(kind=kind, config=form.config, by=request.user, **asked)
        except SourceRefused as refusal:
            _tell(form, refusal)
        else:
            return redirect(SETTINGS, slug=source.slug)
    context = {"form": form, "connector": connector, "steps": steps_of(None, LOCATION)}
    return render(request, "collection/source_new_of_kind.html", context)


@requires("collection.change_source")
def source_location(request: SignedInRequest, slug: str) -> HttpResponse:
    """Another file, another address. The next page tries it: it may be written otherwise."""
    source = get_object_or_404(Source, slug=slug)
    make = location_form(CONNECTORS[source.kind])
    form = make(request.POST or None, request.FILES or None, **_set_so_far(source))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            _keep(form)
            source = _change(form, source, {"config": form.config}, request.user) or source
        if form.is_valid():
            return redirect(SETTINGS, slug=source.slug)
    return _page(request, "collection/source_location.html", source, LOCATION, form=form)


@requires("collection.change_source")
def source_settings(request: SignedInRequest, slug: str) -> HttpResponse:
    """Settings, and what the source answers with them, tried before they are saved."""
    source = get_object_or_404(Source, slug=slug)
    is_raw = request.GET.get("vue") == "yaml"
    # Selectors that were good on a page: shown here as if they had been typed, tried, and not saved yet.
    carried = _carried_selectors(request, source)
    form = _settings_form(request, source, is_raw=is_raw, carried=carried)
    config = source.config | unseal(source.secrets) | carried
    is_asked = source.state == SourceState.DRAFT or "essai" in request.GET or bool(carried)
    if request.method == "POST" and not carried:
        is_asked = True
        if form.is_valid():
            config = form.config
            if "try" not in request.POST and (changed := _change(form, source, {"config": config}, request.user)):
                return _saved(request, changed, then=RULES)
    trial = Trial.of(source, config) if is_asked else None
    return _page(
        request,
        "collection/source_settings.html",
        source,
        SETTINGS,
        form=form,
        is_raw=is_raw,
        trial=trial,
        is_last_valid=bool(form.errors),
        is_carried=bool(carried),
        has_selectors=source.kind == WebConnector.kind,
    )


@requires("collection.change_source")
def source_rules(request: SignedInRequest, slug: str) -> HttpResponse:
    """Purpose, legal basis, columns, limits; then, for a draft, opening it and collecting at once."""
    source = get_object_or_404(Source, slug=slug)
    trial = Trial.of(source, source.config | unseal(source.secrets))
    asked = {"open", "collect"} & set(request.POST)
    form = RulesForm(request.POST or None, instance=source, columns=trial.columns, must_open=bool(asked))
    can_collect = request.user.has_perm("collection.collect_source")
    if request.method == "POST" and form.is_valid():
        collects = "collect" in asked and can_collect
        if saved := _apply_rules(form, source, request.user, opens=bool(asked), collects=collects):
            return _saved(request, saved)
    return _page(
        request, "collection/source_rules.html", source, RULES, form=form, trial=trial, can_collect=can_collect
    )


def _apply_rules(form: RulesForm, source: Source, by: User, *, opens: bool, collects: bool) -> Source | None:
    """Change the source and, if it is asked, open it and collect it: all of it, or nothing."""
    try:
        with transaction.atomic():
            source = change_source(source=source, changes=form.changes, by=by)
            if opens:
                source = open_source(source=source, by=by)
            if collects:
                run = request_run(source=source, by=by)
                hand_out(run)
    except SourceRefused as refusal:
        _tell(form, refusal)
        return None
    except RuleViolation as refusal:
        form.add_error(None, str(refusal.message))
        return None
    return source


def _connector(kind: str) -> Any:
    try:
        return CONNECTORS[kind]
    except KeyError:
        raise Http404 from None


def _keep(form: LocationForm) -> None:
    """Keep the file that was sent, if one was."""
    if file := form.sent:
        keep_upload(file=file, name=file.name)


def _set_so_far(source: Source) -> dict[str, Any]:
    return {"config": source.config, "secrets": unseal(source.secrets), "sealed": source.secrets}


def _settings_form(request: SignedInRequest, source: Source, *, is_raw: bool, carried: Mapping[str, Any]) -> Any:
    connector = CONNECTORS[source.kind]
    model = connector.Config
    typed = None if carried else request.POST or None
    if is_raw:
        secrets = unseal(source.secrets)
        return RawConfigurationForm(typed, model=model, config=source.config | carried, secrets=secrets)
    make: type[ConfigurationForm] = configuration_form(model, besides=location_names(model), titles=connector.GROUPS)
    so_far = _set_so_far(source)
    return make(typed, **so_far | {"config": so_far["config"] | carried})


def _carried_selectors(request: SignedInRequest, source: Source) -> dict[str, Any]:
    """Those of the page where selectors are tried, if it leads here."""
    return typed_selectors(request.POST) if "carry" in request.POST and source.kind == WebConnector.kind else {}


def _change(form: forms.BaseForm, source: Source, changes: Mapping[str, Any], by: User) -> Source | None:
    try:
        return change_source(source=source, changes=changes, by=by)
    except SourceRefused as refusal:
        _tell(form, refusal)
        return None


def _tell(form: forms.BaseForm, refusal: SourceRefused) -> None:
    """Say what an act refuses beside the fields that it refuses."""
    for place, said in (refusal.fields or {"": str(refusal.message)}).items():
        name = place.removeprefix("config.").partition(".")[0]
        form.add_error(name if name in form.fields else None, said)


def _saved(request: SignedInRequest, source: Source, *, then: str = "") -> HttpResponse:
    if source.state == SourceState.DRAFT and then:
        return redirect(then, slug=source.slug)
    if source.is_open and "collect" in request.POST and (run := source.active_run()):
        messages.success(request, _("The source is open, and its first collection is asked for."))
        return redirect(run)
    messages.success(request, _("The source is open.") if "open" in request.POST else _("The source is saved."))
    return redirect(source)


def _page(request: SignedInRequest, template: str, source: Source, here: str, **context: Any) -> HttpResponse:
    is_draft = source.state == SourceState.DRAFT
    context |= {
        "source": source,
        "is_draft": is_draft,
        "steps": steps_of(source, here) if is_draft else [],
        "tabs": tabs_of(source, here, request.user),
    }
    return render(request, template, context)
