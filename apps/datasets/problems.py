"""The errors of datasets, as a program meets them."""

from django.utils.translation import gettext_lazy as _

from apps.core.problems import ProblemType

DECLARED = [
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
