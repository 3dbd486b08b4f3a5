"""What the owner of a token must be allowed, beside the scope of the token: the same rights as on the pages."""

from apps.collection.api.permissions import PERMISSIONS

__all__ = [
    "ASK_SERVICES",
    "DECIDE",
    "DEPLOY",
    "PERMISSIONS",
    "SEE",
    "SEE_BENCHMARKS",
    "SEE_NEEDS",
    "SEE_REVIEWS",
    "SEE_SERVICES",
    "SEE_TRAININGS",
    "SEE_VERSIONS",
    "SUBMIT",
    "TRAIN",
]

SEE = ("inference.view_model",)
SEE_TRAININGS = (*SEE, "inference.view_trainingrun")
SEE_VERSIONS = (*SEE, "inference.view_modelversion")
SEE_REVIEWS = (*SEE_VERSIONS, "inference.view_review")
TRAIN = (*SEE_TRAININGS, "inference.train_model")
SUBMIT = (*SEE_REVIEWS, "inference.train_model")
DECIDE = (*SEE_REVIEWS, "inference.review_model")
DEPLOY = (*SEE_VERSIONS, "inference.view_deployment", "inference.deploy_model")
SEE_SERVICES = ("inference.view_aiservice",)
ASK_SERVICES = (*SEE_SERVICES, "inference.ask_aiservice")
SEE_NEEDS = ("inference.view_need",)
SEE_BENCHMARKS = (*SEE_NEEDS, "inference.view_benchmark")
