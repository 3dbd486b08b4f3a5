"""What may stop a training.

The code of a failure is kept with its training; its title and its advice are what people read on its page, in either
language, long after the error itself is gone. A failure that is not here is a bug of ours, and is logged as one.
"""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import PermanentFailure, RuleViolation, TemporaryFailure
from apps.core.work import WorkFailed


class TrainingFailure(WorkFailed):
    """Why a training stopped."""

    code = "training_failed"
    title = _("The training failed")
    advice = _("Train again. If it fails again, give its number to whoever maintains Écluse.")


class Unexpected(TrainingFailure):
    """A bug of ours: its own text may hold anything, so the training keeps its class alone."""

    code = "training_unexpected"
    title = _("The training failed unexpectedly")


class TrainersDied(TrainingFailure, PermanentFailure):
    """Told of a training that ended several of the processes that took it; nobody raises it."""

    code = "trainers_died"
    title = _("The training stopped the processes that made it")
    advice = _(
        "%(takes)s processes died while making it, most often for lack of memory. Train on less, or give its number to "
        "whoever maintains Écluse."
    )


class NothingPublished(TrainingFailure, RuleViolation):
    """Details: `dataset`."""

    kind = "config"
    code = "dataset_not_published"
    title = _("The dataset has no version")
    advice = _("Build “%(dataset)s” first: a model learns from a version that passed its gate.")


class DeclarationBroken(TrainingFailure, RuleViolation):
    """The dataset has no longer what the model reads. Details: `reason`."""

    kind = "config"
    code = "declaration_broken"
    title = _("The dataset no longer has what the model reads")
    advice = _("%(reason)s Change the model, then train again.")


class FilesGone(TrainingFailure, RuleViolation):
    kind = "config"
    code = "training_files_gone"
    title = _("The rows of the version are no longer there")
    advice = _("Restore its files from a backup, or build the dataset again, then train.")


class FilesDamaged(TrainingFailure, PermanentFailure):
    """Details: `file`."""

    kind = "config"
    code = "training_files_damaged"
    title = _("The files of the version are not those that were published")
    advice = _("“%(file)s” changed since: restore it from a backup, or build the dataset again, then train.")


class QueryFailed(TrainingFailure, RuleViolation):
    """Details: `error`, the class of the engine's error: its text may quote values."""

    kind = "config"
    code = "training_query_failed"
    title = _("The query could not be computed")
    advice = _("It fits the tables, but not their rows (%(error)s): correct it, then train again.")


class QueryTooLong(TrainingFailure, RuleViolation):
    """Details: `seconds`."""

    kind = "config"
    code = "training_query_too_long"
    title = _("The query takes too long")
    advice = _("It was stopped after %(seconds)s seconds. Read less, or prepare these rows in a dataset of their own.")


class TooManyRows(TrainingFailure, RuleViolation):
    """Details: `limit`."""

    kind = "config"
    code = "training_too_many_rows"
    title = _("There are more rows than a training may hold")
    advice = _(
        "At most %(limit)s rows are held in memory. Keep fewer by a condition, or ask an operator to allow more."
    )


class TooManyPeriods(TrainingFailure, RuleViolation):
    """Details: `first`, the day of the first one; `limit`."""

    kind = "config"
    code = "training_too_many_periods"
    title = _("There are more periods than anybody foretells from")
    advice = _(
        "The first row is of %(first)s, more than %(limit)s periods before the last: if that is a typing error, leave "
        "such rows out by the condition; otherwise choose longer periods."
    )


class TooFewRows(TrainingFailure, RuleViolation):
    """Details: `train`, `test`, `least`."""

    kind = "config"
    code = "training_too_few_rows"
    title = _("There are too few rows")
    advice = _(
        "%(train)s to learn from and %(test)s to judge by: %(least)s are needed on either side. Check the condition, "
        "the column of the target and how rows are kept apart."
    )


class OneClass(TrainingFailure, RuleViolation):
    kind = "config"
    code = "training_one_class"
    title = _("There is nothing to tell apart")
    advice = _("All rows to learn from are of one class: check the target and the condition.")


class TooManyClasses(TrainingFailure, RuleViolation):
    """Details: `count`, `limit`."""

    kind = "config"
    code = "training_too_many_classes"
    title = _("The target has too many classes")
    advice = _("%(count)s were found, %(limit)s at most can be learnt: is it a number, or an identifier?")


class TooManyCategories(TrainingFailure, RuleViolation):
    """Details: `field`, `count`, `limit`."""

    kind = "config"
    code = "training_too_many_categories"
    title = _("A field has too many categories")
    advice = _("“%(field)s” has %(count)s different values, %(limit)s at most: is it a text, or an identifier?")


class EntryPointRefused(TrainingFailure, RuleViolation):
    """Details: `entry_point`."""

    kind = "config"
    code = "entry_point_refused"
    title = _("The code of the project may not run here")
    advice = _("An operator must allow “%(entry_point)s” (TRAINING_ENTRY_POINTS).")


class EntryPointBroken(TrainingFailure, RuleViolation):
    """Details: `entry_point`, `error`, the class of what it raised."""

    kind = "config"
    code = "entry_point_broken"
    title = _("The code of the project could not be used")
    advice = _("“%(entry_point)s” cannot be imported, or failed (%(error)s): correct it, then train again.")


class NotLearnt(TrainingFailure, RuleViolation):
    """scikit-learn refuses these rows. Details: `error`, the class of its error: its text may quote values."""

    kind = "config"
    code = "not_learnt"
    title = _("The estimator cannot learn from these rows")
    advice = _("It refused them (%(error)s): check the types of the fields and the parameters, then train again.")


class NoRoom(TrainingFailure, TemporaryFailure):
    kind = "transient"
    code = "no_room_to_train"
    title = _("The disk is full")
    advice = _("Make room, or ask an operator to, then train again: nothing was lost.")
