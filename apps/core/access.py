"""Who may open a page. Closed by default: a view that declares nothing is refused, even to an administrator.

Each view says which of three it is:

    @public                          anyone, signed in or not
    @signed_in                       anyone with an account
    @requires("accounts.view_user")  whoever has these rights; others get a 403

Rights on one object are checked in the view, by the query that loads it. REST views declare theirs as DRF permissions
instead, `@rest` a view that answers programs without REST framework, and the administration asks its own site.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

# Namespaces whose views ask for rights by their own means.
SELF_GUARDED = frozenset({"admin"})


def public(view: View) -> View:
    """Anyone may open this page."""
    return _declare(view, "public")


def signed_in(view: View) -> View:
    """Anyone with an account may open this page."""
    return _declare(view, "signed_in")


def requires(permission: str, *others: str) -> Callable[[View], View]:
    """Only whoever has all these permissions (`app.codename`) may open this page."""
    permissions = (permission, *others)

    def decorate(view: View) -> View:
        return _declare(permission_required(permissions, raise_exception=True)(view), permissions)

    return decorate


def rest(view: View) -> View:
    """A program calls it, and it asks for rights by itself, as REST views do, without being one."""
    return _declare(view, "rest")


def _declare(view: View, access: object) -> View:
    # What is declared here wins over what a library said of its own view: some of allauth's are open to anyone.
    vars(view).update(access=access, login_required=access != "public")
    return view


def declared_access(match_or_view: ResolverMatch | Callable[..., object]) -> object:
    """What a view declares: "public", "signed_in", a tuple of permissions, "rest", or None if nothing."""
    view = match_or_view.func if isinstance(match_or_view, ResolverMatch) else match_or_view
    rest_view = getattr(view, "cls", None)
    if rest_view is not None and hasattr(rest_view, "permission_classes"):
        return "rest"
    return getattr(view, "access", None)


class AccessMiddleware(LoginRequiredMiddleware):
    """Refuse every view that has not declared who may open it, then send anonymous visitors to sign in."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        access = declared_access(view_func)
        if access is None and not (match and SELF_GUARDED & set(match.namespaces)):
            route = match.route if match else "-"  # not the path, which may hold a token and ends in the logs
            raise ImproperlyConfigured(f"{route}: its view declares no access (see apps/core/access.py).")
        if access == "rest":
            return None  # DRF answers 401 in JSON; a redirect to a sign-in page would help no program
        return super().process_view(request, view_func, view_args, view_kwargs)
