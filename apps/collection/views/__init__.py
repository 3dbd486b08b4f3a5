"""The pages of the collection."""

from apps.collection.views.acts import close_source, collect_source, delete_source, open_source
from apps.collection.views.changing import source_contract, source_schedule, source_sheet
from apps.collection.views.following import follow_source, stop_following_source
from apps.collection.views.making import (
    source_location,
    source_new,
    source_new_of_kind,
    source_rules,
    source_settings,
)
from apps.collection.views.query import source_query
from apps.collection.views.rejections import export_rejections, rejections
from apps.collection.views.runs import (
    cancel_run,
    pause_run,
    replay_run,
    resume_run,
    retry_run,
    run,
    run_progress,
    runs,
)
from apps.collection.views.schedules import schedules
from apps.collection.views.selectors import source_selectors
from apps.collection.views.sources import source, sources

__all__ = [
    "cancel_run",
    "close_source",
    "collect_source",
    "delete_source",
    "export_rejections",
    "follow_source",
    "open_source",
    "pause_run",
    "rejections",
    "replay_run",
    "resume_run",
    "retry_run",
    "run",
    "run_progress",
    "runs",
    "schedules",
    "source",
    "source_contract",
    "source_location",
    "source_new",
    "source_new_of_kind",
    "source_query",
    "source_rules",
    "source_schedule",
    "source_selectors",
    "source_settings",
    "source_sheet",
    "sources",
    "stop_following_source",
]
