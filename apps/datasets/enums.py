"""The closed lists of datasets."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ColumnType(TextChoices):
    """What a column holds. Each has one type in PostgreSQL, one in Parquet and one in JSON: see `schema.py`."""

    TEXT = "text", _("Text")
    INTEGER = "integer", _("Whole number")
    FLOAT = "float", _("Number")
    DECIMAL = "decimal", _("Exact decimal")
    BOOLEAN = "boolean", _("Yes or no")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")


class PersonalData(TextChoices):
    """What a column says about people; anything but NONE and INDIRECT is read only with a right of its own."""

    NONE = "none", _("Not personal")
    INDIRECT = "indirect", _("Indirectly identifying")
    DIRECT = "direct", _("Directly identifying")
    SENSITIVE = "sensitive", _("Sensitive")


class BuildState(TextChoices):
    """What becomes of a build. One that is unchanged passed its gate with the rows that are published already."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    PUBLISHED = "published", _("Published")
    UNCHANGED = "unchanged", _("Nothing new")
    HELD = "held", _("Held at the gate")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")

    @property
    def is_over(self) -> bool:
        return self not in ACTIVE_STATES


ACTIVE_STATES = (BuildState.WAITING, BuildState.RUNNING)


class BuildPhase(TextChoices):
    """Where a build is; each is done again from its start after a crash."""

    READ = "read", _("Read the segments")
    CLEAN = "clean", _("Apply the recipe")
    CHECK = "check", _("Judge at the gate")
    LOAD = "load", _("Load the table")
    PUBLISH = "publish", _("Publish the version")


class RejectReason(TextChoices):
    """Why a row of the sources is not in the dataset."""

    MISSING = "missing", _("Required value missing")
    NOT_A_NUMBER = "not_a_number", _("Not a number")
    NOT_AN_INTEGER = "not_an_integer", _("Not a whole number")
    NOT_A_DATE = "not_a_date", _("Not a date of the expected formats")
    NOT_A_BOOLEAN = "not_a_boolean", _("Neither yes nor no")
    OUT_OF_RANGE = "out_of_range", _("Does not fit in the column")
    CONTROL_CHARACTER = "control_character", _("Control character")
    DUPLICATE = "duplicate", _("Duplicate of an earlier row")
