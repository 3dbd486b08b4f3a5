"""`GET /api/v1/models/<slug>/forecast/`: the next periods, from the dataset as it is served."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from apps.accounts.models import ApiToken
from apps.accounts.scopes import covers
from apps.core.api.problem_details import InvalidParameter
from apps.core.interface import Viewer
from apps.inference.api.batches import SEE_DATASETS
from apps.inference.api.loading import usable_model, viewer_of
from apps.inference.enums import Channel, Period
from apps.inference.foretelling import Foretold, foretell
from apps.inference.serving.callers import Caller, nobody, of_person, of_token

MOST_PERIODS = 366
PERIODS = OpenApiParameter(
    "periods",
    {"type": "integer", "minimum": 1, "maximum": MOST_PERIODS},
    description=gettext_lazy("How many; as many as the model foretells if left out, or if it foretells fewer."),
)


class ExpectedPeriodSerializer(serializers.Serializer[Any]):
    """A period to come."""

    day = serializers.DateField(help_text=gettext_lazy("Its first day."))
    value = serializers.FloatField(
        allow_null=True, help_text=gettext_lazy("Its number; null if a former number that it needs is not known.")
    )
    low = serializers.FloatField(allow_null=True, help_text=gettext_lazy("Seldom less than this."))
    high = serializers.FloatField(allow_null=True, help_text=gettext_lazy("Seldom more than this."))
    receipt = serializers.CharField(
        help_text=gettext_lazy("Keep it to give feedback on this answer, or to contest it; empty without one.")
    )


class ForecastSerializer(serializers.Serializer[Any]):
    """What a model foretells."""

    model = serializers.CharField(help_text=gettext_lazy("The model."))
    version = serializers.IntegerField(help_text=gettext_lazy("The version that answers."))
    dataset = serializers.CharField(help_text=gettext_lazy("The dataset that the former numbers are read in."))
    dataset_version = serializers.IntegerField(help_text=gettext_lazy("Its version."))
    period = serializers.ChoiceField(choices=Period.choices, help_text=gettext_lazy("What time is counted in."))
    last = serializers.DateField(help_text=gettext_lazy("The first day of the last period whose number is known."))
    coverage = serializers.FloatField(
        allow_null=True,
        help_text=gettext_lazy(
            "Which share of the numbers to come is between “low” and “high”, by split conformal prediction: as was of "
            "the periods that the version was judged by. Null if it cannot be said."
        ),
    )
    past = serializers.IntegerField(
        help_text=gettext_lazy(
            "How many of the periods are over already, for the rows of the dataset stop before. If it is all of them, "
            "the rows are too old: collect and build the dataset to know what comes."
        )
    )
    forecasts = ExpectedPeriodSerializer(many=True, help_text=gettext_lazy("The periods that follow, in order."))


class ForecastView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="models_forecast",
        tags=["models"],
        summary=gettext_lazy("The next periods that a model foretells"),
        description=gettext_lazy(
            "Of a model of the task “forecasting”: what it is given of the past is read in the version of its dataset "
            "that is served, which whoever asks must be able to read too (with a token: `datasets:read`). Each answer "
            "is logged, counts for the quota and has a receipt, as those of `predict`."
        ),
        parameters=[PERIODS],
        responses=ForecastSerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        model = usable_model(slug, viewer_of(request))
        caller, reader = _who_asks(request)
        told = foretell(
            model=model,
            caller=caller,
            reader=reader,
            channel=Channel.API,
            now=timezone.now(),
            periods=_periods(request),
        )
        return Response(ForecastSerializer(_described(told)).data)


def _who_asks(request: Request) -> tuple[Caller, Viewer]:
    """Who asks the model, and who reads the dataset: a token does what its scopes say."""
    token, viewer = request.auth, viewer_of(request)
    address = BaseThrottle().get_ident(request) or ""
    if not isinstance(token, ApiToken):
        return of_person(viewer, address), viewer
    caller = nobody(address) if isinstance(viewer, AnonymousUser) else of_token(viewer, token)
    return caller, request.user if covers(token.scopes, SEE_DATASETS) else AnonymousUser()


def _periods(request: Request) -> int | None:
    """Raises InvalidParameter."""
    given = request.query_params.get("periods")
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) <= 3 and 1 <= int(given) <= MOST_PERIODS):
        message = _("A whole number from 1 to %(most)d is expected.") % {"most": MOST_PERIODS}
        raise InvalidParameter({"periods": [ErrorDetail(message, code="invalid")]})
    return int(given)


def _described(told: Foretold) -> dict[str, Any]:
    return {
        "model": told.version.model.slug,
        "version": told.version.number,
        "dataset": told.dataset_version.dataset.slug,
        "dataset_version": told.dataset_version.number,
        "period": told.forecast.period,
        "last": told.last,
        "coverage": told.coverage,
        "past": told.past,
        "forecasts": told.expected,
    }
