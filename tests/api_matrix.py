"""Who may ask what: the permission matrix of an endpoint, in one table.

    @pytest.mark.django_db
    def test_who_may_read_datasets() -> None:
        assert_access("GET", "/api/v1/datasets/", {
            anonymous(): 401,
            token_of(person(), scopes=[]): 403,
            token_of(person(), scopes=["datasets:read"]): 200,
            token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"]): 200,
        })

Every row is asked, in order, and all the differences are told at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.roles import Role
from tests.accounts.factories import UserFactory, issue

_numbers = count(1)


@dataclass(frozen=True)
class Caller:
    """Someone who calls the API; `name` is how a failure tells of them."""

    name: str
    authorization: str = ""


def anonymous() -> Caller:
    return Caller("anonymous")


def stranger() -> Caller:
    return Caller("a token that nobody made", "Bearer ecl_" + "0" * 64)


def person(*roles: Role, **fields: Any) -> User:
    """Someone with these roles and that of every account."""
    user = UserFactory(**fields)
    for role in roles:
        user.add_to(role)
    return user


def token_of(user: User, *, scopes: Sequence[str], name: str = "") -> Caller:
    """A token of this person with these scopes; with none, one whose scopes were since withdrawn from the instance."""
    wanted = scopes or ["accounts:read"]
    issued = issue(user, scopes=wanted, name=f"token {next(_numbers)}")
    if not scopes:
        type(issued.token).objects.filter(pk=issued.token.pk).update(scopes=[])
    roles = ", ".join(sorted(group.name for group in user.groups.all()))
    return Caller(name or f"{roles} with {list(scopes)}", f"Bearer {issued.secret}")


def assert_access(method: str, url: str, expected: Mapping[Caller, int], body: Any = None) -> None:
    """Each caller gets the status that is expected for them."""
    got = {}
    for caller in expected:
        api = APIClient(raise_request_exception=False)
        if caller.authorization:
            api.credentials(HTTP_AUTHORIZATION=caller.authorization)
        got[caller.name] = api.generic(method, url).status_code if body is None else _send(api, method, url, body)
    assert got == {caller.name: status for caller, status in expected.items()}


def _send(api: APIClient, method: str, url: str, body: Any) -> int:
    send = getattr(api, method.lower())
    status: int = send(url, body, format="json").status_code
    return status
