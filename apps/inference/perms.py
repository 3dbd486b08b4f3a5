"""What each role may do with models. Anyone asks those that are in service for them."""

from apps.accounts.roles import Grant, Role

SEE = (
    "inference.view_model",
    "inference.view_trainingrun",
    "inference.view_modelversion",
    "inference.view_deployment",
    "inference.view_review",
    "inference.view_prediction",
    "inference.view_batch",
    "inference.view_aiservice",
    "inference.view_need",
    "inference.view_benchmark",
)

# Opinions hold what people asked: whoever reads them reviews them.
FEEDBACK = ("inference.view_feedback", "inference.review_feedback")

DECLARED = [
    Grant(
        role=Role.AI_DEVELOPER,
        permissions=(
            *SEE,
            "inference.add_model",
            "inference.change_model",
            "inference.train_model",
            "inference.review_model",
            "inference.deploy_model",
            *FEEDBACK,
            "inference.add_aiservice",
            "inference.change_aiservice",
            "inference.delete_aiservice",
            "inference.ask_aiservice",
            "inference.add_need",
            "inference.change_need",
            "inference.delete_need",
            "inference.add_benchmark",
        ),
    ),
    # Whoever answers for the service approves versions and rolls back; whoever answers for personal data reviews.
    Grant(role=Role.OPERATOR, permissions=(*SEE, "inference.review_model", "inference.deploy_model", *FEEDBACK)),
    Grant(role=Role.DATA_PROTECTION_OFFICER, permissions=(*SEE, "inference.review_model", *FEEDBACK)),
    Grant(role=Role.ADMINISTRATOR, permissions=SEE),
]
