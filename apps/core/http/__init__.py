"""The guarded way out: every call that Écluse makes to another site goes through here (docs/how-to/call-outside.md).

Connectors, alert channels and feed fetchers take addresses that people typed and links that sites gave. Without a
guard, one of these leads to the machine's own services, a cloud's metadata, an endless answer, or a key shown to a
stranger.
"""

from apps.core.http.downloading import Download, download
from apps.core.http.policy import Limits, Policy
from apps.core.http.session import GuardedSession, fetch, guarded_session
from apps.core.http.urls import validate_outbound_url

__all__ = [
    "Download",
    "GuardedSession",
    "Limits",
    "Policy",
    "download",
    "fetch",
    "guarded_session",
    "validate_outbound_url",
]
