"""What is no longer kept of predictions: beyond the days that each model declares, and, in whole days of the table,
beyond those of the model that keeps longest."""

from datetime import UTC, datetime, timedelta

from apps.inference import partitions
from apps.inference.models import Model, Prediction


def keep_prediction_days(*, now: datetime) -> int:
    """Make the days to come of the table of predictions; how many were made."""
    return partitions.make_ahead(now=now)


def forget_old_predictions(*, now: datetime, dry_run: bool = False) -> int:
    """Delete the predictions that their model keeps no longer, then drop the days that are past for all of them.

    Returns how many rows were deleted, those of dropped days not counted: they are dropped without being read.
    """
    kept = {model.pk: timedelta(days=model.declared.serving.retention_days) for model in Model.objects.all()}
    longest = max(kept.values(), default=timedelta(0))
    first_day = (now - longest).astimezone(UTC).date()
    partitions.drop_before(first_day, dry_run=dry_run)
    count = 0
    for model_id, duration in kept.items():
        old = Prediction.objects.filter(model_id=model_id, predicted_at__lt=now - duration)
        count += old.count() if dry_run else old._raw_delete(old.db)
    return count
