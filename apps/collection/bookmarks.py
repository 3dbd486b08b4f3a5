"""From where a run reads: the bookmark that the last one left, or the bounds of a backfill."""

from typing import Any

from apps.collection.connectors.base import Cursor, Window
from apps.collection.enums import RunMode
from apps.collection.models import Run
from apps.collection.planning import Plan

# A backfill reads the past again: where the next run begins does not depend on it.
MOVING = (RunMode.FULL, RunMode.INCREMENTAL)


def window_of(run: Run) -> tuple[RunMode, Window]:
    """What this run reads, and how it is to be called: without a bookmark to go on from, it reads everything."""
    if run.mode == RunMode.BACKFILL:
        return RunMode.BACKFILL, Window(since=run.since, until=run.until)
    bookmark = last_bookmark(run) if run.mode == RunMode.INCREMENTAL else None
    if bookmark is None:
        return RunMode.FULL, Window()
    return RunMode.INCREMENTAL, Window(bookmark=bookmark)


def last_bookmark(run: Run) -> Cursor | None:
    """That of the last run that passed, if the source was set as it is now: other settings may read other records."""
    source = run.source
    last = source.feeding_runs().filter(mode__in=MOVING).order_by("-pk").first()
    if last is None or not last.reads_as(source):
        return None
    bookmark: Cursor | None = last.bookmark
    return bookmark


def final_bookmark(run: Run, plan: Plan) -> Cursor | None:
    """What the next incremental run goes on from, now that this one has passed."""
    if plan.bookmark is None:
        return None
    highs = [high for high in run.checkpoints.values_list("high", flat=True) if high is not None]
    return {**plan.bookmark, **_highest([*highs, *_known(plan.bookmark)])}


def _known(bookmark: Cursor) -> list[Any]:
    return [bookmark["high"]] if bookmark.get("high") is not None else []


def _highest(highs: list[Any]) -> dict[str, Any]:
    return {"high": max(highs)} if highs else {}
