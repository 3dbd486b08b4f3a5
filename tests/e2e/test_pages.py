"""Every address of the URLconf, as each role: the answer that its access promises, and every check on its page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from itertools import product
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import Resolver404, resolve
from rest_framework.permissions import AllowAny

from tests.e2e.addresses import ADDRESSES, Address
from tests.e2e.browser import Window
from tests.e2e.checks import QUICK, THOROUGH, TRANSPORT
from tests.e2e.house import House
from tests.e2e.people import ANONYMOUS, ROLES, SUPERUSER, Visitor, visitor
from tests.e2e.samples import NOT_OURS, RECEIVES, arguments_for
from tests.e2e.visits import IS_FULL, LANGUAGES, THEMES, same_pages, visits

pytestmark = pytest.mark.e2e

# The pages of the administration have five layouts: each is judged once for an app, not once for a model, whose pages
# are visited once.
LAYOUTS = {
    (re.sub(r"_\w+_", "_", name) if "admin" in address.namespaces else name): name
    for name, address in reversed(ADDRESSES.items())
}
LAID_OUT = frozenset(LAYOUTS.values())


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_address_answers_each_role_as_declared_and_its_page_passes_every_check(name: str, window: Window) -> None:
    address = ADDRESSES[name]
    faults: dict[str, list[str]] = {}
    answers: dict[str, str] = {}
    for role in ROLES:
        with asked(address, role) as (path, response):
            if fault := access_fault(address, visitor(role), path, response):
                faults.setdefault(f"{path} {fault}", []).append(role)
            if is_page(response):
                answers[role] = response.content.decode().replace(path, "")

    planned = visits(list(ADDRESSES).index(name), same_pages(answers)) if answers else []
    if name not in LAID_OUT and not IS_FULL:
        planned = planned[-1:]
    for rank, (role, theme, language) in enumerate(planned, start=1):
        # Those who see most come last; what judges the layout is asked once, of their page.
        is_judged = IS_FULL or (rank == len(planned) and name in LAID_OUT)
        checks = TRANSPORT if name in NOT_OURS else (*QUICK, *THOROUGH) if is_judged else QUICK
        for fault in faults_of_page(window, address, role, theme, language, checks):
            faults.setdefault(fault, []).append(f"{role} {theme} {language}")

    assert not faults, f"{name}: {len(faults)} faults\n" + "\n".join(
        f"{fault}  (as {', '.join(seen_by)})" for fault, seen_by in faults.items()
    )


def test_titles_tell_the_pages_apart(in_house: House) -> None:
    pages: dict[str, set[str]] = {}
    for address in ADDRESSES.values():
        for role in (ANONYMOUS, SUPERUSER):
            with asked(address, role) as (_path, response):
                if is_page(response):
                    pages.setdefault(title_of(response), set()).add(address.name)

    doubles = {title: paths for title, paths in pages.items() if len(paths) > 1}
    assert not doubles, "\n".join(f"“{title}”: {', '.join(sorted(paths))}" for title, paths in doubles.items())


@pytest.mark.parametrize(("theme", "language"), list(product(THEMES, LANGUAGES)))
@pytest.mark.parametrize("role", [ANONYMOUS, "user"])
def test_the_page_of_an_unknown_address_passes_every_check(
    window: Window, role: str, theme: str, language: str
) -> None:
    address = Address("not found", None, ("^cette-page-n-existe-pas/$",), (), ())

    faults = faults_of_page(window, address, role, theme, language, (*QUICK, *THOROUGH))

    assert not faults, "\n".join(faults)


def test_visits_show_each_page_in_every_theme_and_language_and_each_role_in_every_look() -> None:
    looks = set(product(THEMES, LANGUAGES))
    seen: dict[str, set[tuple[str, str]]] = {role: set() for role in ROLES}
    for rank, count in product(range(4 * len(ROLES)), range(1, len(ROLES) + 1)):
        groups = [list(ROLES[:count]), *([role] for role in ROLES[count:])]
        chosen = visits(rank, groups, full=False)
        for role, *look in chosen:
            seen[role].add(tuple(look))

        assert {theme for _, theme, _ in chosen} == set(THEMES)
        assert {language for _, _, language in chosen} == set(LANGUAGES)
        assert all(any(role in group for role, _, _ in chosen) for group in groups)

    assert all(seen[role] == looks for role in ROLES)


def test_roles_that_are_shown_the_same_page_are_visited_as_one() -> None:
    page = '<input name="csrfmiddlewaretoken" value="{:x<64}"><p>{}@ecluse.test, 21:0{}</p>{}'
    answers = {
        "anonymous": "<a>Sign in</a>",
        "user": page.format("x1", "user", 1, ""),
        "operator": page.format("y2", "operator", 2, "<a>Runs</a>"),
        "superuser": page.format("z3", "superuser", 3, ""),
    }

    assert same_pages(answers) == [["anonymous"], ["operator"], ["user", "superuser"]]


@contextmanager
def asked(address: Address, role: str) -> Iterator[tuple[str, Any]]:
    """The path of this address with its sample, and the answer to this role."""
    who = visitor(role)
    with arguments_for(address, who.user or visitor("user").user) as arguments:
        path = path_of(address, arguments)
        client = Client(raise_request_exception=False)
        for cookie in who.cookies():
            client.cookies[cookie["name"]] = cookie["value"]
        response = client.get(path)
        # A secret in the address is put in the session, then the same view shows its page without it.
        if response.status_code == 302 and leads_to(response.headers["Location"], address):
            response = client.get(response.headers["Location"])
        yield path, response
        response.close()  # as a server does: a file that is streamed stays open until then


def leads_to(location: str, address: Address) -> bool:
    """Whether a redirect stays with the view of this address."""
    try:
        return resolve(urlsplit(location).path).func == address.view
    except Resolver404:
        return False


def path_of(address: Address, arguments: dict[str, Any]) -> str:
    query = arguments.get("?", {})
    path = address.path({name: value for name, value in arguments.items() if name != "?"})
    return f"{path}?{urlencode(query)}" if query else path


def is_page(response: Any) -> bool:
    """Whether a person reads this answer in a browser: not a download, a redirect, data, nor a refusal."""
    return (
        response.status_code == 200
        and response.headers.get("Content-Type", "").startswith("text/html")
        and not response.headers.get("Content-Disposition", "").startswith("attachment")
    )


def title_of(response: Any) -> str:
    title = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)
    return " ".join(unescape(title[1]).split()) if title else ""


def access_fault(address: Address, who: Visitor, path: str, response: Any) -> str:
    """What the answer has against the access that the view declares; nothing if it keeps its word."""
    status, access = response.status_code, address.access
    location = response.headers.get("Location", "")
    asks_to_sign_in = (status == 302 and "next=" in location and "login" in location) or sends_to_sign_in(location)
    must_sign_in = who.user is None
    if status >= 500:
        error = getattr(response, "exc_info", None)
        return f"is answered {status}: {error and repr(error[1])}"
    if status == 404 and address.arguments and access not in {"admin", "rest"}:
        return "is answered 404: its sample does not show the page to this person"
    if access is None:
        return "declares no access"
    if access == "public":
        return f"is public and answered {status}" if status in {401, 403} else ""
    if access == "rest":
        is_open = AllowAny in getattr(getattr(address.view, "cls", None), "permission_classes", [])
        # Models are asked from pages too: a session says who asks, and what they may.
        is_open = is_open or (address.name.startswith("v2-") and who.user is not None)
        return f"is answered {status} without a token" if not is_open and status < 400 else ""
    if access == "admin":
        is_staff = who.user is not None and who.user.is_staff
        return f"is answered {status} to {who.role}" if status == 200 and not is_staff and "login" not in path else ""
    if must_sign_in:
        return "" if asks_to_sign_in else f"is answered {status} to a visitor who has not signed in"
    if address.name in RECEIVES and not RECEIVES[address.name](who.user):
        return "" if status in {403, 404} else f"is answered {status} to {who.role}, whom it does not receive"
    if access == "signed_in":
        return f"is answered {status} {location}" if status in {401, 403} or asks_to_sign_in else ""
    allowed = who.user.has_perms(access)
    if allowed and (status in {401, 403} or asks_to_sign_in):
        return f"refuses ({status}) whoever has {access}"
    if not allowed and status != 403:
        return f"is answered {status} without {access}"
    return ""


def sends_to_sign_in(location: str) -> bool:
    """Whether this redirect is the answer to someone who has to sign in first."""
    parts = urlsplit(location)
    return parts.path == resolve_url(settings.LOGIN_URL) and "next=" in parts.query


def faults_of_page(
    window: Window, address: Address, role: str, theme: str, language: str, checks: tuple[Any, ...]
) -> list[str]:
    """Open the page as this role, in this look, and run the checks; a picture is kept if it fails."""
    who = visitor(role)
    look = {"theme": theme, "language": language}
    faults = []
    with arguments_for(address, who.user or visitor("user").user) as arguments:
        path = path_of(address, arguments)
        opened = window.visit(path, cookies=who.cookies(**look), **look, is_admin="admin" in address.namespaces)
        with opened as visit:
            if visit.language != language:
                faults.append(f"the page is in “{visit.language}”")
            for check in checks:
                found = check(visit)
                if found and not faults:
                    window.keep_a_picture(visit.page, f"{address.name} {role} {theme} {language}")
                faults += map(str, found)
    return [f"{path} {fault}" for fault in dict.fromkeys(faults)]
