"""The closed lists of the collection."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SourceState(TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class LoadMode(TextChoices):
    """What each run of a source reads."""

    FULL = "full", _("Everything, each time")
    INCREMENTAL = "incremental", _("Only what is new or changed")


class RunMode(TextChoices):
    """What a run reads. The rows of a source are those of its last full run that passed, and of the runs since."""

    FULL = "full", _("Full")
    INCREMENTAL = "incremental", _("Incremental")
    BACKFILL = "backfill", _("Backfill")
    REPLAY = "replay", _("Replay of the quarantine")


class Reaction(TextChoices):
    """What is done when the columns of a source are not those that were agreed."""

    ACCEPT = "accept", _("Accept")
    WARN = "warn", _("Warn")
    STOP = "stop", _("Stop")


class Confidentiality(TextChoices):
    """Who may know what a source holds, in the words of a team's own classification."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")
    RESTRICTED = "restricted", _("Restricted")


class LegalBasis(TextChoices):
    """Why the data may be collected: the six cases of article 6 of the GDPR, and data about nobody."""

    NO_PERSONAL_DATA = "no_personal_data", _("No personal data")
    CONSENT = "consent", _("Consent")
    CONTRACT = "contract", _("Contract")
    LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation")
    VITAL_INTERESTS = "vital_interests", _("Vital interests")
    PUBLIC_TASK = "public_task", _("Public task")
    LEGITIMATE_INTERESTS = "legitimate_interests", _("Legitimate interests")


class RunState(TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    SUCCEEDED = "succeeded", _("Succeeded")
    HELD = "held", _("Held at the gate")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")

    @property
    def is_over(self) -> bool:
        return self not in ACTIVE_STATES


ACTIVE_STATES = (RunState.WAITING, RunState.RUNNING, RunState.PAUSED)


# A run that waits has lost the process that led it: those that help it may go on.
BEING_READ = (RunState.RUNNING, RunState.WAITING)


class Trigger(TextChoices):
    """What asked for a run or a build."""

    PERSON = "person", _("A person")
    COMMAND = "command", _("The command line")
    API = "api", _("The API")
    CLOCK = "clock", _("The clock")


class EventCode(TextChoices):
    """What the log of a run tells."""

    STARTED = "started", _("Started")
    RESUMED = "resumed", _("Resumed")
    PLANNED = "planned", _("Planned")
    PART_READ = "part_read", _("Part read")
    RETRIED = "retried", _("Tried again")
    PUT_OFF = "put_off", _("Put off")
    PART_LEFT = "part_left", _("Part left to another worker")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", _("Cancelled")
    STOPPED = "stopped", _("Stopped")
    JUDGED = "judged", _("Judged")
    FAILED = "failed", _("Failed")


class PageFailure(TextChoices):
    """Why a page was not read (`why` of PAGE_NOT_READ); the label completes "The page could not be read: …"."""

    STATUS = "status", _("the site answers with the status %(status)s")
    TIMEOUT = "timeout", _("it does not come in time")
    UNREACHABLE = "unreachable", _("the site does not answer")
    TOO_LARGE = "too_large", _("it is larger than the limit")
    NOT_A_PAGE = "not_a_page", _("it is not a page of text")
    NOT_A_LISTING = "not_a_listing", _("it is neither a sitemap nor a feed")
    BREAKS_US = "breaks_us", _("it makes the program that reads it fail, or never end")
    REDIRECTS = "redirects", _("it leads from one address to another without end")
    ROBOTS = "robots", _("the robots.txt of the site forbids it")
    ELSEWHERE = "elsewhere", _("out of the domains that may be visited")
    ADDRESS_NOT_ALLOWED = "address_not_allowed", _("an address that is not called from here")
    LOOP = "loop", _("an address that goes round in circles")
    TOO_DEEP = "too_deep", _("further than the number of links followed in a row")
    TOO_MANY_PAGES = "too_many_pages", _("beyond the number of pages to visit")
    NO_TIME = "no_time", _("the time of the visit was over")


class RejectionReason(TextChoices):
    """Why a record never became a row. The details of each are in `Rejected.details`."""

    TOO_FEW_COLUMNS = "too_few_columns", _("Too few columns")
    TOO_MANY_COLUMNS = "too_many_columns", _("Too many columns")
    INVALID_ENCODING = "invalid_encoding", _("Characters that this encoding does not have")
    CONTROL_CHARACTER = "control_character", _("Control character")
    CELL_TOO_LONG = "cell_too_long", _("Cell too long")
    UNCLOSED_QUOTE = "unclosed_quote", _("Quote that is not closed as it should")
    NOT_A_RECORD = "not_a_record", _("Not a record")
    UNREADABLE_VALUE = "unreadable_value", _("Value that cannot be read")
    MISSING_FIELD = "missing_field", _("Required field missing")
    PAGE_NOT_READ = "page_not_read", _("Page that could not be read")
