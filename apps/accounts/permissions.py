"""What a REST view asks of the token it is called with."""

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from apps.accounts.models import ApiToken
from apps.accounts.scopes import READ, WRITE, covers

if TYPE_CHECKING:  # the base view reads these classes from the settings while it loads
    from rest_framework.views import APIView


def required_scope(request: Request, view: "APIView") -> str:
    """The scope a view says (`required_scope`), or its area's: reading for safe methods, writing for the others.

    The area is the view's `area`, or the app it lives in.
    """
    explicit: str | None = getattr(view, "required_scope", None)
    if explicit:
        return explicit
    area = getattr(view, "area", None) or type(view).__module__.split(".")[1]
    return f"{area}:{READ if request.method in SAFE_METHODS else WRITE}"


class HasScope(BasePermission):
    """The token's scopes cover this request; asked of every view that does not say otherwise.

    To be joined with the rights of its owner, which it never widens.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        return isinstance(token, ApiToken) and covers(token.scopes, required_scope(request, view))
