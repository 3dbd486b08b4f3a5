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
    """What a column says about people; anything but NONE and INDIRECT is restricted, whatever else is said of it."""

    NONE = "none", _("Not personal")
    INDIRECT = "indirect", _("Indirectly identifying")
    DIRECT = "direct", _("Directly identifying")
    SENSITIVE = "sensitive", _("Sensitive")


class Visibility(TextChoices):
    """Who reads a dataset, besides those to whom it was granted."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")
    RESTRICTED = "restricted", _("Restricted")


class Confidentiality(TextChoices):
    """Who reads a column among those who read its dataset, and how far a reader reads: from the least to the most."""

    PUBLIC = "public", _("All readers")
    INTERNAL = "internal", _("Internal")
    RESTRICTED = "restricted", _("Restricted")

    def covers(self, other: "Confidentiality") -> bool:
        """Whether whoever reads as far as this reads what is as confidential as the other."""
        return _SCALE[self] >= _SCALE[other]


_SCALE = {each: rank for rank, each in enumerate(Confidentiality)}


class Mask(TextChoices):
    """What is seen of a column by those who may not read it as it is: see `reading/masks.py`."""

    HIDDEN = "hidden", _("Nothing: it is not there")
    START = "start", _("Its first two characters")
    YEAR = "year", _("Its year")
    RANGE = "range", _("A range: 40–50, 20000–30000")
    PSEUDONYM = "pseudonym", _("A pseudonym")


# Mask → the types that it makes sense of. Both engines write these as the same text.
MASKED_TYPES = {
    Mask.HIDDEN: frozenset(ColumnType),
    Mask.START: frozenset({ColumnType.TEXT}),
    Mask.YEAR: frozenset({ColumnType.DATE, ColumnType.DATETIME}),
    Mask.RANGE: frozenset({ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL}),
    Mask.PSEUDONYM: frozenset({ColumnType.TEXT, ColumnType.INTEGER}),
}


class Engine(TextChoices):
    """What computes the recipes of an instance: see `engine/computing.py`. The rows are the same."""

    DUCKDB = "duckdb", "DuckDB"
    SPARK = "spark", "Spark"


class BuildMode(TextChoices):
    """What becomes of the rows of the version before that are not seen again."""

    REPLACE = "replace", _("Replace: only what is read today is kept")
    UPSERT = "upsert", _("Update: rows that are not seen again are kept")


class FullReason(TextChoices):
    """Why a build reads all that was collected, and not only what came since the version that is served."""

    ASKED = "asked", _("it was asked for")
    FIRST = "first", _("there is no version to add to")
    DESIGN_CHANGED = "design", _("the recipe or the structure changed")
    ENGINE_CHANGED = "engine", _("Écluse or its engine changed")
    NOTHING_NEW = "nothing_new", _("nothing new was collected")
    COLLECTED_ANEW = "anew", _("a source was collected anew")
    MERGED = "merged", _("what is collected replaces records collected before")
    DATASET = "dataset", _("it is made from another dataset")
    RECEIVED = "received", _("programs write rows of it")
    OTHER_ROWS = "other_rows", _("what becomes of a row depends on others")
    REFERENCES = "references", _("rows that refer to none may find what they refer to")
    REJECTS_FORGOTTEN = "forgotten", _("the rows set aside before were forgotten")


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
    COPY = "copy", _("Copy the files of the version")
    CLEAN = "clean", _("Apply the recipe")
    CHECK = "check", _("Judge at the gate")
    LOAD = "load", _("Load the table")
    PUBLISH = "publish", _("Publish the version")


MAKING = (BuildPhase.READ, BuildPhase.CLEAN, BuildPhase.CHECK, BuildPhase.LOAD, BuildPhase.PUBLISH)
RESTORING = (BuildPhase.COPY, BuildPhase.LOAD, BuildPhase.PUBLISH)


class RuleSeverity(TextChoices):
    """What a quality rule that is broken does."""

    BLOCK = "block", _("Blocks")
    QUARANTINE = "quarantine", _("Sets the rows aside")
    WARN = "warn", _("Warns")


class RejectReason(TextChoices):
    """Why a row of the sources is not in the dataset."""

    MISSING = "missing", _("Required value missing")
    NOT_A_NUMBER = "not_a_number", _("Not a number")
    NOT_AN_INTEGER = "not_an_integer", _("Not a whole number")
    NOT_A_DATE = "not_a_date", _("Not a date of the expected formats")
    AMBIGUOUS_DATE = "ambiguous_date", _("Date that may be read in two ways")
    NOT_A_BOOLEAN = "not_a_boolean", _("Neither yes nor no")
    OUT_OF_RANGE = "out_of_range", _("Does not fit in the column")
    CONTROL_CHARACTER = "control_character", _("Control character")
    DUPLICATE = "duplicate", _("Duplicate of an earlier row")
    TOO_SMALL = "too_small", _("Under the least value allowed")
    TOO_LARGE = "too_large", _("Over the greatest value allowed")
    NOT_A_CHOICE = "not_a_choice", _("Not one of the values allowed")
    NOT_AS_WRITTEN = "not_as_written", _("Not written as it should be")
    NOT_A_PHONE_NUMBER = "not_a_phone_number", _("Not a phone number")
    NOT_A_COMPANY_NUMBER = "not_a_company_number", _("Not a SIREN or SIRET number, or its key is wrong")
    NOT_A_POSTAL_CODE = "not_a_postal_code", _("Not a French postal code")
    NOT_AN_EMAIL = "not_an_email", _("Not an email address")
    AMBIGUOUS_REFERENCE = "ambiguous_reference", _("Refers to several rows")
    UNKNOWN_REFERENCE = "unknown_reference", _("Refers to a row that is not there")
    RULE_BROKEN = "rule_broken", _("Breaks a rule of quality")
    # On purpose: these are no faults.
    FILTERED = "filtered", _("Left out by a filter")
    MERGED = "merged", _("Already told by another row")

    @property
    def is_fault(self) -> bool:
        """Whether the row was to be kept, and could not be."""
        return self not in {RejectReason.FILTERED, RejectReason.MERGED}


class Freshness(TextChoices):
    """How long ago the version that is read was published."""

    DAY = "day", _("Less than a day ago")
    WEEK = "week", _("Less than a week ago")
    MONTH = "month", _("Less than a month ago")
    OLDER = "older", _("Longer ago")
    NEVER = "never", _("Not yet")
