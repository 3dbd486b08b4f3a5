"""What goes wrong in a call to another site, as errors of a collection: the one place where the two meet.

The guarded client says what happened for whoever reads it at once; a run's error is read long after, in either
language, from its code and its details. Neither ever holds the path or the query of an address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.collection.exceptions import AuthError, Blocked, CollectionError, ConfigError, RateLimited, Transient
from apps.core.errors import TemporaryFailure
from apps.core.http import errors as outbound


class SiteOutOfReach(Transient):
    """Details: `host`."""

    code = "site_out_of_reach"
    title = _("%(host)s did not answer as it should")
    advice = _("It cannot be reached, breaks off or fails. Check the address if this lasts.")


class SiteTooSlow(Transient):
    """Details: `host`."""

    code = "site_too_slow"
    title = _("%(host)s did not finish in time")
    advice = _("It may be busy. If this lasts, ask those who keep it.")


class SiteRateLimited(RateLimited):
    """Details: `host`."""

    code = "site_rate_limited"
    title = _("%(host)s was called as often as it accepts for now")
    advice = _("Collect it less often, or at another hour.")


class SiteRefusesUs(AuthError):
    """Details: `host`, `status`."""

    code = "site_refuses_us"
    title = _("%(host)s does not let us in (status %(status)s)")
    advice = _("Check that the address is public, or the key and its rights.")


class NothingThere(ConfigError):
    """Details: `host`, `status`."""

    code = "nothing_there"
    title = _("%(host)s has nothing at this address (status %(status)s)")
    advice = _("Check the address, or look for where the file went.")


class SiteTooTalkative(ConfigError):
    """Details: `host`."""

    code = "site_too_talkative"
    title = _("%(host)s sends more than is accepted")
    advice = _("Ask for less at a time, or ask an operator to allow more (COLLECT_MAX_FILE_BYTES).")


class AddressNotUsable(ConfigError):
    """Details: `host`, which may be empty."""

    code = "address_not_usable"
    title = _("The address cannot be called")
    advice = _("Give one that begins with https:// and the name of a public site, without a password in it.")


class PortNotOpen(Blocked):
    """Details: `host`, `port`."""

    code = "port_not_open"
    title = _("Port %(port)s of %(host)s is not called from here")
    advice = _(
        "Give an address on the usual port, or ask an operator to open this one: OUTBOUND_ALLOWED_PORTS names those "
        "that are."
    )


class AddressNotAllowed(Blocked):
    """Details: `host`."""

    code = "address_not_allowed"
    title = _("%(host)s leads to where Écluse does not call")
    advice = _("Give a public address, or ask an operator to open this one (OUTBOUND_ALLOWED_NETWORKS).")


class SiteNotTrusted(Blocked):
    """Details: `host`."""

    code = "site_not_trusted"
    title = _("%(host)s cannot be trusted: its certificate does not hold, or it sends us elsewhere")
    advice = _("Tell those who keep it; for an authority of your own, ask an operator to declare it.")


# The first line that matches: a class before those it is made from.
_TRANSLATIONS: list[tuple[type[outbound.OutboundError], type[CollectionError]]] = [
    (outbound.RateLimited, SiteRateLimited),
    (outbound.DeadlineExceeded, SiteTooSlow),
    (outbound.TemporaryOutboundFailure, SiteOutOfReach),
    (outbound.AddressRefused, AddressNotAllowed),
    (outbound.PortRefused, PortNotOpen),
    (outbound.UrlRefused, AddressNotUsable),
    (outbound.HeaderRefused, AddressNotUsable),
    (outbound.CertificateRefused, SiteNotTrusted),
    (outbound.RedirectRefused, SiteNotTrusted),
    (outbound.CredentialsRefused, SiteRefusesUs),
    (outbound.RequestRefused, NothingThere),
    (outbound.ResponseTooLarge, SiteTooTalkative),
]


@contextmanager
def outbound_errors() -> Iterator[None]:
    """Raise what the guarded client raises as the errors of a collection."""
    try:
        yield
    except outbound.OutboundError as error:
        raise _translated(error) from error


def _translated(error: outbound.OutboundError) -> CollectionError:
    if isinstance(error, outbound.DownloadInterrupted) and isinstance(error.__cause__, outbound.OutboundError):
        error = error.__cause__  # what interrupted it: too slow is not out of reach
    kind = next((ours for theirs, ours in _TRANSLATIONS if isinstance(error, theirs)), SiteOutOfReach)
    details: dict[str, Any] = {"host": error.host}
    details |= {name: getattr(error, name) for name in ("status", "port") if hasattr(error, name)}
    ours = kind(**details)
    if isinstance(ours, TemporaryFailure) and isinstance(error, TemporaryFailure):
        ours.retry_after = error.retry_after
    return ours
