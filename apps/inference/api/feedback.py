"""What programs say of answers: an opinion on one, by its receipt; the list, for whoever reviews, and the reviews."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ErrorDetail
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.permissions import HasScope
from apps.accounts.requests import TokenRequest
from apps.collection.api.permissions import OwnerMay
from apps.core.api.pagination import CursorPagination
from apps.core.api.problem_details import InvalidParameter
from apps.inference.api.feedback_serializers import FeedbackSerializer, OpinionSerializer, ReviewSerializer
from apps.inference.enums import FeedbackState
from apps.inference.giving import Opinion, give_feedback
from apps.inference.models import Feedback, Model
from apps.inference.validating import accept_feedback, refuse_feedback, undo_review

SEE = ("inference.view_feedback",)
REVIEW = (*SEE, "inference.review_feedback")
STATE = OpenApiParameter("state", str, enum=FeedbackState.values, description=_("Only those in this state."))
EXAMPLE = OpenApiExample(
    "A correction",
    request_only=True,
    value={
        "receipt": "eyJ…",
        "is_right": False,
        "right_answer": "voirie",
        "comment": "A broken pavement.",
        "inputs": {"texte": "Le trottoir est cassé devant l’école."},
    },
)


class FeedbacksView(APIView):
    """Whoever may ask the model gives an opinion; the list is for whoever reviews."""

    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["-given_at"]
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"GET": SEE, "POST": ()}

    def get_permissions(self) -> list[Any]:
        return [IsAuthenticated(), HasScope(), OwnerMay()]

    @extend_schema(
        operation_id="models_feedback_list",
        tags=["models"],
        summary=_("What people say of the answers of a model"),
        description=_("The latest first, with what was asked as far as whoever gave the opinion let it be read."),
        parameters=[STATE],
        responses=FeedbackSerializer(many=True),
        filters=True,
    )
    def get(self, request: TokenRequest, slug: str) -> Response:
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(_of(slug, request).filter(**_state(request)), request, self)
        return paginator.get_paginated_response(FeedbackSerializer(page, many=True).data)

    @extend_schema(
        operation_id="models_feedback_give",
        tags=["models"],
        summary=_("Say whether an answer is right"),
        description=_(
            "By the receipt that came with the answer. Sent again, it replaces what you said of it, until somebody "
            "reviews it. A person reads it before anything is learnt from it; `inputs`, what you had asked, is what "
            "can be learnt from: give it only if it may be read."
        ),
        request=OpinionSerializer,
        responses={201: FeedbackSerializer},
        examples=[EXAMPLE],
    )
    def post(self, request: TokenRequest, slug: str) -> Response:
        model = get_object_or_404(Model.objects.filter(archived_at=None), slug=slug)
        if not model.is_usable_by(request.user):
            raise Http404
        asked = OpinionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        receipt, right, value = said.pop("receipt"), said.pop("right_answer"), said.pop("right_value")
        opinion = Opinion(**said, right_answer=right if value is None else repr(value))
        feedback = give_feedback(model=model, receipt=receipt, opinion=opinion, by=request.user)
        return Response(FeedbackSerializer(feedback).data, status=status.HTTP_201_CREATED)


class FeedbackView(APIView):
    permission_classes = [IsAuthenticated, HasScope, OwnerMay]
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE}

    @extend_schema(
        operation_id="models_feedback_read",
        tags=["models"],
        summary=_("One opinion on an answer"),
        description=_("What was said, what was asked as far as it may be read, and what a reviewer made of it."),
        responses=FeedbackSerializer,
    )
    def get(self, request: TokenRequest, slug: str, pk: int) -> Response:
        return Response(FeedbackSerializer(get_object_or_404(_of(slug, request), pk=pk)).data)


class FeedbackReviewView(APIView):
    permission_classes = [IsAuthenticated, HasScope, OwnerMay]
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": REVIEW}

    @extend_schema(
        operation_id="models_feedback_review",
        tags=["models"],
        summary=_("Review an opinion"),
        description=_(
            "Accepted, it becomes a row of the dataset that the model names for its feedback, ten minutes later; until "
            "then the review can be undone. One’s own opinion is reviewed by another."
        ),
        request=ReviewSerializer,
        responses=FeedbackSerializer,
    )
    def put(self, request: TokenRequest, slug: str, pk: int) -> Response:
        feedback = get_object_or_404(_of(slug, request), pk=pk)
        asked = ReviewSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        if said["decision"] == FeedbackState.ACCEPTED:
            answer = said["answer"] if said["value"] is None else repr(said["value"])
            feedback = accept_feedback(feedback=feedback, by=request.user, answer=answer)
        else:
            feedback = refuse_feedback(feedback=feedback, by=request.user, reason=said["reason"])
        return Response(FeedbackSerializer(feedback).data)

    @extend_schema(
        operation_id="models_feedback_review_undo",
        tags=["models"],
        summary=_("Undo the review of an opinion"),
        description=_("It waits again. Once its row is written, it is too late: 409."),
        responses=FeedbackSerializer,
    )
    def delete(self, request: TokenRequest, slug: str, pk: int) -> Response:
        feedback = undo_review(feedback=get_object_or_404(_of(slug, request), pk=pk), by=request.user)
        return Response(FeedbackSerializer(feedback).data)


def _of(slug: str, request: TokenRequest) -> QuerySet[Feedback]:
    """Those of this model, if its reader may see its making. Raises Http404."""
    model = get_object_or_404(Model.objects.visible_to(request.user), slug=slug)
    found: QuerySet[Feedback] = Feedback.objects.filter(version__model=model)
    return found.select_related("version__model")


def _state(request: TokenRequest) -> dict[str, str]:
    wanted = request.query_params.get("state")
    if wanted is None:
        return {}
    if wanted not in FeedbackState.values:
        known = ", ".join(FeedbackState.values)
        message = _("Possible: %(known)s.") % {"known": known}
        raise InvalidParameter({"state": [ErrorDetail(message, code="invalid_choice")]})
    return {"state": wanted}
