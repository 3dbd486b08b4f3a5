"""The errors of datasets, as a program meets them."""

from django.utils.translation import gettext_lazy as _

from apps.core.problems import ProblemType
from apps.datasets.enums import RejectReason

# Why a row that a program writes is refused: the reasons for which a build would set it aside.
OF_ROWS = [
    ProblemType(code=each.value, status=400, title=each.label, in_field=True) for each in RejectReason if each.is_fault
]

DECLARED = [
    *OF_ROWS,
    ProblemType(
        code="not_writable",
        status=409,
        title=_("Programs may not write these rows"),
        meaning=_("The recipe of the entity must take what is received: see the guide of the data API."),
    ),
    ProblemType(
        code="idempotency_key_reused",
        status=409,
        title=_("This key is that of another request"),
        meaning=_("Give each request a key of its own, and the same one only when you send the same rows again."),
    ),
    ProblemType(
        code="not_published",
        status=409,
        title=_("Nothing is published yet"),
        meaning=_("No version of this dataset has passed its gate yet: there is nothing to read."),
    ),
    ProblemType(
        code="query_too_long",
        status=400,
        title=_("The query takes too long"),
        meaning=_("Ask for fewer columns, filter by more conditions, sort by a key, or export the whole."),
    ),
    ProblemType(
        code="version_gone",
        status=409,
        title=_("The version is no longer there"),
        meaning=_("A new version was published while you read this one: begin again without the cursor."),
    ),
    ProblemType(
        code="number_too_large",
        status=400,
        title=_("A number is too large"),
        meaning=_("A sum or an average is beyond what its column can hold: filter by more conditions."),
    ),
    ProblemType(
        code="difference_too_long",
        status=503,
        title=_("Comparing takes too long"),
        meaning=_("The two versions are too large to be compared in time. “Retry-After” says when to try again."),
    ),
    ProblemType(
        code="snapshot_gone",
        status=410,
        title=_("The rows of this version are no longer kept"),
        meaning=_("It was published once, then deleted. Read another version, or the one of today."),
    ),
    ProblemType(
        code="statistics_not_ready",
        status=503,
        title=_("The statistics are being computed"),
        meaning=_("They are computed once for each version. “Retry-After” says when to try again."),
    ),
    ProblemType(
        code="exports_busy",
        status=503,
        title=_("Too many exports at once"),
        meaning=_("Several exports are being made. “Retry-After” says when to try again."),
    ),
    ProblemType(
        code="dataset_refused",
        status=400,
        title=_("The dataset is refused"),
        meaning=_("“detail” says which of its fields are not valid, and why."),
    ),
    ProblemType(
        code="schema_refused",
        status=400,
        title=_("The entity cannot become a table"),
        meaning=_("“detail” says which columns must change, and why."),
    ),
    ProblemType(
        code="not_drawn",
        status=503,
        title=_("The model could not be drawn"),
        meaning=_("Its diagram took too long to draw. Its sentences and its tables say the same."),
    ),
    ProblemType(
        code="recipe_refused",
        status=400,
        title=_("The recipe cannot be applied"),
        meaning=_("“detail” says which of its steps must change, and why."),
    ),
    ProblemType(
        code="build_already_active",
        status=409,
        title=_("The dataset is being built"),
        meaning=_("A dataset has one build at a time: wait for its end, or cancel it."),
    ),
    ProblemType(
        code="build_over",
        status=409,
        title=_("The build is over"),
        meaning=_("There is nothing left to cancel."),
    ),
    ProblemType(
        code="nothing_to_build",
        status=409,
        title=_("There is nothing to build from"),
        meaning=_("Collect the source of the dataset first."),
    ),
    ProblemType(
        code="recipe_broken",
        status=409,
        title=_("The recipe no longer fits what was collected"),
        meaning=_("Change the recipe, then build again."),
    ),
    ProblemType(
        code="engine_unavailable",
        status=503,
        title=_("Spark does not start"),
        meaning=_("An operator must make it available, then build again: nothing was lost."),
    ),
    ProblemType(
        code="no_room",
        status=503,
        title=_("The disk is full"),
        meaning=_("Make room, or ask an operator to, then start it again: nothing was lost."),
    ),
    ProblemType(
        code="segments_damaged",
        status=409,
        title=_("The collected files are not those that were written"),
        meaning=_("Collect the source again, then build."),
    ),
    ProblemType(
        code="segments_gone",
        status=409,
        title=_("The collected files are no longer there"),
        meaning=_("Collect the source again, then build."),
    ),
    ProblemType(
        code="already_served",
        status=409,
        title=_("The version is served already"),
        meaning=_("Readers get it today: there is nothing to restore."),
    ),
    ProblemType(
        code="version_files_gone",
        status=409,
        title=_("The files of the version are no longer there"),
        meaning=_("Restore another version, or put its files back from a backup."),
    ),
    ProblemType(
        code="version_files_damaged",
        status=409,
        title=_("The files of the version are not those that were published"),
        meaning=_("Restore another version, or put its files back from a backup."),
    ),
    ProblemType(
        code="indexed_value_too_long",
        status=409,
        title=_("A value is too long for a unique column"),
        meaning=_("Give the column a largest length, or choose another key."),
    ),
    ProblemType(
        code="cleaning_cancelled",
        status=409,
        title=_("The build was cancelled"),
        meaning=_("Somebody asked for it to stop. Nothing of it is published."),
    ),
    ProblemType(
        code="preview_too_long",
        status=503,
        title=_("The preview takes too long"),
        meaning=_("Trying a recipe on the first records lasts longer than a page may. A build has no such limit."),
    ),
    ProblemType(
        code="build_failed",
        status=500,
        title=_("The build failed"),
        meaning=_("Build again. If it fails again, give its number when you report it."),
    ),
    ProblemType(
        code="build_unexpected",
        status=500,
        title=_("The build failed unexpectedly"),
        meaning=_("The fault is ours. Give the number of the build when you report it."),
    ),
]
