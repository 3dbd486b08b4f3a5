"""Error reports to Sentry, for those who set SENTRY_DSN: where the code failed, never with whose data."""

from typing import Any

import sentry_sdk
from sentry_sdk.types import Event, Hint

from apps.core.scrubbing import scrub


def start_error_reports(*, dsn: str, environment: str, release: str, traces_sample_rate: float) -> None:
    sentry_sdk.init(
        **error_report_options(),
        dsn=dsn,
        environment=environment,
        release=release,
        traces_sample_rate=traces_sample_rate,
    )


def error_report_options() -> dict[str, Any]:
    off = {"mode": "off"}
    return {
        # What integrations collect by themselves. This replaces send_default_pii and the SDK's own scrubber, which
        # knows the names of keys only; ours, below, also reads the text.
        "data_collection": {
            "user_info": False,
            "cookies": off,
            "http_headers": {"request": off},
            "http_bodies": [],
            "url_query_params": off,
            "database_query_data": False,
            "queues": False,
            "stack_frame_variables": False,
        },
        "include_local_variables": False,
        "max_request_body_size": "never",
        "server_name": "",
        "before_send": scrub_event,
        "before_send_transaction": scrub_event,
        "before_breadcrumb": scrub_breadcrumb,
    }


def scrub_event(event: Event, hint: Hint) -> Event:
    """The event without who asked and what with: of the request, the method alone."""
    kept: Any = {key: value for key, value in event.items() if key not in ("user", "request")}
    scrubbed: Event = scrub(kept)
    if request := event.get("request"):
        scrubbed["request"] = {"method": request.get("method", "")}
    return scrubbed


def scrub_breadcrumb(crumb: dict[str, Any], hint: Hint) -> dict[str, Any]:
    kept: dict[str, Any] = scrub(crumb)
    return kept
