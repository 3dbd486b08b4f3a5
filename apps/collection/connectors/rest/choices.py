"""The closed lists of the settings."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Method(TextChoices):
    GET = "GET", "GET"
    POST = "POST", "POST"


class Auth(TextChoices):
    NONE = "none", _("None: the API is open")
    BASIC = "basic", _("Name and password")
    BEARER = "bearer", _("Bearer token")
    API_KEY = "api_key", _("API key")
    OAUTH2 = "oauth2", _("OAuth 2, as an application (client credentials)")


class KeyPlace(TextChoices):
    HEADER = "header", _("In a header")
    QUERY = "query", _("In the address")


class PagingKind(TextChoices):
    AUTO = "auto", _("Detected from the first answers")
    NONE = "none", _("None: one answer holds everything")
    LINK_HEADER = "link_header", _("Link to the next page in the headers (Link)")
    LINK_JSON = "link_json", _("Link to the next page in the answer")
    PAGE = "page", _("Page number")
    OFFSET = "offset", _("Rank of the first record (offset)")
    CURSOR = "cursor", _("Cursor given by each answer")


class Nested(TextChoices):
    JSON = "json", _("As JSON text")
    COLUMNS = "columns", _("In columns of their own (address.city)")


class ValueKind(TextChoices):
    """What the values of the incremental field are."""

    INSTANT = "instant", _("Instants (2024-12-31T23:59:59Z)")
    DATE = "date", _("Dates (2024-12-31)")
    SECONDS = "seconds", _("Seconds since 1970")
    MILLISECONDS = "milliseconds", _("Milliseconds since 1970")
    NUMBER = "number", _("Numbers that only grow")

    @property
    def is_time(self) -> bool:
        return self is not ValueKind.NUMBER


class BoundFormat(TextChoices):
    """How the API wants a bound, when it is not as its records write it."""

    AS_RECORDS = "as_records", _("As the records are written")
    INSTANT = "instant", _("Instant (2024-12-31T23:59:59Z)")
    DATE = "date", _("Date (2024-12-31)")
    SECONDS = "seconds", _("Seconds since 1970")
    MILLISECONDS = "milliseconds", _("Milliseconds since 1970")
