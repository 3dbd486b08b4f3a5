import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Rows that programs write."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("datasets", "0006_restored_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="build",
            name="received",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity", models.CharField(max_length=50, verbose_name="entity")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("key", models.CharField(max_length=255, verbose_name="key of the request")),
                ("digest", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("records", models.JSONField(default=list, verbose_name="records")),
                ("count", models.PositiveIntegerField(verbose_name="rows")),
                ("received_at", models.DateTimeField(auto_now_add=True, verbose_name="received")),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="datasets.dataset",
                        verbose_name="dataset",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt",
                "verbose_name_plural": "receipts",
                "ordering": ["dataset", "entity", "number"],
            },
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("dataset", "entity", "number"), name="datasets_receipt_unique_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(fields=("dataset", "entity", "key"), name="datasets_receipt_unique_key"),
        ),
    ]
