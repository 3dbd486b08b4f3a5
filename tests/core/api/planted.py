"""The addresses of the site, and below `/api/v1/planted/` views that fail in each way that a view can."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import OperationalError
from django.http import Http404
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.core.api.conditional import check_preconditions, etag_of, with_etag
from apps.core.api.serializers import StrictSerializer
from apps.core.errors import PermanentFailure, RuleViolation, TemporaryFailure

SECRET = "the table users of camille@example.org"

FAILURES: dict[str, Exception] = {
    "http404": Http404(SECRET),
    "permission-denied": PermissionDenied(SECRET),
    "django-validation": ValidationError({"name": ["Too odd."]}),
    "too-big": RequestDataTooBig(SECRET),
    "rule": RuleViolation("The gate is closed."),
    "rule-of-an-app": RuleViolation("The name is taken.", code="token_name_taken"),
    "rule-with-a-status": RuleViolation("The credentials are refused.", code="credentials_refused"),
    "temporary": TemporaryFailure("The site is slow.", retry_after=7.2),
    "permanent": PermanentFailure("The model is lost."),
    "unknown-code": exceptions.APIException("Hm.", code="never_declared"),
    "throttled": exceptions.Throttled(wait=12.4),
    "database": OperationalError(SECRET),
    "bug": ZeroDivisionError(SECRET),
}


class FailingView(APIView):
    permission_classes = [AllowAny]
    schema = None

    def get(self, request: Request, failure: str) -> Response:
        raise FAILURES[failure]


class MemberSerializer(StrictSerializer):
    first_name = serializers.CharField()
    age = serializers.IntegerField()


class TeamSerializer(StrictSerializer):
    name = serializers.CharField(max_length=10)
    size = serializers.IntegerField(required=False)
    share = serializers.FloatField(required=False)
    is_open = serializers.BooleanField(required=False)
    wait = serializers.DurationField(required=False, default=timedelta(0))
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    members = MemberSerializer(many=True, required=False)


class TeamView(APIView):
    """Reads a team and says what it read."""

    permission_classes = [AllowAny]
    schema = None

    def post(self, request: Request) -> Response:
        read = TeamSerializer(data=request.data)
        read.is_valid(raise_exception=True)
        return Response(read.validated_data)


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    language = serializers.CharField()


class PeopleView(ListAPIView):
    """People by language: many ties, which only the primary key tells apart."""

    permission_classes = [AllowAny]
    serializer_class = PersonSerializer
    queryset = User.objects.all()
    ordering = ["-language"]
    schema = None


class VersionedView(APIView):
    permission_classes = [AllowAny]
    schema = None

    def get(self, request: Request) -> Response:
        etag = etag_of("version 3")
        return check_preconditions(request, etag=etag) or with_etag(Response({"version": 3}), etag)

    def put(self, request: Request) -> Response:
        etag = etag_of("version 3")
        return check_preconditions(request, etag=etag) or Response({"version": 4})


class PrivateView(APIView):
    schema = None

    def get(self, request: Request) -> Response:
        return Response({})


class NumberSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()


class LyingView(APIView):
    """Announces a number and answers a text: what schemathesis is there to find."""

    permission_classes = [AllowAny]

    @extend_schema(operation_id="lying", tags=["health"], summary="Lies", responses=NumberSerializer)
    def get(self, request: Request) -> Response:
        return Response({"number": "forty-two"})


class CrashingView(APIView):
    """Falls over when asked for a negative number, which it announces that it reads."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="crashing",
        tags=["health"],
        summary="Crashes",
        request=NumberSerializer,
        responses=NumberSerializer,
    )
    def post(self, request: Request) -> Response:
        read = NumberSerializer(data=request.data)
        read.is_valid(raise_exception=True)
        return Response({"number": 1 // max(0, read.validated_data["number"])})


faulty = [
    path("api/v1/faulty/lying/", LyingView.as_view()),
    path("api/v1/faulty/crashing/", CrashingView.as_view()),
]
urlpatterns = [
    path("", include("config.urls")),
    path("api/v1/planted/failures/<slug:failure>/", FailingView.as_view()),
    path("api/v1/planted/team/", TeamView.as_view()),
    path("api/v1/planted/people/", PeopleView.as_view()),
    path("api/v1/planted/versioned/", VersionedView.as_view()),
    path("api/v1/planted/private/", PrivateView.as_view()),
    *faulty,
]
