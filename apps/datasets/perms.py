"""What each role may do with datasets. Anyone reads those that are public."""

from apps.accounts.roles import Grant, Role

SEE = ("datasets.view_dataset", "datasets.view_build", "datasets.view_version")

DECLARED = [
    Grant(
        role=Role.AI_DEVELOPER,
        permissions=(
            *SEE,
            "datasets.add_dataset",
            "datasets.change_dataset",
            "datasets.delete_dataset",
            "datasets.build_dataset",
            "datasets.add_receipt",
            "datasets.view_receipt",
            "datasets.view_personal_columns",
            "datasets.grant_dataset",
        ),
    ),
    Grant(role=Role.OPERATOR, permissions=(*SEE, "datasets.build_dataset")),
    # Whoever answers for personal data sees what holds some, whoever made it, and may decide who reads it.
    Grant(
        role=Role.DATA_PROTECTION_OFFICER,
        permissions=(
            *SEE,
            "datasets.view_personal_columns",
            "datasets.view_restricted_dataset",
            "datasets.grant_dataset",
        ),
    ),
    Grant(role=Role.ADMINISTRATOR, permissions=SEE),
    Grant(role=Role.WATCH_EDITOR, permissions=("datasets.view_dataset",)),
]
