import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A build may publish a former version again, and bears the note of the version to come."""

    dependencies = [
        ("datasets", "0005_drop_single_entity"),
    ]

    operations = [
        migrations.AddField(
            model_name="build",
            name="note",
            field=models.TextField(blank=True, editable=False, verbose_name="release note"),
        ),
        migrations.AddField(
            model_name="build",
            name="restores",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="restorations",
                to="datasets.version",
                verbose_name="version restored",
            ),
        ),
        migrations.AlterField(
            model_name="build",
            name="phase",
            field=models.CharField(
                blank=True,
                choices=[
                    ("read", "Read the segments"),
                    ("copy", "Copy the files of the version"),
                    ("clean", "Apply the recipe"),
                    ("check", "Judge at the gate"),
                    ("load", "Load the table"),
                    ("publish", "Publish the version"),
                ],
                editable=False,
                max_length=10,
                verbose_name="phase",
            ),
        ),
    ]
