"""`/api/v1/models/<slug>/schema/`: the OpenAPI document of a model."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.conditional import check_preconditions, etag_of, with_etag
from apps.inference.api.document import document_of
from apps.inference.api.loading import usable_model, viewer_of
from apps.inference.enums import Audience, Slot
from apps.inference.exceptions import NotInService

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description=_("The ETag of what you already have.")
)


class ModelSchemaView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="models_schema",
        tags=["models"],
        summary=_("The OpenAPI document of a model"),
        description=_(
            "What can be asked of this very model, `POST /api/v1/models/{slug}/predict/`, with the type and the bounds "
            "of each field: give it to a generator of clients. It changes with the version in service."
        ),
        parameters=[IF_NONE_MATCH],
        responses={
            200: OpenApiResponse({"type": "object", "additionalProperties": {}}, description=_("The document.")),
            304: OpenApiResponse(description=_("It has not changed.")),
        },
    )
    def get(self, request: Request, slug: str) -> Any:
        model = usable_model(slug, viewer_of(request))
        version = model.deployed(Slot.CHAMPION)
        if version is None:
            raise NotInService(_("No version of this model is in service."), subject=f"inference.model:{model.pk}")
        is_public = model.audience == Audience.PUBLIC
        etag = etag_of("openapi", settings.SITE_URL, version.pk, str(model.changed_at), get_language(), is_public)
        if unchanged := check_preconditions(request, etag=etag):
            return unchanged
        document = document_of(model, version.signed, version=version.number, is_public=is_public)
        return with_etag(Response(document), etag, is_public=is_public)
