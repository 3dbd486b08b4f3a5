"""What may go wrong in a call to another site, in words that a person can act upon.

A message names the host and nothing else of the address: its path and its query may hold a key or the name of a person.
For the same reason what the HTTP library raised is never chained to these errors, only the name of its class is noted.
"""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.core.errors import EcluseError, PermanentFailure, RuleViolation, TemporaryFailure


class OutboundError(EcluseError):
    """A call to `host` failed. `sentence` is formatted with the host and the details, in the reader's language."""

    code = "outbound_error"
    sentence: ClassVar[str | Promise] = _("The call to {host} failed.")

    def __init__(self, host: str, *, sentence: str | Promise = "", code: str = "", **details: object) -> None:
        message = format_lazy(sentence or self.sentence, host=host, **details)  # type: ignore[arg-type]  # any Promise does
        super().__init__(message, code=code)
        self.host = host


# --- The person who gave the address can put it right ---------------------------------------------
class UrlRefused(OutboundError, RuleViolation):
    code = "url_refused"
    sentence = _("This is not an address of the web. Give one that begins with https:// and the name of a site.")


class PortRefused(UrlRefused):
    """`port` is the one of the address; which ones are open is for the operator to know."""

    code = "port_refused"
    sentence = _(
        "Port {port} of {host} is not called from here. Use the usual port, or ask an operator to open this one "
        "(OUTBOUND_ALLOWED_PORTS names those that are)."
    )

    def __init__(self, host: str, *, port: int) -> None:
        super().__init__(host, port=port)
        self.port = port


class AddressRefused(UrlRefused):
    """The name leads to an address that is not called from here; `reason` is an `addresses.Refusal`."""

    code = "address_refused"
    sentence = _(
        "{host} leads to {reason}, which Écluse does not call. "
        "Give a public address, or ask an operator to open this one."
    )


class HeaderRefused(OutboundError, RuleViolation):
    """A header that HTTP cannot carry; its value is often a key, so it is not shown."""

    code = "header_refused"
    sentence = _(
        "What is sent to {host} holds a character that a header cannot. Check the key: a line break often hides in it."
    )


# --- Trying again may work ------------------------------------------------------------------------
class TemporaryOutboundFailure(OutboundError, TemporaryFailure):
    code = "outbound_temporary_failure"

    def __init__(self, host: str, *, retry_after: float | None = None, **details: object) -> None:
        super().__init__(host, **details)  # type: ignore[arg-type]  # `sentence` and `code` pass through
        self.retry_after = retry_after


class Unreachable(TemporaryOutboundFailure):
    code = "unreachable"
    sentence = _(
        "{host} cannot be reached. Check the address; if it is right, the site is down and will be tried again."
    )


class BrokenResponse(TemporaryOutboundFailure):
    code = "broken_response"
    sentence = _("{host} broke off, or answered something that is not HTTP. It will be tried again.")


class DeadlineExceeded(TemporaryOutboundFailure):
    code = "deadline_exceeded"
    sentence = _(
        "{host} did not finish within {seconds:g} seconds. Ask it for less at a time, or allow more time for this call."
    )


class RateLimited(TemporaryOutboundFailure):
    """The host, or our own pacing of it, asks for patience: `retry_after` seconds, if known."""

    code = "rate_limited"
    sentence = _("{host} has been called as often as it accepts for now. It will be tried again later.")


class ServerFailed(TemporaryOutboundFailure):
    code = "server_failed"
    sentence = _("{host} answers that it cannot serve for now (status {status}). It will be tried again.")

    def __init__(self, host: str, *, status: int = 0, **details: object) -> None:
        super().__init__(host, status=status, **details)  # type: ignore[arg-type]
        self.status = status


class DownloadInterrupted(TemporaryOutboundFailure):
    """A download stopped on its way. Pass `received` and `validator` to `download` to go on from there."""

    code = "download_interrupted"
    sentence = _("{host} stopped sending after {size}. The download will go on from there if the site accepts it.")

    def __init__(self, host: str, *, received: int = 0, validator: str = "", **details: object) -> None:
        super().__init__(host, **details)  # type: ignore[arg-type]
        self.received = received
        self.validator = validator


# --- Trying again cannot change it ----------------------------------------------------------------
class PermanentOutboundFailure(OutboundError, PermanentFailure):
    code = "outbound_permanent_failure"


class CertificateRefused(PermanentOutboundFailure):
    code = "certificate_refused"
    sentence = _(
        "The certificate of {host} does not hold: it expired, names another site or comes from an unknown authority. "
        "Tell those who keep that site; for an authority of your own, ask an operator to declare it."
    )


class ResponseTooLarge(PermanentOutboundFailure):
    code = "response_too_large"
    sentence = _("{host} sends more than {limit}. Ask it for less at a time, or allow more for this call.")


class RedirectRefused(PermanentOutboundFailure):
    code = "redirect_refused"
    sentence = _(
        "{host} asks to send the content of the request on to another site. Give that site's address if you trust it."
    )


class TooManyRedirects(RedirectRefused):
    code = "too_many_redirects"
    sentence = _("{host} redirects more than {limit} times. Give the address where the redirections end.")


class RequestRefused(PermanentOutboundFailure):
    """The site answered a status of 400 to 499: what was asked cannot be had."""

    code = "request_refused"
    sentence = _("{host} refuses the request (status {status}). Check the address and its parameters.")

    def __init__(self, host: str, *, status: int = 0, **details: object) -> None:
        super().__init__(host, status=status, **details)  # type: ignore[arg-type]
        self.status = status


class CredentialsRefused(RequestRefused):
    code = "site_credentials_refused"
    sentence = _(
        "{host} does not accept our credentials (status {status}). Check the key or the password, and its rights."
    )


class PageGone(RequestRefused):
    code = "page_gone"
    sentence = _("{host} has nothing at this address (status {status}). Check it, or look for where the page went.")


class NotJson(PermanentOutboundFailure):
    code = "not_json"
    sentence = _("{host} answered something other than JSON. Check that the address is the API's, not a page's.")
