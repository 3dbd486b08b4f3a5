"""What the gates of a dataset decided, build after build."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.datasets.api.loading import load, viewer_of
from apps.datasets.api.serializers import QualitySerializer
from apps.datasets.quality import Judged, judged_builds


class QualityView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="datasets_quality",
        tags=["datasets"],
        summary=_("The quality of a dataset over time"),
        description=_(
            "The checks at the gate of its last builds. Whoever may not see builds is told of those that were "
            "published, and not of the reasons for which rows were set aside."
        ),
        responses=QualitySerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        viewer = viewer_of(request)
        dataset = load(slug, viewer)
        sees_builds = dataset.shows_builds_to(viewer)
        told = [_told(each, sees_builds=sees_builds) for each in reversed(judged_builds(dataset, viewer))]
        return Response(QualitySerializer({"results": told}).data)


def _told(judged: Judged, *, sees_builds: bool) -> dict[str, Any]:
    build = judged.build
    reasons = (
        [{"table": output.entity, **each} for output in build.outputs.all() for each in output.reasons]
        if sees_builds
        else []
    )
    return {
        "build": build.pk if sees_builds else None,
        "version": judged.number,
        "state": build.state,
        "judged_at": judged.verdict.judged_at,
        "rows_read": build.rows_in,
        "rows_kept": build.rows_kept,
        "rows_set_aside": build.rows_rejected,
        "checks": judged.verdict.checks,
        "reasons": reasons,
    }
