"""The errors that a program may meet over REST, each with a code that never changes.

They are data: the responses, the OpenAPI document and the page `/api/errors/` are made from them. An app that raises a
code of its own declares it in its `problems.py` as `DECLARED: list[ProblemType]`; a test finds every code that is
raised and not declared.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Declarations, Text


@dataclass(frozen=True, kw_only=True)
class ProblemType:
    """One kind of error: its code, the HTTP status it answers with, what it means and what to do.

    With `in_field`, it is told of one value, in the list “errors” of a response whose own code is `invalid`.
    """

    code: str
    status: int
    title: Text
    meaning: Text = ""
    in_field: bool = False

    @property
    def anchor(self) -> str:
        """Where `/api/errors/` explains it."""
        return f"field-{self.code}" if self.in_field else self.code


problem_types = Declarations("problems", ProblemType)


def find_problem_type(*codes: str, in_field: bool = False) -> ProblemType | None:
    """The type declared for the first of these codes that has one: from the most precise to the most general."""
    declared = {item.code: item for item in problem_types.all() if item.in_field is in_field}
    return next((declared[code] for code in codes if code in declared), None)


INVALID = ProblemType(
    code="invalid",
    status=400,
    title=_("Some values are not valid"),
    meaning=_("“errors” says which values and why. Correct them, then send the request again."),
)
PARSE_ERROR = ProblemType(
    code="parse_error",
    status=400,
    title=_("The body is not JSON"),
    meaning=_("The body must be strict JSON in UTF-8: no NaN, no Infinity, no comment, no trailing comma."),
)
BAD_REQUEST = ProblemType(
    code="bad_request",
    status=400,
    title=_("The request cannot be understood"),
    meaning=_("The request itself is malformed: its host name, its headers or its encoding."),
)
NOT_AUTHENTICATED = ProblemType(
    code="not_authenticated",
    status=401,
    title=_("A token is needed"),
    meaning=_("Send a token in the Authorization header."),
)
AUTHENTICATION_FAILED = ProblemType(
    code="authentication_failed",
    status=401,
    title=_("The token is not accepted"),
    meaning=_("The token is unknown, expired or revoked. Make another one from the page of your account."),
)
PERMISSION_DENIED = ProblemType(
    code="permission_denied",
    status=403,
    title=_("Not allowed"),
    meaning=_("The token is valid, but its scopes or the rights of its owner do not cover this request."),
)
NOT_FOUND = ProblemType(
    code="not_found",
    status=404,
    title=_("Nothing at this address"),
    meaning=_("The address is wrong, or the object does not exist, or you may not know that it does."),
)
METHOD_NOT_ALLOWED = ProblemType(
    code="method_not_allowed",
    status=405,
    title=_("Method not allowed"),
    meaning=_("The Allow header lists the methods that this address answers to."),
)
NOT_ACCEPTABLE = ProblemType(
    code="not_acceptable",
    status=406,
    title=_("Only JSON is served"),
    meaning=_("Send “Accept: application/json”, or no Accept header."),
)
RULE_VIOLATION = ProblemType(
    code="rule_violation",
    status=409,
    title=_("A rule of the platform forbids this"),
    meaning=_("The request is well formed, but the present state of the object does not allow it. “detail” says why."),
)
PRECONDITION_FAILED = ProblemType(
    code="precondition_failed",
    status=412,
    title=_("The object has changed"),
    meaning=_("It is no longer the version that If-Match names. Read it again, then decide."),
)
TOO_LARGE = ProblemType(
    code="too_large",
    status=413,
    title=_("The body is too large"),
    meaning=_("Send less at once."),
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    code="unsupported_media_type",
    status=415,
    title=_("Only JSON is read"),
    meaning=_("Send the body as JSON, with “Content-Type: application/json”."),
)
THROTTLED = ProblemType(
    code="throttled",
    status=429,
    title=_("Too many requests"),
    meaning=_("Wait for the number of seconds that Retry-After gives."),
)
SERVER_ERROR = ProblemType(
    code="server_error",
    status=500,
    title=_("The server failed"),
    meaning=_("The fault is ours. Quote “instance” when you report it."),
)
PERMANENT_FAILURE = ProblemType(
    code="permanent_failure",
    status=500,
    title=_("Failed for good"),
    meaning=_("Trying again changes nothing. The team has been told; quote “instance” if you write to it."),
)
TEMPORARY_FAILURE = ProblemType(
    code="temporary_failure",
    status=503,
    title=_("Failed for now"),
    meaning=_("Something outside failed. Try again after the number of seconds that Retry-After gives."),
)
UNWELL = ProblemType(
    code="unwell",
    status=503,
    title=_("A part of the platform does not do its work"),
    meaning=_("“detail” says which. Try again after Retry-After."),
)
UNAVAILABLE = ProblemType(
    code="unavailable",
    status=503,
    title=_("The service is not ready"),
    meaning=_("Something that the platform stands on does not answer. Try again after Retry-After."),
)


def _field(code: str, title: Text) -> ProblemType:
    return ProblemType(code=code, status=400, title=title, in_field=True)


def _outbound(code: str, status: int, title: Text) -> ProblemType:
    """A call to another site, made for this request: 400 if its address is at fault, 502 or 503 if the site is."""
    return ProblemType(code=code, status=status, title=title, meaning=_("“detail” names the site and says what to do."))


DECLARED = [
    INVALID,
    PARSE_ERROR,
    BAD_REQUEST,
    NOT_AUTHENTICATED,
    AUTHENTICATION_FAILED,
    PERMISSION_DENIED,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    RULE_VIOLATION,
    PRECONDITION_FAILED,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    THROTTLED,
    SERVER_ERROR,
    PERMANENT_FAILURE,
    TEMPORARY_FAILURE,
    UNWELL,
    UNAVAILABLE,
    ProblemType(
        code="lease_lost",
        status=503,
        title=_("Another process works on this"),
        meaning=_("Try again once it has finished."),
    ),
    ProblemType(
        code="invalid_schedule",
        status=400,
        title=_("The schedule cannot be read"),
        meaning=_("“detail” says why: five fields as cron reads them, and the name of a time zone."),
    ),
    ProblemType(
        code="secret_undecipherable",
        status=500,
        title=_("A stored secret cannot be read"),
        meaning=_("No key of this instance opens it: give the secret again."),
    ),
    _outbound("outbound_error", 502, _("A call to another site failed")),
    _outbound("url_refused", 400, _("The address is not one of the web")),
    _outbound("url_with_credentials", 400, _("The address holds a name or a password")),
    _outbound("port_refused", 400, _("The port is not called from here")),
    _outbound("address_refused", 400, _("The address is not called from here")),
    _outbound("header_refused", 400, _("A header cannot be sent")),
    _outbound("outbound_temporary_failure", 503, _("Another site fails for now")),
    _outbound("unreachable", 503, _("Another site cannot be reached")),
    _outbound("broken_response", 503, _("Another site broke off")),
    _outbound("deadline_exceeded", 503, _("Another site is too slow")),
    _outbound("rate_limited", 503, _("Another site has been called as often as it accepts")),
    _outbound("server_failed", 503, _("Another site cannot serve for now")),
    _outbound("download_interrupted", 503, _("A download stopped on its way")),
    _outbound("outbound_permanent_failure", 502, _("Another site fails for good")),
    _outbound("certificate_refused", 502, _("The certificate of another site does not hold")),
    _outbound("response_too_large", 502, _("Another site sends too much")),
    _outbound("redirect_refused", 502, _("Another site sends us elsewhere")),
    _outbound("too_many_redirects", 502, _("Another site redirects too many times")),
    _outbound("request_refused", 502, _("Another site refuses the request")),
    _outbound("site_credentials_refused", 502, _("Another site does not accept our credentials")),
    _outbound("page_gone", 502, _("Another site has nothing at this address")),
    _outbound("not_json", 502, _("Another site answered something other than JSON")),
    _field("required", _("The value is missing.")),
    _field("null", _("The value may not be null.")),
    _field("blank", _("The text may not be empty.")),
    _field("invalid", _("The value is not of the type or form that is expected.")),
    _field("unknown_field", _("No such field is known here.")),
    _field("max_length", _("The value is too long.")),
    _field("min_length", _("The value is too short.")),
    _field("max_value", _("The value is too large.")),
    _field("min_value", _("The value is too small.")),
    _field("invalid_choice", _("The value is not one of those that are possible.")),
    _field("not_a_list", _("A list is expected.")),
    _field("empty", _("The list may not be empty.")),
    _field("unique", _("Another object already has this value.")),
    _field("does_not_exist", _("The value refers to an object that does not exist.")),
    _field("time_zone", _("No time zone has this name.")),
    _field("invalid_cursor", _("The cursor is not one that this list gave.")),
]
