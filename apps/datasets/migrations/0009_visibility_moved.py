from typing import Any

from django.db import migrations


def move(apps: Any, schema_editor: Any) -> None:
    """What was public stays so; the others are internal, which is what a dataset is by default."""
    apps.get_model("datasets.Dataset").objects.filter(is_public=True).update(visibility="public")


def move_back(apps: Any, schema_editor: Any) -> None:
    """What is restricted is not public; that it is less than internal cannot be said any more."""
    apps.get_model("datasets.Dataset").objects.filter(visibility="public").update(is_public=True)


class Migration(migrations.Migration):
    dependencies = [("datasets", "0008_rights")]

    operations = [migrations.RunPython(move, move_back, elidable=True)]
