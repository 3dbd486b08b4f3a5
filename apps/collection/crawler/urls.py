"""Addresses of pages: which are the same page, and which may be visited at all. Pure."""

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from hashlib import blake2b
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

MAX_LENGTH = 2_000
# What links add to know where their readers come from: never which page it is.
TRACKING = (
    *(
        "utm_*",
        "mtm_*",
        "pk_campaign",
        "pk_kwd",
        "pk_source",
        "at_medium",
        "at_campaign",
        "xtor",
        "gclid",
        "dclid",
        "fbclid",
        "msclkid",
    ),
    *("mc_cid", "mc_eid", "igshid", "sessionid", "phpsessid", "jsessionid"),
)
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/?]*", re.IGNORECASE)
# A link that is relative by mistake makes each page longer than the one before: /a/b/a/b/a/b/…
_MOST_REPEATED = 3


def cleaned(url: str, dropped: Collection[str]) -> str | None:
    """The address to visit: no fragment, no parameter that is dropped (`*` at will); None if it is no page of the web.

    The rest stays in its order: there are sites to which it matters.
    """
    try:
        parts = urlsplit(safe_url_string(url.strip()))
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    query = "&".join(each for each in parts.query.split("&") if each and not _is_dropped(each, dropped))
    path = _SESSION_IN_PATH.sub("", parts.path) or "/"
    made = urlunsplit((parts.scheme, parts.netloc.lower(), path, query, ""))
    return made if len(made) <= MAX_LENGTH else None


def fingerprint(url: str) -> str:
    """Eight bytes, in hexadecimal, shared by the addresses of one page: in whatever order their parameters are."""
    return blake2b(canonicalize_url(url).encode(), digest_size=8).hexdigest()


def is_a_loop(url: str) -> bool:
    """Whether a part of the path comes again and again."""
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    return any(segments.count(segment) > _MOST_REPEATED for segment in set(segments))


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


def is_inside(url: str, domains: Collection[str]) -> bool:
    """Whether the page is of one of these domains, or of one below it."""
    host = host_of(url)
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _is_dropped(parameter: str, dropped: Collection[str]) -> bool:
    name = unquote_plus(parameter.partition("=")[0]).lower()
    return any(fnmatchcase(name, pattern.lower()) for pattern in dropped)
