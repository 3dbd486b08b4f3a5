"""What never leaves in a log or an error report: who someone is, and what opens a door.

Two sieves, one after the other. Keys: a log line keeps only the keys that are listed here. Text: in whatever is kept,
tracebacks included, anything that looks like personal data or a secret is masked. The second is a net, not a licence:
names have no shape, so do not log them.
"""

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

MASKED = "[masked]"

KEPT_KEYS = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "exception",
        "stack",
        # Where it happened
        "request_id",
        "method",
        "route",
        "status",
        "task",
        "task_id",
        "state",
        "command",
        # What it was about: `app.model:key`, a stable code, a count
        "subject",
        "code",
        "kind",
        "count",
        "attempt",
        "queue",
        "metric",
        "check",
        "host",  # of a site that we call
        "duration_ms",
        "retry_after_s",
        "size_bytes",
    }
)

SENSITIVE_KEY = re.compile(
    r"passw|pwd|passphrase|secret|token|api[_-]?key|private[_-]?key|credential|authori[sz]ation|cookie|session|csrf"
    r"|otp|e?[_-]?mail\b|phone|address|remote_addr|x[_-]forwarded|x[_-]real|user[_-]?name|first[_-]?name|last[_-]?name",
    re.IGNORECASE,
)

_QUOTED_OR_WORD = r"""(\[masked\]|"[^"]*"|'[^']*'|[^\s"',;&)}\]]+)"""
_SENSITIVE_NAME = (
    r"[\w-]*(?:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|authorization|cookie|sessionid|csrf)[\w-]*"
)

_RULES: list[tuple[re.Pattern[str], str]] = [
    # What PostgreSQL quotes of the rows that it refuses.
    (re.compile(r"\b(DETAIL|CONTEXT|STATEMENT):.*"), rf"\1: {MASKED}"),
    (re.compile(r"(invalid input (?:syntax|value) for [^:\n]+:).*"), rf"\1 {MASKED}"),
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^/\s@'\"]+@", re.IGNORECASE), rf"\1{MASKED}@"),
    (re.compile(r"\?[\w.%\[\]~-]+=[^\s'\"<>)]*"), f"?{MASKED}"),
    (re.compile(r"\b(bearer|basic|digest|token)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {MASKED}"),
    (re.compile(rf"\b({_SENSITIVE_NAME})(['\"]?\s*[:=]\s*){_QUOTED_OR_WORD}", re.IGNORECASE), rf"\1\2{MASKED}"),
    (re.compile(r"[\w.!#$&'*+/=?^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), MASKED),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), MASKED),  # JSON Web Token
    (re.compile(r"\b(?:ecl_|gAAAA)[\w-]{8,}={0,2}"), MASKED),  # our API tokens, our ciphertexts
    (re.compile(r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{32,}={0,2}"), MASKED),
    (re.compile(r"(?<![\w.])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){2,5}(?!\w)"), MASKED),
    (re.compile(r"(?<![\w.-])0[1-9](?:[ .-]?\d{2}){4}(?![\w-])"), MASKED),  # a French telephone number
]
_ADDRESS = re.compile(r"(?<![\w.:])(?:(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4})(?![\w.]*\w)", re.I)

# Characters of a text that is worth remembering.
SHORT = 100


def scrub_text(text: str) -> str:
    """The text without what looks like an e-mail, a telephone number, an IP address, a secret or a query string."""
    return _scrubbed_before(text) if len(text) <= SHORT else _scrubbed(text)


def _scrubbed(text: str) -> str:
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return _ADDRESS.sub(_mask_address, text)


# The names, routes and events of one line are those of the next.
_scrubbed_before = lru_cache(maxsize=256)(_scrubbed)


def scrub(value: Any) -> Any:
    """Any JSON-like value, scrubbed all the way down; what sits under the name of a secret is masked whole."""
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, Mapping):
        return {scrub(key): MASKED if SENSITIVE_KEY.search(str(key)) else scrub(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrub_text(str(value))


def scrub_log(logger: Any, method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """A structlog processor: the keys that are kept, scrubbed. Private ones (`_record`) are structlog's own."""
    return {
        key: value if key.startswith("_") else scrub(value)
        for key, value in event.items()
        if key in KEPT_KEYS or key.startswith("_")
    }


def _mask_address(found: re.Match[str]) -> str:
    try:
        address = ip_address(found[0])
    except ValueError:
        return found[0]  # a version, a time
    return found[0] if address.is_loopback or address.is_unspecified else MASKED
