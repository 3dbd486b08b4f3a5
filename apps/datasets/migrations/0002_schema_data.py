from django.db import migrations


class Migration(migrations.Migration):
    """The tables of the datasets have a schema of their own, where no table of the platform lives."""

    dependencies = [("datasets", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SCHEMA IF NOT EXISTS data", "DROP SCHEMA IF EXISTS data"),
    ]
