"""What each role may do with accounts."""

from apps.accounts.roles import Grant, Role

DECLARED = [
    Grant(
        role=Role.ADMINISTRATOR,
        permissions=(
            "accounts.view_user",
            "accounts.add_user",
            "accounts.change_user",
            "accounts.delete_user",
            "accounts.view_apitoken",
            "accounts.revoke_apitoken",
            "accounts.view_auditevent",
            "auth.view_group",
        ),
    ),
    Grant(
        role=Role.DATA_PROTECTION_OFFICER,
        permissions=("accounts.view_user", "accounts.view_apitoken", "accounts.view_auditevent", "auth.view_group"),
    ),
]
