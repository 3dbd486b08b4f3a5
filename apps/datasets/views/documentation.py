"""The documentation of a recipe: as a page to read and to print, as Markdown to keep; of today, and of each version."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.collection.models import Source
from apps.core.access import public
from apps.core.errors import RuleViolation
from apps.core.numbers import format_number
from apps.datasets import engine
from apps.datasets.design import Design, columns_read, design_of
from apps.datasets.documenting import Documentation, Need, document, secret_recipes
from apps.datasets.exceptions import RecipeRefused
from apps.datasets.merise.document import DataModel
from apps.datasets.models import Dataset, Version
from apps.datasets.recipe_markdown import as_markdown
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import DatasetSchema
from apps.datasets.views.model import hidden_columns
from apps.datasets.views.page import DatasetPage
from apps.datasets.views.versions import load_version

# What became of the rows of a table, as manifests call it.
COUNTS = {
    "read": gettext_lazy("rows read:"),
    "kept": gettext_lazy("kept:"),
    "rejected": gettext_lazy("set aside:"),
    "left_out": gettext_lazy("left out:"),
}


@public
def documentation(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    context: dict[str, Any] = {}
    try:
        context["documented"] = _of_today(shown)
    except RuleViolation as refusal:
        context["refusal"] = str(refusal.message)
    return render(request, "datasets/documentation.html", shown.context("recipe", **context))


@public
def documentation_markdown(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    return _download(_of_today(shown), f"{slug}-recipe.md")


@public
def version_documentation(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    published = load_version(shown, number)
    context = {"documented": _of_version(shown, published), "published": published}
    return render(request, "datasets/documentation.html", shown.context("versions", **context))


@public
def version_documentation_markdown(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    return _download(_of_version(shown, load_version(shown, number)), f"{slug}-{number}-recipe.md")


def _of_today(shown: DatasetPage) -> Documentation:
    """Raises RuleViolation if the recipes or the model do not hold any more."""
    design = design_of(shown.dataset)
    return document(
        name=shown.dataset.name,
        slug=shown.dataset.slug,
        design=design,
        hidden_of=lambda entity: hidden_columns(shown, design, entity),
        secret=secret_recipes(design, shown.viewer),
        reads=[*_sources(design), *_datasets(shown, design), *_looked_up(design)],
        sql=_sql(shown, design) if shown.sees_builds else "",
    )


def _of_version(shown: DatasetPage, published: Version) -> Documentation:
    """As it was made: nothing of today but what its readers may not know of any more."""
    manifest = published.manifest
    design = Design(
        model=DataModel.model_validate(published.build.model),
        recipes={
            entity: Recipe.from_document(made).in_order(published.pinned_schema.entity(entity).names)
            for entity, made in published.build.recipes.items()
        },
    )
    return document(
        name=shown.dataset.name,
        slug=shown.dataset.slug,
        design=design,
        hidden_of=lambda entity: hidden_columns(shown, design, entity),
        secret=secret_recipes(design, shown.viewer),
        reads=[*_pinned(shown, manifest), *_looked_up(design)],
        tools={name: str(number) for name, number in manifest["engine"].items() if name != "name"},
        counts={
            each["entity"]: [(label, each["rows"][name]) for name, label in COUNTS.items() if name in each["rows"]]
            for each in manifest["entities"]
        },
        version=published.number,
        made_at=published.published_at,
        sql=manifest["sql"] if shown.sees_builds else "",
    )


def _sources(design: Design) -> Iterator[Need]:
    slugs = [name.removeprefix("source:") for name in _reads(design) if name.startswith("source:")]
    for source in Source.objects.filter(slug__in=slugs).order_by("name"):
        yield Need(kind=_("Source"), name=source.name, detail=source.slug)


def _datasets(shown: DatasetPage, design: Design) -> Iterator[Need]:
    seen = _seen(shown)
    for name in _reads(design):
        kind, _colon, path = name.partition(":")
        slug, _dot, entity = path.partition(".")
        if kind == "dataset" and slug in seen:
            yield Need(kind=_("Dataset"), name=slug, detail=entity)


def _looked_up(design: Design) -> Iterator[Need]:
    """The tables of the dataset itself to which steps look: they are made first."""
    for name in _reads(design):
        if name.startswith("entity:"):
            looked_up = design.schema.entity(name.removeprefix("entity:"))
            yield Need(kind=_("Reference table"), name=looked_up.title, detail=looked_up.name)


def _seen(shown: DatasetPage) -> set[str]:
    """The identifiers of the datasets that this person may know of."""
    return set(Dataset.objects.visible_to(shown.viewer).values_list("slug", flat=True))


def _pinned(shown: DatasetPage, manifest: dict[str, Any]) -> Iterator[Need]:
    """What a version read, as its manifest has it."""
    seen = _seen(shown)
    for each in manifest["read"]:
        if "source" in each:
            rows = sum(segment["rows"] for segment in each["segments"])
            facts = {"run": each["run"], "rows": format_number(rows), "day": _day(each["finished_at"])}
            detail = ngettext(
                "run no. %(run)s of %(day)s, %(rows)s row", "run no. %(run)s of %(day)s, %(rows)s rows", rows
            )
            yield Need(kind=_("Source"), name=each["source"], detail=detail % facts)
        elif "received" in each:
            detail = ngettext("%(rows)s row written by programs", "%(rows)s rows written by programs", each["rows"])
            facts = {"rows": format_number(each["rows"])}
            yield Need(kind=_("Rows received"), name=each["received"], detail=detail % facts)
        elif each["dataset"] in seen:
            detail = _("version %(number)s") % {"number": each["version"]}
            yield Need(kind=_("Dataset"), name=each["dataset"], detail=detail)


def _day(written: str | None) -> str:
    at = parse_datetime(written) if written else None
    return date_format(at, "DATE_FORMAT") if at else "–"


def _reads(design: Design) -> list[str]:
    return list(dict.fromkeys(name for recipe in design.recipes.values() for name in recipe.reads))


def _sql(shown: DatasetPage, design: Design) -> str:
    """What the recipes became in the last build, if they are still the same; what they become otherwise."""
    last, schema = shown.last_build, design.schema
    if last and last.sql and DatasetSchema.from_json(last.schema) == schema and last.recipes == design.documents:
        return last.sql
    try:
        return "\n\n".join(_compiled(shown, design, schema))
    except RecipeRefused:  # a source changed since: the page of the recipe says what is wrong
        return ""


def _compiled(shown: DatasetPage, design: Design, schema: DatasetSchema) -> Iterator[str]:
    for entity, recipe in design.recipes.items():
        known = columns_read(recipe, schema=schema, by=None, dataset=shown.dataset)
        columns = [known[each.name] for each in recipe.inputs]
        yield engine.compiled(
            recipe, schema.entity(entity), columns=columns, others={name: known[name] for name in recipe.needs}
        )


def _download(made: Documentation, name: str) -> HttpResponse:
    return HttpResponse(
        as_markdown(made),
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
