from typing import Any

from django.db import migrations

# What an attribute of a model says by default is left unsaid in its document.
ATTRIBUTE = {
    "type": "text",
    "label": "",
    "description": "",
    "unit": "",
    "is_required": False,
    "is_unique": False,
    "max_length": 0,
    "digits": 18,
    "decimals": 6,
    "personal_data": "none",
}


def move(apps: Any, schema_editor: Any) -> None:
    """The entity of each dataset becomes its model; what builds and versions say of it, that of their only table."""
    models: dict[int, dict[str, Any]] = {}
    for entity in apps.get_model("datasets.Entity").objects.prefetch_related("columns").select_related("dataset"):
        attributes = [
            {"name": column.name}
            | {name: getattr(column, name) for name, usual in ATTRIBUTE.items() if getattr(column, name) != usual}
            | ({"is_identifier": True} if column.is_key else {})
            for column in entity.columns.all()
        ]
        written = {"name": entity.name, "label": entity.label, "description": entity.description}
        model = {"entities": [{name: said for name, said in written.items() if said} | {"attributes": attributes}]}
        models[entity.dataset_id] = entity.dataset.model = model
        entity.dataset.save(update_fields=["model"])
    for recipe in apps.get_model("datasets.Recipe").objects.select_related("source"):
        recipe.document = {"inputs": [{"source": recipe.source.slug, "steps": recipe.steps}]}
        recipe.save(update_fields=["document"])
        recipe.dependencies.create(source=recipe.source)
    for build in apps.get_model("datasets.Build").objects.all():
        entity = build.schema["name"]
        inputs = [{"source": build.recipe["source"], "steps": build.recipe["steps"]}]
        build.model, build.recipes = models.get(build.dataset_id, {}), {entity: {"inputs": inputs}}
        build.schema = {"entities": [build.schema]}
        build.save(update_fields=["model", "recipes", "schema"])
        counts = {"rows_in": build.rows_in, "rows_kept": build.rows_kept, "rows_rejected": build.rows_rejected}
        build.outputs.create(
            position=0, entity=entity, reasons=build.reasons, snapshot=build.snapshot, rejects=build.rejects, **counts
        )
    for version in apps.get_model("datasets.Version").objects.all():
        version.tables.create(
            position=0,
            entity=version.schema["name"],
            rows=version.rows,
            size=version.size,
            sha256=version.sha256,
            snapshot=version.snapshot,
            table=version.table,
        )
        version.schema = {"entities": [version.schema]}
        version.save(update_fields=["schema"])


class Migration(migrations.Migration):
    dependencies = [("datasets", "0003_linked_entities")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop, elidable=True)]
