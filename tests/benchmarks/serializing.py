"""The peer of a page of rows: a model and a ModelSerializer of REST framework, as most would write it.

Served like ours, with nothing around it: no middleware, no throttle, no authentication. `BENCH_TABLE` is the table.
"""

import os
from typing import Any

import django
from django.conf import settings
from django.urls import path

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 -- once Django is ready
from rest_framework import serializers  # noqa: E402
from rest_framework.permissions import AllowAny  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from apps.datasets.tables import table_model  # noqa: E402
from tests.benchmarks.bench_reading import PAGE, SCHEMA  # noqa: E402

MODEL: Any = table_model(os.environ["BENCH_TABLE"], SCHEMA)


class LineSerializer(serializers.ModelSerializer[Any]):
    class Meta:
        model = MODEL
        fields = "__all__"


class LinesView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    def get(self, request: Request) -> Response:
        lines = MODEL.objects.filter(id__gt=int(request.query_params.get("after", 0))).order_by("id")[:PAGE]
        return Response({"results": LineSerializer(lines, many=True).data})


urlpatterns = [path("lines/", LinesView.as_view())]
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []
application = get_wsgi_application()
