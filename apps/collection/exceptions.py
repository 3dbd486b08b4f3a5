"""What may go wrong in a collection. The class says what becomes of the run; its code, title and advice are what
people read, on the page of the run, in either language, long after the error itself is gone.

    ConfigError, AuthError   no retry: a person must change something
    Transient, RateLimited   it may pass: retried with backoff
    Blocked                  the guard refuses to go there (addresses, robots)
    ContractBroken           what came is not what was agreed: the run stops
    Bug                      anything else
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.errors import PermanentFailure, RuleViolation, TemporaryFailure
from apps.core.work import WorkFailed


class CollectionError(WorkFailed):
    """An error of a run."""

    title = _("The run failed unexpectedly")
    advice = _("Run it again. If it fails again, give its number to whoever maintains Écluse.")


class ConfigError(CollectionError, RuleViolation):
    kind = "config"
    code = "source_misconfigured"


class AuthError(CollectionError, RuleViolation):
    kind = "auth"
    code = "source_refuses_us"


class Transient(CollectionError, TemporaryFailure):
    kind = "transient"
    code = "source_unavailable"


class RateLimited(Transient):
    kind = "rate_limited"
    code = "source_rate_limited"


class Blocked(CollectionError, PermanentFailure):
    kind = "blocked"
    code = "source_blocked"


class ContractBroken(CollectionError, RuleViolation):
    kind = "contract"
    code = "contract_broken"


class Unexpected(CollectionError):
    """A bug of ours: its own text may hold anything, so the run keeps its class alone."""

    code = "collection_unexpected"


class NoRoom(Transient):
    code = "no_room"
    title = _("The disk is full")
    advice = _("Make room, or ask an operator to, then start it again: nothing was lost.")


class WorkersDied(CollectionError):
    """Told of a run that ended several of the processes that took it; nobody raises it."""

    code = "workers_died"
    title = _("The run stopped the processes that read it")
    advice = _(
        "%(takes)s processes died while reading it, most often for lack of memory. Collect less at once, or give its "
        "number to whoever maintains Écluse."
    )


class RunStopped(CollectionError):
    """Told to whoever helps a run that is over, paused or cancelled: there is nothing left to read. Never shown."""

    code = "run_stopped"


class QueryChanged(ConfigError):
    """The sheet is that of another version of the query than the one the source is read with."""

    code = "query_changed"
    title = _("The source is no longer read with this version of the query")
    advice = _("Make the sheet of the query as it is today.")


class SourceMoved(ConfigError):
    """The source leads elsewhere than when the run was planned: its secrets are for that place."""

    code = "source_moved"
    title = _("The source leads to another place than when this run began")
    advice = _("Its secrets are for the new place: collect the source again.")


class NotIncremental(ConfigError):
    """The settings say that only what is new is to be read, and the source cannot be asked for that."""

    code = "source_not_incremental"
    title = _("The source does not say what is new since the last collection")
    advice = _("Name the column that tells when a record changed (the cursor), or collect everything each time.")


class NotReplayable(ConfigError):
    """What is to be read again is no longer there as it was."""

    code = "source_not_replayable"
    title = _("The rejected records cannot be read again")
    advice = _("What was read is not kept, or has changed since: collect the source again.")


class ColumnsChanged(ContractBroken):
    """The source was changed between the moment when it said its columns and that when it was read."""

    code = "source_columns_changed"
    title = _("The columns changed while the source was read")
    advice = _("It was being replaced, most likely: collect it again.")


class ReservedColumn(ConfigError):
    """A column of the source has a name that landing gives to its own."""

    code = "source_reserved_column"
    title = _("A column has a name that Écluse needs")
    advice = _("Collect without the column “%(column)s”: choose the columns to collect, or rename it at the source.")


# --- What is refused to whoever acts on sources and runs ------------------------------------------
class SourceRefused(RuleViolation):
    """A source cannot be as asked; `fields` says why, by field (`config.…` for those of its connector)."""

    code = "source_refused"

    def __init__(self, message: str | Promise, *, subject: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message, subject=subject)
        self.fields = dict(fields or {})


class SourceNotOpen(RuleViolation):
    code = "source_not_open"


class SourceInUse(RuleViolation):
    code = "source_in_use"


class RunAlreadyActive(RuleViolation):
    code = "run_already_active"


class RunOver(RuleViolation):
    """There is nothing left to cancel."""

    code = "run_over"


class RunNotRetryable(RuleViolation):
    """This run cannot go on; a new one can be asked for."""

    code = "run_not_retryable"


class RunNotPaused(RuleViolation):
    code = "run_not_paused"


class RunNotReplayable(RuleViolation):
    """Its rejected records cannot be read again one by one."""

    code = "run_not_replayable"
