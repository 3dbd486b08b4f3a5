"""What each role may do with sources and their runs."""

from apps.accounts.roles import Grant, Role

SEE = ("collection.view_source", "collection.view_run", "collection.view_segment")
# Rejected records hold the source's own text: they are read by those who work with it.
READ_REJECTIONS = ("collection.view_rejection", "collection.view_storedfile")

DECLARED = [
    Grant(
        role=Role.AI_DEVELOPER,
        permissions=(
            *SEE,
            *READ_REJECTIONS,
            "collection.add_source",
            "collection.change_source",
            "collection.delete_source",
            "collection.collect_source",
        ),
    ),
    Grant(role=Role.OPERATOR, permissions=(*SEE, "collection.collect_source")),
    Grant(role=Role.DATA_PROTECTION_OFFICER, permissions=(*SEE, *READ_REJECTIONS)),
    Grant(role=Role.ADMINISTRATOR, permissions=SEE),
]
