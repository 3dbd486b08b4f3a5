"""Who visits: one person for each role, signed in by a session made in the database."""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore

from apps.accounts.models import User
from apps.accounts.roles import Role

ANONYMOUS = "anonymous"
SUPERUSER = "superuser"
ROLES: tuple[str, ...] = (ANONYMOUS, *(role.value for role in reversed(Role)), SUPERUSER)
PASSWORD = "l'écluse tient ses portes"
SESSIONS: dict[int, str] = {}


@dataclass(frozen=True)
class Visitor:
    """A role, and the account that holds it (none for an anonymous visitor)."""

    role: str
    user: User | None

    def cookies(self, *, theme: str = "light", language: str = "fr") -> list[dict[str, Any]]:
        """The cookies of a browser where this visitor is signed in, with this theme and language as their own."""
        preferences = [
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": language},
            {"name": "ecluse_theme", "value": theme},
        ]
        if self.user is None:
            return preferences
        type(self.user).objects.filter(pk=self.user.pk).update(theme=theme, language=language)
        return [*preferences, {"name": settings.SESSION_COOKIE_NAME, "value": session_of(self.user)}]


def visitor(role: str) -> Visitor:
    """The person of this role, made the first time."""
    if role == ANONYMOUS:
        return Visitor(role, None)
    email = f"{role.replace('_', '-')}@ecluse.test"
    user = User.objects.filter(email=email).first() or make_person(email, role)
    return Visitor(role, user)


def make_person(email: str, role: str = Role.USER.value) -> User:
    """A person who may sign in with `PASSWORD`: their e-mail address is verified."""
    is_superuser = role == SUPERUSER
    user = get_user_model().objects.create_user(
        email,
        PASSWORD,
        name="Camille Essai",  # for all: roles that see the same page are then shown the same HTML
        is_superuser=is_superuser,
        is_staff=is_superuser or Role(role).is_staff,
    )
    if not is_superuser:
        user.groups.add(Group.objects.get(name=role))
    user.emailaddress_set.create(email=email, verified=True, primary=True)
    return user


def session_of(user: User) -> str:
    """Their session, as signing in leaves it with the password just given: sensitive pages do not ask for it again.

    One for each person: the page of open sessions lists them.
    """
    session = SessionStore(SESSIONS.get(user.pk))
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "email": user.email}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    SESSIONS[user.pk] = session.session_key
    return session.session_key
