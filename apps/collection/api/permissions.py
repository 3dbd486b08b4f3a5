"""What the owner of a token must be allowed, beside the scope of the token: the same rights as on the pages.

They are asked before anything is looked up: whoever lacks them learns nothing of what exists.
"""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request

from apps.accounts.permissions import HasScope


class OwnerMay(BasePermission):
    """The owner of the token holds all the rights that the view's `rights` names for this method, or for any (`*`).

    HEAD runs what GET does, and takes the same rights. A method that the view has and does not name is refused.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        method = "GET" if request.method in SAFE_METHODS else str(request.method)
        rights: tuple[str, ...] | None = view.rights.get(method, view.rights.get("*"))
        if rights is None:
            return method not in view.allowed_methods  # a 405 follows
        return bool(request.user.has_perms(rights))


PERMISSIONS = (IsAuthenticated, HasScope, OwnerMay)

SEE_SOURCES = ("collection.view_source",)
CHANGE_SOURCES = (*SEE_SOURCES, "collection.change_source")
SEE_RUNS = ("collection.view_run",)
COLLECT = (*SEE_RUNS, "collection.collect_source")
