"""What can be refused about datasets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.declarations import Text
from apps.core.errors import EcluseError, RuleViolation, TemporaryFailure


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing to correct in a recipe, a schema or a conceptual model, and where it is.

    `input`, `step` and `rule` count from 1, as the lines of a text do; 0 is the whole of it. Names are those written
    there. `place` is where it is in the document of a recipe, as `recipe_drafts` calls it; `is_unfilled` that nothing
    is wrong but a column that has no value yet.
    """

    message: Text
    line: int = 0
    entity: str = ""
    association: str = ""
    input: int = 0
    step: int = 0
    rule: int = 0
    column: str = ""
    place: str = field(default="", compare=False)
    is_unfilled: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        where = [
            _("line %(line)d") % {"line": self.line} if self.line else "",
            _("entity “%(name)s”") % {"name": self.entity} if self.entity else "",
            _("association “%(name)s”") % {"name": self.association} if self.association else "",
            _("input %(rank)d") % {"rank": self.input} if self.input else "",
            _("step %(step)d") % {"step": self.step} if self.step else "",
            _("rule %(rank)d") % {"rank": self.rule} if self.rule else "",
            _("column “%(name)s”") % {"name": self.column} if self.column else "",
        ]
        place = capfirst(", ".join(filter(None, where)))
        return _("%(where)s: %(message)s") % {"where": place, "message": self.message} if place else str(self.message)


class Refused(RuleViolation):
    """A document that people write is refused, with every fault that was found in it."""

    def __init__(self, faults: Sequence[Fault], *, subject: str = "") -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(str(fault) for fault in self.faults), subject=subject)


class RecipeRefused(Refused):
    """The recipe does not fit the entity or the columns of the source."""

    code = "recipe_refused"


class SchemaRefused(Refused):
    """The entities or the model cannot become tables: a name, a type, a key or a link is not possible."""

    code = "schema_refused"


class NotDrawn(TemporaryFailure):
    """The diagram of a model was not made: it has a fault, or drawing it took too long."""

    code = "not_drawn"


class CleaningCancelled(EcluseError):
    """Somebody asked for the cleaning to stop; nothing that it wrote is to be kept."""

    code = "cleaning_cancelled"


class PreviewTooLong(EcluseError):
    """Trying a recipe on the first records takes longer than anybody waits for a page."""

    code = "preview_too_long"

    def __init__(self) -> None:
        super().__init__(_("This takes too long to be shown here; a build has no such limit."))


class NotPublished(RuleViolation):
    """No version of the dataset has passed its gate yet."""

    code = "not_published"


class StatisticsNotReady(TemporaryFailure):
    """Another process computes them at this moment, or they took too long a while ago."""

    code = "statistics_not_ready"


# --- What is refused to whoever acts on datasets and builds ---------------------------------------
class DatasetRefused(RuleViolation):
    """A dataset cannot be as asked; `fields` says why, by field."""

    code = "dataset_refused"

    def __init__(self, fields: Mapping[str, str], *, subject: str = "") -> None:
        super().__init__(" ".join(fields.values()), subject=subject)
        self.fields = dict(fields)


class BuildAlreadyActive(RuleViolation):
    code = "build_already_active"


class AlreadyServed(RuleViolation):
    """The version that somebody wants to restore is the one that readers get."""

    code = "already_served"


class BuildOver(RuleViolation):
    """There is nothing left to cancel."""

    code = "build_over"


class NothingToBuild(RuleViolation):
    """No collection of the source passed its gate, or none is still kept."""

    code = "nothing_to_build"


class NotWritable(RuleViolation):
    """Programs may not write rows of this entity."""

    code = "not_writable"


class KeyReused(RuleViolation):
    """The key of a request is that of another one, which was received."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, kw_only=True)
class RowFault:
    """Why a row that a program wrote is refused: its rank from 0, the field at fault ("" for the whole row)."""

    row: int
    message: str
    field: str = ""
    code: str = "invalid"


class RowsRefused(RuleViolation):
    """Some rows that a program wrote would be set aside by a build; nothing of the request is kept."""

    code = "invalid"

    def __init__(self, faults: Sequence[RowFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(fault.message for fault in self.faults))
