"""What may stop a batch; its code is kept with it, and its words are told of it long after."""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import RuleViolation, TemporaryFailure
from apps.core.work import WorkFailed


class BatchFailure(WorkFailed):
    """Why a batch stopped."""

    code = "batch_failed"
    title = _("The batch failed unexpectedly")
    advice = _("Ask for it again. If it fails again, give its number to whoever maintains Écluse.")


class BatchUnexpected(BatchFailure):
    """A bug of ours: its own text may hold anything, so the batch keeps its class alone."""

    code = "batch_unexpected"


class BatchUnreadable(BatchFailure, RuleViolation):
    kind = "config"
    code = "batch_unreadable"
    title = _("The file cannot be read")
    advice = _("Check that it is what its format says, in UTF-8, with the names of the fields on its first line.")


class BatchNoRoom(BatchFailure, TemporaryFailure):
    kind = "transient"
    code = "batch_no_room"
    title = _("There is no room to write the answers")
    advice = _("Free some space where files are kept, then ask for the batch again.")


class BatchLimitReached(BatchFailure):
    """Told of a batch whose rows were not counted when it was asked for; nobody raises it."""

    kind = "transient"
    code = "batch_limit_reached"
    title = _("The limit of rows in a day was reached")
    advice = _(
        "This model answers %(limit)s rows of batches a day to each person. The first %(rows)s rows are answered: send "
        "those that follow tomorrow."
    )


class BatchWorkersDied(BatchFailure):
    """Told of a batch that ended several of the processes that took it; nobody raises it."""

    code = "batch_workers_died"
    title = _("The batch stopped the processes that answered it")
    advice = _("%(takes)s processes died while answering it, most often for lack of memory. Send fewer rows at once.")
