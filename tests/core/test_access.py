"""Closed by default: what a view declares decides who opens it, and declaring nothing opens it to nobody."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpResponse
from django.urls import ResolverMatch
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.core.access import AccessMiddleware, declared_access, public, requires, signed_in

pytestmark = pytest.mark.django_db


def page(request):
    return HttpResponse("opened")


def fresh():
    """A view of its own for each test: what it declares is written on it."""
    return lambda request: page(request)


@pytest.fixture
def visit(rf):
    """Visit a view as someone through the middleware; what it answers."""

    def visit(view, user=None, namespaces=()):
        from django.contrib.auth.models import AnonymousUser

        request = rf.get("/compte/une-cle/")
        request.user = user or AnonymousUser()
        match = ResolverMatch(view, (), {}, namespaces=list(namespaces), route="compte/<key>/")
        request.resolver_match = match
        middleware = AccessMiddleware(lambda request: HttpResponse())
        return middleware.process_view(request, view, (), {}) or view(request)

    return visit


@pytest.fixture
def someone():
    return User.objects.create_user("someone@example.org", name="Someone")


@pytest.fixture
def administrator():
    return User.objects.create_superuser("admin@example.org", name="Admin")


def test_anyone_opens_a_public_page(visit, someone):
    view = public(fresh())

    assert visit(view).content == b"opened"
    assert visit(view, someone).content == b"opened"


def test_a_signed_in_page_sends_anonymous_visitors_to_sign_in(visit, someone, settings):
    view = signed_in(fresh())

    assert visit(view).status_code == 302
    assert "next=" in visit(view)["Location"]
    assert visit(view, someone).content == b"opened"


def test_a_page_that_asks_for_rights_sends_to_sign_in_refuses_or_opens(visit, someone, administrator):
    view = requires("accounts.view_user", "accounts.change_user")(fresh())

    assert visit(view).status_code == 302
    with pytest.raises(PermissionDenied):
        visit(view, someone)
    assert visit(view, administrator).content == b"opened"


def test_what_is_declared_here_wins_over_what_a_library_opened_to_anyone(visit):
    assert visit(signed_in(login_not_required(fresh()))).status_code == 302
    assert visit(requires("accounts.view_user")(login_not_required(fresh()))).status_code == 302


def test_a_page_that_declares_nothing_is_refused_even_to_an_administrator(visit, administrator):
    with pytest.raises(ImproperlyConfigured) as raised:
        visit(fresh(), administrator)

    assert "compte/<key>/" in str(raised.value)
    assert "une-cle" not in str(raised.value)


def test_asking_for_no_right_at_all_is_a_mistake():
    with pytest.raises(TypeError):
        requires()


def test_the_administration_guards_itself_but_not_from_anonymous_visitors(visit, administrator):
    view = fresh()

    assert visit(view, namespaces=["admin"]).status_code == 302
    assert visit(view, administrator, namespaces=["admin"]).content == b"opened"


def test_a_rest_view_answers_for_itself_and_redirects_no_program(visit):
    view = APIView.as_view()

    assert visit(view).status_code in (401, 403, 405)
    assert declared_access(view) == "rest"


@pytest.mark.parametrize(
    ("declare", "access"),
    [(public, "public"), (signed_in, "signed_in"), (requires("a.b"), ("a.b",)), (lambda view: view, None)],
    ids=["public", "signed in", "rights", "nothing"],
)
def test_what_a_view_declares_can_be_read(declare, access):
    view = declare(fresh())

    assert declared_access(view) == access
    assert declared_access(ResolverMatch(view, (), {})) == access
