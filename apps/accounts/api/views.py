"""Tokens over REST: obtaining one with a password, then listing, renewing and revoking one's own, and who am I."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.serializers import (
    IssuedTokenSerializer,
    MeSerializer,
    TokenRenewalSerializer,
    TokenRequestSerializer,
    TokenSerializer,
)
from apps.accounts.api.throttling import TokenRequestsByAccount, TokenRequestsByAddress
from apps.accounts.credentials import check_credentials
from apps.accounts.models import ApiToken
from apps.accounts.permissions import HasScope
from apps.accounts.requests import TokenRequest
from apps.accounts.tokens import Issued, create_token, renew_token, revoke_token
from apps.core.api.pagination import CursorPagination

REQUEST_EXAMPLE = OpenApiExample(
    "Nightly import",
    request_only=True,
    value={
        "email": "camille@example.org",
        "password": "correct horse battery staple",
        "code": "123456",
        "name": "nightly import",
        "scopes": ["accounts:read"],
        "lifetime_days": 30,
    },
)
TOKEN_EXAMPLE = {
    "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "name": "nightly import",
    "scopes": ["accounts:read"],
    "state": "live",
    "created_at": "2026-11-22T20:00:00+01:00",
    "expires_at": "2026-12-22T20:00:00+01:00",
    "last_used_at": None,
}
ISSUED_EXAMPLE = OpenApiExample(
    "The secret, told once",
    response_only=True,
    value=TOKEN_EXAMPLE | {"token": "ecl_" + 16 * "9a0f"},
)


class IsItselfOrHasScope(BasePermission):
    """A token may always look after itself; for the others it needs the scope."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, ApiToken) and request.auth.pk == view.kwargs.get("pk"):
            return True
        return HasScope().has_permission(request, view)


class TokensView(APIView):
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["-created"]

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method == "POST" else [IsAuthenticated(), HasScope()]

    def get_authenticators(self) -> list[Any]:
        # A client that renews a lost token sends its dead one along; asking for another must still work.
        return [] if self.request is not None and self.request.method == "POST" else super().get_authenticators()

    def get_throttles(self) -> list[Any]:
        if self.request.method == "POST":
            return [TokenRequestsByAddress(), TokenRequestsByAccount()]
        return super().get_throttles()

    @extend_schema(
        operation_id="tokens_list",
        tags=["auth"],
        summary=_("Your tokens"),
        description=_("The tokens of your account, the latest first, without their secrets."),
        responses=TokenSerializer(many=True),
        filters=True,
    )
    def get(self, request: TokenRequest) -> Response:
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(own_tokens(request), request, self)
        return paginator.get_paginated_response(TokenSerializer(page, many=True).data)

    @extend_schema(
        operation_id="tokens_create",
        tags=["auth"],
        summary=_("Obtain a token"),
        description=_(
            "Give your e-mail, your password and, if your account has two-factor authentication, a code. The answer "
            "holds the secret, which is told only this once. Few tries are allowed."
        ),
        auth=[],
        request=TokenRequestSerializer,
        responses={201: IssuedTokenSerializer},
        examples=[REQUEST_EXAMPLE, ISSUED_EXAMPLE],
    )
    def post(self, request: TokenRequest) -> Response:
        asked = TokenRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        user = check_credentials(email=wanted["email"], password=wanted["password"], code=wanted.get("code", ""))
        lifetime = timedelta(days=wanted["lifetime_days"])
        issued = create_token(user=user, name=wanted["name"], scopes=wanted["scopes"], lifetime=lifetime, by=user)
        return told(issued, status.HTTP_201_CREATED)


class TokenRenewalView(APIView):
    permission_classes = [IsAuthenticated, IsItselfOrHasScope]

    @extend_schema(
        operation_id="tokens_renew",
        tags=["auth"],
        summary=_("Renew a token"),
        description=_(
            "Gives the token a new secret and begins its lifetime again; its name, scopes and identifier stay. The old "
            "secret is refused from now on. A token can renew itself, and others that may do no more than itself."
        ),
        request=TokenRenewalSerializer,
        responses={200: IssuedTokenSerializer},
        examples=[ISSUED_EXAMPLE],
    )
    def post(self, request: TokenRequest, pk: UUID) -> Response:
        token = get_object_or_404(own_tokens(request), pk=pk)
        asked = TokenRenewalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        days = asked.validated_data.get("lifetime_days")
        lifetime = timedelta(days=days) if days else None
        return told(renew_token(token=token, by=request.user, lifetime=lifetime, using=request.auth))


class TokenView(APIView):
    permission_classes = [IsAuthenticated, IsItselfOrHasScope]

    @extend_schema(
        operation_id="tokens_read",
        tags=["auth"],
        summary=_("One of your tokens"),
        description=_("A token without its secret."),
        responses=TokenSerializer,
    )
    def get(self, request: TokenRequest, pk: UUID) -> Response:
        return Response(TokenSerializer(get_object_or_404(own_tokens(request), pk=pk)).data)

    @extend_schema(
        operation_id="tokens_revoke",
        tags=["auth"],
        summary=_("Revoke a token"),
        description=_("The token is refused from now on, and forgotten. It may be the token of this very request."),
        responses={204: None},
    )
    def delete(self, request: TokenRequest, pk: UUID) -> Response:
        revoke_token(token=get_object_or_404(own_tokens(request), pk=pk), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="me",
        tags=["auth"],
        summary=_("Who am I"),
        description=_("The account in whose name this token speaks, and what the token may do. Any token may ask."),
        responses=MeSerializer,
    )
    def get(self, request: TokenRequest) -> Response:
        user = request.user
        who = {name: getattr(user, name) for name in ("id", "email", "name", "language", "time_zone", "roles")}
        return Response(MeSerializer(who | {"token": request.auth}).data)


def own_tokens(request: TokenRequest) -> QuerySet[ApiToken]:
    """Whatever rights one has, over REST one sees one's own tokens only."""
    return ApiToken.objects.filter(user=request.user)


def told(issued: Issued, code: int = status.HTTP_200_OK) -> Response:
    """The one answer with a secret in it, which nobody on the way may keep."""
    described = TokenSerializer(issued.token).data
    return Response(described | {"token": issued.secret}, status=code, headers={"Cache-Control": "no-store"})
