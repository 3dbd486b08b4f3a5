"""What is done to a version over REST: its release note is written, a former one is made current again."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.accounts.requests import TokenRequest
from apps.collection.api.permissions import PERMISSIONS
from apps.collection.enums import Trigger
from apps.datasets.api.loading import load
from apps.datasets.api.serializers import BuildSerializer, NoteSerializer
from apps.datasets.models import Version
from apps.datasets.noting import write_note
from apps.datasets.restoring import request_restoration
from apps.datasets.tasks import build_version

PUBLISH = ("datasets.view_dataset", "datasets.build_dataset")


class NoteView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": PUBLISH}

    @extend_schema(
        operation_id="datasets_version_note",
        tags=["datasets"],
        summary=_("Write the release note of a version"),
        description=_("In place of the one before; an empty text takes it away. Versions are listed with their notes."),
        request=NoteSerializer,
        responses=NoteSerializer,
    )
    def put(self, request: TokenRequest, slug: str, number: int) -> Response:
        version = _load(slug, number, request.user)
        asked = NoteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        build = write_note(build=version.build, note=asked.validated_data["note"], by=request.user)
        return Response(NoteSerializer(build).data)


class RestorationView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": PUBLISH}

    @extend_schema(
        operation_id="datasets_version_restore",
        tags=["datasets"],
        summary=_("Restore a former version"),
        description=_(
            "Asks for its rows to be published again, under a new number, which a worker does within minutes: the new "
            "version is then the first of the list. The versions that came since stay."
        ),
        request=None,
        responses={202: BuildSerializer},
    )
    def post(self, request: TokenRequest, slug: str, number: int) -> Response:
        with transaction.atomic():
            build = request_restoration(version=_load(slug, number, request.user), by=request.user, trigger=Trigger.API)
            transaction.on_commit(lambda: build_version.delay(build.pk))
        told = {"pk": build.pk, "state": build.state, "url": f"{settings.SITE_URL}{build.get_absolute_url()}"}
        return Response(BuildSerializer(told).data, status=status.HTTP_202_ACCEPTED)


def _load(slug: str, number: int, by: User) -> Version:
    """Raises Http404, or PermissionDenied for who only reads the dataset: that it was granted to them is not enough."""
    dataset = load(slug, by)
    if not dataset.is_open_by_role_to(by):
        raise PermissionDenied
    version: Version = get_object_or_404(dataset.versions.select_related("build", "dataset"), number=number)
    return version
