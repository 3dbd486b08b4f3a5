"""The roles, as groups. What each may do follows from the apps' `perms.py`, after every migration."""

from django.db import migrations

ROLES = ["administrator", "ai_developer", "data_protection_officer", "watch_editor", "operator", "user"]


def make_roles(apps, schema_editor):
    for name in ROLES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_user"),
    ]

    operations = [
        migrations.RunPython(make_roles, remove_roles),
    ]
