"""Versions over REST: the list, one of them, its report, its reviews, where it is put."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import TokenRequest
from apps.core.api.pagination import CursorPagination
from apps.inference import deploying, reviewing
from apps.inference.api.described import (
    describe_deployment,
    describe_review,
    describe_version,
    describe_version_in_full,
    load,
    load_version,
)
from apps.inference.api.permissions import DECIDE, DEPLOY, PERMISSIONS, SEE_REVIEWS, SEE_VERSIONS, SUBMIT
from apps.inference.api.serializers import (
    CommentRequestSerializer,
    DecisionRequestSerializer,
    DeploymentRequestSerializer,
    DeploymentSerializer,
    ModelVersionDetailSerializer,
    ModelVersionSerializer,
    ReviewSerializer,
)
from apps.inference.enums import Decision, Slot
from apps.inference.models import ModelVersion, Review
from apps.inference.standing import stand


class VersionsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_VERSIONS}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["-number"]

    @extend_schema(
        operation_id="inference_versions_list",
        tags=["inference"],
        summary=_("The versions of a model"),
        description=_("What its trainings made, the latest first, with how far each is on its way to service."),
        responses=ModelVersionSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request, slug: str) -> Response:
        versions = load(slug, request.user).versions.select_related("training__evaluation", "training__dataset_version")
        versions = versions.defer("profile", "golden", "signature", "training__spec", "training__evaluation__report")
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(versions, request, self)
        told = [describe_version(stood, slug) for stood in stand(page)]
        return paginator.get_paginated_response(ModelVersionSerializer(told, many=True).data)


class VersionView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_VERSIONS}

    @extend_schema(
        operation_id="inference_versions_read",
        tags=["inference"],
        summary=_("A version of a model"),
        description=_("With its signature, and the digest of its file."),
        responses=ModelVersionDetailSerializer,
    )
    def get(self, request: Request, slug: str, number: int) -> Response:
        (stood,) = stand([load_version(slug, number, request.user)])
        return Response(ModelVersionDetailSerializer(describe_version_in_full(stood, slug)).data)


class ReportView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_VERSIONS}

    @extend_schema(
        operation_id="inference_versions_report",
        tags=["inference"],
        summary=_("The evaluation report of a version"),
        description=_(
            "As it was written: metrics with intervals, beside the baseline and the version in service then."
        ),
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, slug: str, number: int) -> Response:
        evaluation = getattr(load_version(slug, number, request.user).training, "evaluation", None)
        if evaluation is None:
            raise Http404
        return Response(evaluation.report)


class ReviewsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"GET": SEE_REVIEWS, "POST": SUBMIT}

    @extend_schema(
        operation_id="inference_reviews_list",
        tags=["inference"],
        summary=_("The reviews of a version"),
        description=_("The latest first."),
        responses=ReviewSerializer(many=True),
    )
    def get(self, request: Request, slug: str, number: int) -> Response:
        version = load_version(slug, number, request.user)
        reviews = version.reviews.select_related("version").prefetch_related("comments")
        return Response(ReviewSerializer([describe_review(review) for review in reviews], many=True).data)

    @extend_schema(
        operation_id="inference_reviews_request",
        tags=["inference"],
        summary=_("Submit a version to a review"),
        description=_("With its report, whose digest is kept. Somebody who did not ask for its training decides."),
        request=None,
        responses={201: ReviewSerializer},
    )
    def post(self, request: TokenRequest, slug: str, number: int) -> Response:
        review = reviewing.request_review(version=load_version(slug, number, request.user), by=request.user)
        return Response(ReviewSerializer(describe_review(review)).data, status=status.HTTP_201_CREATED)


class CommentsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": DECIDE}

    @extend_schema(
        operation_id="inference_reviews_comment",
        tags=["inference"],
        summary=_("Comment on the review of a version"),
        description=_("On the last one, while it awaits a decision."),
        request=CommentRequestSerializer,
        responses={201: ReviewSerializer},
    )
    def post(self, request: TokenRequest, slug: str, number: int) -> Response:
        review = _last(load_version(slug, number, request.user))
        asked = CommentRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reviewing.comment(review=review, by=request.user, **asked.validated_data)
        return Response(ReviewSerializer(describe_review(review)).data, status=status.HTTP_201_CREATED)


class DecisionView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": DECIDE}

    @extend_schema(
        operation_id="inference_reviews_decide",
        tags=["inference"],
        summary=_("Approve or refuse a version"),
        description=_("On its last review. Whoever asked for the training, or for the review, does not decide."),
        request=DecisionRequestSerializer,
        responses=ReviewSerializer,
    )
    def post(self, request: TokenRequest, slug: str, number: int) -> Response:
        review = _last(load_version(slug, number, request.user))
        asked = DecisionRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        decided = reviewing.decide(
            review=review, decision=Decision(given["decision"]), reason=given["reason"], by=request.user
        )
        return Response(ReviewSerializer(describe_review(decided)).data)


class DeployView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": DEPLOY}

    @extend_schema(
        operation_id="inference_versions_deploy",
        tags=["inference"],
        summary=_("Put a version somewhere"),
        description=_("In service if its last review approved it; in pre-production or in shadow to try it out."),
        request=DeploymentRequestSerializer,
        responses={201: DeploymentSerializer},
    )
    def post(self, request: TokenRequest, slug: str, number: int) -> Response:
        version = load_version(slug, number, request.user)
        asked = DeploymentRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        match Slot(asked.validated_data["slot"]):
            case Slot.CHAMPION:
                expected = asked.validated_data.get("expected")
                row = deploying.promote(version=version, by=request.user, expected=expected)
            case Slot.PREPRODUCTION:
                row = deploying.deploy_to_preproduction(version=version, by=request.user)
            case Slot.SHADOW:
                row = deploying.deploy_shadow(version=version, by=request.user)
        return Response(DeploymentSerializer(describe_deployment(row)).data, status=status.HTTP_201_CREATED)


def _last(version: ModelVersion) -> Review:
    """Raises Http404 if it was never submitted."""
    review: Review | None = version.reviews.select_related("version").first()
    if review is None:
        raise Http404
    return review
