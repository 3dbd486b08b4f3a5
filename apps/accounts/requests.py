"""Requests whose person is known, for the types: behind `@signed_in` or `@requires`, `request.user` is a User."""

from django.http import HttpRequest
from rest_framework.request import Request

from apps.accounts.models import ApiToken, User


class SignedInRequest(HttpRequest):
    user: User


class TokenRequest(Request):
    """A REST request that brought a token."""

    user: User
    auth: ApiToken
