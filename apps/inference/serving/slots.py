"""What each process serves: for each model that it was asked, the versions of its slots, held ready.

Nothing is loaded before a model is first asked, and so nothing before the process forked. From then on a thread looks
at the deployments each second, beside the requests, opens what is new and replaces one reference: a request is answered
whole by the version it began with. The models asked longest ago give way once `SERVING_MEMORY_MB` is passed.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from apps.inference.enums import Slot
from apps.inference.exceptions import NotInService, VersionRefused, VersionUnavailable
from apps.inference.serving import swapping
from apps.inference.serving.measures import SWAPS
from apps.inference.serving.quotas import QUOTAS
from apps.inference.serving.swapping import Loaded, Standing

logger = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
# A version that was refused is not read again each second.
TRIED_AGAIN_AFTER_S = 30.0


@dataclass(slots=True, kw_only=True)
class Served:
    """A model as this process answers for it. Replaced, not changed, but for the moment it was last asked."""

    standing: Standing
    loaded: Mapping[Slot, Loaded]
    # Whether the version in shadow reads the fields of the one in service: those that are sent.
    is_shadow_alike: bool
    asked_at: float

    @property
    def size(self) -> int:
        return sum(each.size for each in self.loaded.values())

    def version(self, slot: Slot) -> Loaded:
        """What answers in this slot. Raises NotInService, or VersionUnavailable if it could not be opened here."""
        if found := self.loaded.get(slot):
            return found
        subject = f"inference.model:{self.standing.model_id}"
        if slot in self.standing.versions:
            raise VersionUnavailable(_("The version that is deployed could not be opened."), subject=subject)
        raise NotInService(_("No version of this model is deployed there."), subject=subject)


class Slots:
    """The models served by a process, by their slugs."""

    thread_name: ClassVar[str] = "deployments"

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """As it begins; also in a process that was just forked, whose threads and sessions are those of its parent."""
        self._served: dict[str, Served] = {}
        self._refused: dict[int, tuple[float, str]] = {}
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def get(self, slug: str) -> Served:
        """The model of this slug, loaded if it was not. Raises NotInService."""
        served = self.held(slug)
        if served is None:
            served = self._look_at(slug)
            served.asked_at = time.monotonic()
        return served

    def held(self, slug: str) -> Served | None:
        """The same if it is held already and looked after: the database is not asked."""
        served = self._served.get(slug) if settings.SERVING_POLL_SECONDS else None
        if served is not None:
            served.asked_at = time.monotonic()
        return served

    def refused(self) -> dict[int, str]:
        """The versions that this process could not put in place, by their keys, and why (the code of the error)."""
        return {version_id: why for version_id, (_at, why) in self._refused.items()}

    def refresh(self) -> None:
        """Look at the deployments of the models that are served, and put in place what changed."""
        with self._lock:
            found = swapping.look_up(self._served)
            for slug, served in list(self._served.items()):
                if standing := found.get(slug):
                    self._put(standing, before=served)
                else:
                    del self._served[slug]
            deployed = {version for standing in found.values() for version in standing.versions.values()}
            self._refused = {version: why for version, why in self._refused.items() if version in deployed}

    def _look_at(self, slug: str) -> Served:
        with self._lock:
            served = self._served.get(slug)
            if served is not None and settings.SERVING_POLL_SECONDS:
                return served  # another request was first
            standing = swapping.look_up([slug]).get(slug)
            if standing is None:
                self._served.pop(slug, None)
                raise NotInService(_("No version of this model is in service."))
            served = self._put(standing, before=served)
            self._watch()
            return served

    def _put(self, standing: Standing, *, before: Served | None) -> Served:
        """What a model is served by from now on: what is loaded stays, what is new is loaded, what fails changes
        nothing."""
        placed = {slot: each.id for slot, each in before.loaded.items()} if before else {}
        if before and before.standing == standing and placed == standing.versions:
            return before
        held = {each.id: each for each in before.loaded.values()} if before else {}
        loaded: dict[Slot, Loaded] = {}
        for slot, version_id in standing.versions.items():
            if one := held.get(version_id) or self._try(standing, version_id):
                loaded[slot] = one
            elif before and slot in before.loaded:
                loaded[slot] = before.loaded[slot]
        served = Served(
            standing=standing,
            loaded=loaded,
            is_shadow_alike=_layout(loaded.get(Slot.SHADOW)) == _layout(loaded.get(Slot.CHAMPION)),
            asked_at=before.asked_at if before else time.monotonic(),
        )
        self._served[standing.slug] = served
        self._make_room(keeping=standing.slug)
        return served

    def _try(self, standing: Standing, version_id: int) -> Loaded | None:
        """Load a version, or say that it was refused."""
        refused_at, _why = self._refused.get(version_id, (float("-inf"), ""))
        if time.monotonic() - refused_at < TRIED_AGAIN_AFTER_S:
            return None
        subject = {"subject": f"inference.modelversion:{version_id}"}
        try:
            loaded = swapping.load(version_id)
        except VersionRefused as error:
            self._refused[version_id] = time.monotonic(), error.code
            SWAPS.labels(standing.slug, "refused").inc()
            logger.error("version_refused", extra=subject | {"code": error.code})
            return None
        self._refused.pop(version_id, None)
        SWAPS.labels(standing.slug, "placed").inc()
        logger.info("version_placed", extra=subject)
        return loaded

    def _make_room(self, *, keeping: str) -> None:
        allowed = settings.SERVING_MEMORY_MB * MEBIBYTE
        total = sum(served.size for served in self._served.values())
        for slug in sorted(self._served, key=lambda slug: self._served[slug].asked_at):
            if total <= allowed:
                return
            if slug != keeping:
                total -= self._served.pop(slug).size

    def _watch(self) -> None:
        if self._thread is None and settings.SERVING_POLL_SECONDS:
            self._thread = threading.Thread(target=self._keep_watching, name=self.thread_name, daemon=True)
            self._thread.start()

    def _keep_watching(self) -> None:
        try:
            while not self._stopped.wait(settings.SERVING_POLL_SECONDS):
                try:
                    self.refresh()
                except DatabaseError:
                    logger.warning("deployments_not_read", exc_info=True)
                    connection.close()
                except Exception:
                    logger.exception("deployments_not_read")
                QUOTAS.tell()
        finally:
            connection.close()  # this thread's own


def _layout(version: Loaded | None) -> list[tuple[str, str]]:
    return [(field.name, field.type) for field in version.signature.fields] if version else []


SLOTS = Slots()
os.register_at_fork(after_in_child=SLOTS.forget)
