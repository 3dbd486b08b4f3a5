"""The log of predictions, cut by day. Django knows nothing of partitions: the table is made in SQL, as it would be."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = """
CREATE TABLE inference_prediction (
    id uuid NOT NULL,
    predicted_at timestamptz NOT NULL,
    model_id bigint NOT NULL,
    version_id bigint NOT NULL,
    slot varchar(15) NOT NULL,
    channel varchar(10) NOT NULL,
    by_id bigint,
    token uuid,
    inputs jsonb NOT NULL,
    answer text NOT NULL,
    value double precision,
    confidence double precision,
    latency_us integer NOT NULL CHECK (latency_us >= 0),
    PRIMARY KEY (id, predicted_at)
) PARTITION BY RANGE (predicted_at);
CREATE INDEX inference_prediction_by_model ON inference_prediction (model_id, predicted_at);
CREATE INDEX inference_prediction_version ON inference_prediction (version_id);
CREATE INDEX inference_prediction_by ON inference_prediction (by_id) WHERE by_id IS NOT NULL;
CREATE TABLE inference_prediction_rest PARTITION OF inference_prediction DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inference", "0001_models"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            TABLE,
            "DROP TABLE inference_prediction",
            state_operations=[
                migrations.CreateModel(
                    name="Prediction",
                    fields=[
                        ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ("predicted_at", models.DateTimeField(verbose_name="answered")),
                        (
                            "slot",
                            models.CharField(
                                choices=[
                                    ("champion", "In service"),
                                    ("preproduction", "Pre-production"),
                                    ("shadow", "Shadow"),
                                ],
                                max_length=15,
                                verbose_name="slot",
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("page", "A page"),
                                    ("api", "The API"),
                                    ("v2", "The Open Inference Protocol"),
                                ],
                                max_length=10,
                                verbose_name="asked by",
                            ),
                        ),
                        ("token", models.UUIDField(null=True, verbose_name="token")),
                        ("inputs", models.JSONField(verbose_name="values")),
                        ("answer", models.TextField(verbose_name="answer")),
                        ("value", models.FloatField(null=True, verbose_name="number answered")),
                        ("confidence", models.FloatField(null=True, verbose_name="confidence")),
                        ("latency_us", models.PositiveIntegerField(verbose_name="time taken, in microseconds")),
                        (
                            "by",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "model",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="predictions",
                                to="inference.model",
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.RESTRICT,
                                related_name="predictions",
                                to="inference.modelversion",
                                verbose_name="version",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "prediction",
                        "verbose_name_plural": "predictions",
                        "ordering": ["-predicted_at"],
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(fields=["model", "predicted_at"], name="inference_prediction_by_model")
                        ],
                    },
                ),
            ],
        ),
    ]
