"""What can be refused about datasets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.core.declarations import Text
from apps.core.errors import EcluseError, RuleViolation


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing to correct in a recipe or a schema. `step` counts the steps from 1; 0 is the document or the schema."""

    message: Text
    step: int = 0
    column: str = ""

    def __str__(self) -> str:
        if self.step and self.column:
            return _("Step %(step)d, column “%(column)s”: %(message)s") % {
                "step": self.step,
                "column": self.column,
                "message": self.message,
            }
        if self.step:
            return _("Step %(step)d: %(message)s") % {"step": self.step, "message": self.message}
        if self.column:
            return _("Column “%(column)s”: %(message)s") % {"column": self.column, "message": self.message}
        return str(self.message)


class Refused(RuleViolation):
    """A document that people write is refused, with every fault that was found in it."""

    def __init__(self, faults: Sequence[Fault], *, subject: str = "") -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(str(fault) for fault in self.faults), subject=subject)


class RecipeRefused(Refused):
    """The recipe does not fit the entity or the columns of the source."""

    code = "recipe_refused"


class SchemaRefused(Refused):
    """The entity cannot become a table: a name, a type or a key is not possible."""

    code = "schema_refused"


class CleaningCancelled(EcluseError):
    """Somebody asked for the cleaning to stop; nothing that it wrote is to be kept."""

    code = "cleaning_cancelled"


class NotPublished(RuleViolation):
    """No version of the dataset has passed its gate yet."""

    code = "not_published"


# --- What is refused to whoever acts on datasets and builds ---------------------------------------
class DatasetRefused(RuleViolation):
    """A dataset cannot be as asked; `fields` says why, by field."""

    code = "dataset_refused"

    def __init__(self, fields: Mapping[str, str], *, subject: str = "") -> None:
        super().__init__(" ".join(fields.values()), subject=subject)
        self.fields = dict(fields)


class BuildAlreadyActive(RuleViolation):
    code = "build_already_active"


class BuildOver(RuleViolation):
    """There is nothing left to cancel."""

    code = "build_over"


class NothingToBuild(RuleViolation):
    """No collection of the source passed its gate, or none is still kept."""

    code = "nothing_to_build"
