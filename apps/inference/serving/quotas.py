"""How many rows each caller may have answered by each model in an hour, over all processes.

Counted in the process, and told to the others once in `SERVING_POLL_SECONDS` in one exchange with Redis: a caller may
pass the limit by what one such moment lets through in each process. Where that setting is 0, at each request.
"""

import logging
import os
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from apps.core.errors import OUT_OF_REACH
from apps.inference.exceptions import QuotaSpent

logger = logging.getLogger(__name__)

WINDOW_S = 3600


@dataclass(slots=True)
class Count:
    """Of one caller and model, in the window `number`: what all processes counted when last told, and what is new."""

    number: int
    told: int = 0
    new: int = 0


class Quotas:
    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._counts: dict[tuple[str, int], Count] = {}
        self._lock = threading.Lock()

    def spend(self, who: str, model_id: int, *, rows: int, limit: int) -> None:
        """Count these rows. Raises QuotaSpent, and counts nothing, if they are more than are left."""
        now = time.time()
        number, elapsed = divmod(now, WINDOW_S)
        key = who, model_id
        with self._lock:
            count = self._counts.get(key)
            if count is None or count.number != number:
                count = self._counts[key] = Count(int(number))
            if count.told + count.new + rows > limit:
                told = _("The limit of %(limit)d rows in an hour is reached for this model.") % {"limit": limit}
                raise QuotaSpent(told, retry_after=WINDOW_S - elapsed)
            count.new += rows
        if not settings.SERVING_POLL_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Tell Redis what is new, and learn what the other processes counted. What belongs to the past is forgotten."""
        present = int(time.time() // WINDOW_S)
        with self._lock:
            self._counts = {key: count for key, count in self._counts.items() if count.number == present}
            told = [(key, count, count.new) for key, count in self._counts.items() if count.new]
        for (who, model_id), count, new in told:
            name = f"inference:rows:{model_id}:{who}:{count.number}"
            try:
                everyone = cache.count(name, new, timeout=WINDOW_S + 60)  # type: ignore[attr-defined]  # apps.core.caching
            except OUT_OF_REACH:
                logger.warning("quotas_not_told", exc_info=True)
                return
            with self._lock:
                count.told, count.new = everyone, count.new - new


QUOTAS = Quotas()
os.register_at_fork(after_in_child=QUOTAS.forget)
