"""Sources and runs as their serializers write them, without a query of their own."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from apps.collection.grouping import grouped
from apps.collection.models import Run, Source
from apps.collection.sealing import unseal
from apps.collection.standing import expected_end, read_share, standing_of_run, standing_of_source
from apps.collection.telling import failure_of, verdict_of

LISTED = ("slug", "name", "description", "kind", "state", "mode", "next_run_at")
DECIDED = (
    "purpose",
    "legal_basis",
    "columns",
    "retention_days",
    "is_rejected_text_kept",
    "max_rejected_rows",
    "max_rejected_share",
    "key_columns",
    "parallel_parts",
    "max_rows",
    "max_minutes",
    "max_megabytes",
    "created_at",
    "updated_at",
)
RUN_FIELDS = (
    "id",
    "state",
    "is_over",
    "mode",
    "since",
    "until",
    "trigger",
    "requested_at",
    "started_at",
    "finished_at",
    "resumes_at",
    "rows_read",
    "rows_kept",
    "rows_rejected",
    "bytes_landed",
)


def describe_source(source: Source, *, last: Run | None, now: datetime) -> dict[str, Any]:
    """`last` is its latest run."""
    return {name: getattr(source, name) for name in LISTED} | {
        "latest_run": last.pk if last else None,
        "standing": standing_of_source(source, last=last, now=now),
        "url": address("api-source", source.slug),
    }


def describe_source_in_full(source: Source, *, now: datetime) -> dict[str, Any]:
    """With all that was decided of it; of its secrets, the names. Raises Undecipherable if no key opens them."""
    groups = grouped(source)
    groups["schedule"] |= {"next_run_at": source.next_run_at, "error": source.schedule_problem}
    return (
        describe_source(source, last=source.runs.defer("plan").order_by("-pk").first(), now=now)
        | {name: getattr(source, name) for name in DECIDED}
        | groups
        | {
            "settings": source.config,
            "secrets": sorted(unseal(source.secrets)),
            "runs_url": f"{address('api-runs')}?source={source.slug}",
        }
    )


def describe_run(run: Run, *, now: datetime) -> dict[str, Any]:
    """Its source must be loaded."""
    failure = failure_of(run)
    return {name: getattr(run, name) for name in RUN_FIELDS} | {
        "source": run.source.slug,
        "replays": run.replays_id,
        "share_read": read_share(run),
        "expected_end_at": None if run.is_over else expected_end(run, now=now),
        "standing": standing_of_run(run, now=now),
        "error": failure and {"code": run.error_code, "title": failure.title, "advice": failure.advice},
        "url": address("api-run", run.pk),
    }


def describe_run_in_full(run: Run, *, now: datetime) -> dict[str, Any]:
    verdict = verdict_of(run)
    return describe_run(run, now=now) | {
        "verdict": verdict
        and {"state": verdict.state, "judged_at": verdict.judged_at, "checks": verdict.ordered_checks},
        "events_url": address("api-run-events", run.pk),
        "rejections_url": address("api-run-rejections", run.pk),
        "segments_url": address("api-run-segments", run.pk),
    }


def address(name: str, *arguments: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=arguments)}"
