"""What may stop a build.

The code of a failure is kept with its build; its title and its advice are what people read on its page, in either
language, long after the error itself is gone. A failure that is not here is a bug of ours, and is logged as one.
"""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import PermanentFailure, RuleViolation, TemporaryFailure
from apps.core.work import WorkFailed


class BuildFailure(WorkFailed):
    """Why a build stopped."""

    code = "build_failed"
    title = _("The build failed unexpectedly")
    advice = _("Build it again. If it fails again, give its number to whoever maintains Écluse.")


class Unexpected(BuildFailure):
    """A bug of ours: its own text may hold anything, so the build keeps its class alone."""

    code = "build_unexpected"


class BuildersDied(BuildFailure, PermanentFailure):
    """Told of a build that ended several of the processes that took it; nobody raises it."""

    code = "workers_died"
    title = _("The build stopped the processes that made it")
    advice = _(
        "%(takes)s processes died while making it, most often for lack of memory. Build from less, or give its number "
        "to whoever maintains Écluse."
    )


class SegmentsGone(BuildFailure, RuleViolation):
    kind = "config"
    code = "segments_gone"
    title = _("The collected files are no longer there")
    advice = _("They were past the retention of their source. Collect the source again, then build.")


class SegmentsDamaged(BuildFailure, PermanentFailure):
    """Details: `file`."""

    kind = "config"
    code = "segments_damaged"
    title = _("The collected files are not those that were written")
    advice = _("“%(file)s” changed since: restore it from a backup, or collect the source again, then build.")


class VersionFilesGone(BuildFailure, RuleViolation):
    kind = "config"
    code = "version_files_gone"
    title = _("The files of the version are no longer there")
    advice = _("Restore them from a backup, or choose another version.")


class VersionFilesDamaged(BuildFailure, PermanentFailure):
    """Details: `file`."""

    kind = "config"
    code = "version_files_damaged"
    title = _("The files of the version are not those that were published")
    advice = _("“%(file)s” changed since: restore it from a backup, or choose another version.")


class NoRoom(BuildFailure, TemporaryFailure):
    kind = "transient"
    code = "no_room"
    title = _("The disk is full")
    advice = _("Make room, or ask an operator to, then start it again: nothing was lost.")


class IndexedValueTooLong(BuildFailure, RuleViolation):
    kind = "config"
    code = "indexed_value_too_long"
    title = _("A value is too long for a column that is unique or a key")
    advice = _("Give the text column a largest length, under 600 characters, or choose another key.")


class EngineUnavailable(BuildFailure, PermanentFailure):
    """Details: `master`."""

    kind = "config"
    code = "engine_unavailable"
    title = _("Spark does not start")
    advice = _("An operator must install it with Java, and see that “%(master)s” answers. Then build again.")


class RecipeBroken(BuildFailure, RuleViolation):
    """The source no longer has what the recipe reads, or the recipe says what cannot be done."""

    kind = "config"
    code = "recipe_broken"
    title = _("The recipe cannot be applied to what was collected")
    advice = _("%(reason)s Change the recipe, then build again.")
