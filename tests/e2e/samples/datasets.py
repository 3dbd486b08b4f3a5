"""One public dataset, its versions, its builds and who may read it."""

from collections.abc import Iterator
from dataclasses import replace

from django.apps import apps
from django.contrib.auth.models import Group

from apps.accounts.models import User
from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.models import Dataset, Grant, Receipt, SqlAccess
from apps.datasets.requesting import request_build
from apps.datasets.schema import ColumnSchema
from tests.collection.factories import SourceFactory
from tests.datasets.factories import GRENOBLE, NAMELESS, STEPS, TOWNS, UNCOUNTED, VOIRON, built, make_dataset
from tests.e2e.samples.registry import OBJECTS, Arguments, sample

DATASET = "communes"
MAYOR = ColumnSchema(
    name="mayor", type=ColumnType.TEXT, label="Maire", description="Élu en 2026.", personal_data=PersonalData.DIRECT
)


def a_public_dataset() -> Dataset:
    """Open to all, read on its first version: the build of the second is held at its gate, and says why."""
    known = Dataset.objects.filter(slug=DATASET).first()
    if known:
        return known
    schema = replace(TOWNS, columns=(*TOWNS.columns, MAYOR))
    steps = [{"step": "map", "columns": {**STEPS[0]["columns"], "mayor": "Maire"}}, {"step": "trim"}]
    source = SourceFactory(
        name="Communes", slug="communes", kind="file", config={"url": "https://example.org/communes.csv"}
    )
    good, bad = ({**GRENOBLE, "Maire": "Camille"}, {**VOIRON, "Maire": ""}), ({**NAMELESS, "Maire": "Dominique"},)
    dataset = make_dataset(
        *good,
        schema=schema,
        steps=steps,
        source=source,
        name="Communes",
        slug=DATASET,
        visibility="public",
        description="Communes, leurs habitants et leurs maires.",
        licence="Licence ouverte 2.0",
    )
    built(dataset)
    built(dataset, *good, *bad, {**UNCOUNTED, "Maire": ""})
    return dataset


@sample(
    "datasets:dataset",
    "datasets:rows",
    "datasets:export",
    "datasets:dictionary",
    "datasets:dictionary_csv",
    "datasets:model",
    "datasets:model_change",
    "datasets:model_ddl",
    "datasets:model_mocodo",
    "datasets:model_yaml",
    "datasets:lineage",
    "datasets:quality",
    "datasets:recipe",
    "datasets:documentation",
    "datasets:documentation_markdown",
    "datasets:settings",
    "datasets:access",
    "datasets:delete",
    "datasets:versions",
    "datasets:versions_feed",
    "datasets:api",
    "datasets:build_new",
    "api-dataset",
    "api-dataset-schema",
    "api-dataset-datapackage",
    "api-dataset-csvw",
    "api-dataset-rows",
    "api-dataset-aggregate",
    "api-dataset-statistics",
    "api-dataset-quality",
    "api-dataset-versions",
    "api-dataset-export",
)
def a_dataset(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug}


@sample("datasets:api_try")
def a_question_to_the_api(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug, "?": {"place": "rows", "limit": "1"}}


@sample("datasets:recipe_change", "datasets:recipe_steps")
def the_recipe_of_a_table(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug, "entity": "town"}


@sample("datasets:access_take_back")
def an_access(person: User) -> Iterator[Arguments]:
    dataset = a_public_dataset()
    grant, _is_new = Grant.objects.get_or_create(dataset=dataset, group=Group.objects.get(name="user"))
    yield {"slug": dataset.slug, "pk": grant.pk}


@sample("api-dataset-row")
def a_row(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug, "pk": 1}


@sample("api-dataset-row-by-key")
def a_row_by_its_key(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug, "?": {"code": GRENOBLE["Code"]}}


@sample(
    "api-dataset-entity-rows",
    "api-dataset-entity-aggregate",
    "api-dataset-entity-statistics",
    "api-dataset-entity-export",
)
def an_entity(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug, "entity": TOWNS.name}


@sample("api-dataset-entity-row")
def a_row_of_an_entity(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug, "entity": TOWNS.name, "pk": 1}


@sample("api-dataset-entity-row-by-key")
def a_row_of_an_entity_by_its_key(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug, "entity": TOWNS.name, "?": {"code": GRENOBLE["Code"]}}


@sample("datasets:datasets", "api-catalogue")
def the_datasets(person: User) -> Iterator[Arguments]:
    a_public_dataset()
    yield {}


@sample("datasets:entity_rows", "datasets:entity_export")
def an_entity_of_a_dataset(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug, "entity": TOWNS.name}


@sample("datasets:entity_version_file")
def an_entity_of_a_version(person: User) -> Iterator[Arguments]:
    yield {"slug": DATASET, "number": a_public_dataset().current_version.number, "entity": TOWNS.name}


@sample(
    "datasets:version",
    "datasets:version_documentation",
    "datasets:version_documentation_markdown",
    "datasets:version_file",
    "datasets:differences",
)
def a_version(person: User) -> Iterator[Arguments]:
    version = a_public_dataset().current_version
    yield {"slug": DATASET, "number": version.number}


@sample("datasets:version_restore", "api-dataset-version-note", "api-dataset-version-restore")
def a_former_version(person: User) -> Iterator[Arguments]:
    yield {"slug": DATASET, "number": a_public_dataset().versions.order_by("number")[0].number}


@sample("datasets:note", "datasets:build", "datasets:build_progress", "datasets:rejects", "datasets:rejects_export")
def a_held_build(person: User) -> Iterator[Arguments]:
    yield {"slug": DATASET, "pk": a_public_dataset().latest_build().pk}


@sample("datasets:build_cancel")
def a_build_under_way(person: User) -> Iterator[Arguments]:
    build = request_build(dataset=a_public_dataset(), by=person)
    yield {"slug": DATASET, "pk": build.pk}
    build.delete()


OBJECTS["datasets.sqlaccess"] = lambda person: SqlAccess.objects.get_or_create(
    dataset=a_public_dataset(), group=Group.objects.get(name="user")
)[0]
OBJECTS["datasets.grant"] = lambda person: Grant.objects.get_or_create(dataset=a_public_dataset(), user=person)[0]
for _model in (
    "dataset",
    "entity",
    "column",
    "recipe",
    "recipedependency",
    "build",
    "buildoutput",
    "version",
    "versiontable",
):
    OBJECTS[f"datasets.{_model}"] = lambda person, label=_model: (
        a_public_dataset() and apps.get_model("datasets", label).objects.first()
    )


OBJECTS["datasets.receipt"] = lambda person: Receipt.objects.get_or_create(
    dataset=a_public_dataset(),
    entity="town",
    number=1,
    defaults={"key": "one", "count": 1, "received_by": person},
)[0]
