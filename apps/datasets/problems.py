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
]
