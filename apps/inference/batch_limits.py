"""How many rows of batches each person may have answered by each model in a day (`serving.batch_rows_per_day`).

Those that were answered are counted beside batches, in the cache, as those of requests are (`serving.quotas`): a batch
that is deleted gives nothing back. Those that batches under way have still to answer are set apart, where it is known.
"""

from django.core.cache import cache
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.numbers import format_number
from apps.inference.enums import BatchState
from apps.inference.exceptions import BatchRefused
from apps.inference.models import Batch, Model

KEPT_S = 2 * 86_400


def refuse_rows(rows: int | None, *, model: Model, by: User | None) -> None:
    """Raise BatchRefused if so many more rows are not left to this person today; where they are not counted yet, if
    none is."""
    if by is None:
        return
    under_way = Batch.objects.filter(model=model, requested_by=by, state__in=(BatchState.WAITING, BatchState.RUNNING))
    apart = under_way.aggregate(rows=Sum(F("rows_total") - F("rows_done")))["rows"] or 0
    limit = _limit(model)
    left = max(0, limit - spend_rows(0, model=model, by=by) - apart)
    if left < (1 if rows is None else rows):
        told = _("This model answers %(limit)s rows of batches a day to each person: %(left)s are left to you today.")
        numbers = {"limit": format_number(limit), "left": format_number(left)}
        raise BatchRefused(told % numbers, subject=f"inference.model:{model.pk}")


def rows_left(batch: Batch) -> int | None:
    """How many more rows of this batch may be answered today; None if nobody asked for it."""
    if batch.requested_by is None:
        return None
    return max(0, _limit(batch.model) - spend_rows(0, model=batch.model, by=batch.requested_by))


def spend_rows(rows: int, *, model: Model, by: User | None) -> int:
    """Count these rows, and tell how many were answered today."""
    name = f"inference:batch-rows:{model.pk}:{by.pk if by else ''}:{timezone.localdate().isoformat()}"
    counted: int = cache.count(name, rows, timeout=KEPT_S)  # type: ignore[attr-defined]  # apps.core.caching
    return counted


def _limit(model: Model) -> int:
    return model.declared.serving.batch_rows_per_day
