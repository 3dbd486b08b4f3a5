"""Under `/v2`: the Open Inference Protocol, whose addresses are the protocol's own."""

from django.urls import path

from apps.inference.api import protocol

urlpatterns = [
    path("v2", protocol.server, name="v2-server"),
    path("v2/health/live", protocol.live, name="v2-live"),
    path("v2/health/ready", protocol.ready, name="v2-ready"),
    path("v2/repository/index", protocol.index, name="v2-index"),
    path("v2/models/<slug:model>", protocol.metadata, name="v2-model"),
    path("v2/models/<slug:model>/ready", protocol.model_ready, name="v2-model-ready"),
    path("v2/models/<slug:model>/infer", protocol.infer, name="v2-infer"),
    path("v2/models/<slug:model>/versions/<str:version>", protocol.metadata, name="v2-version"),
    path("v2/models/<slug:model>/versions/<str:version>/ready", protocol.model_ready, name="v2-version-ready"),
    path("v2/models/<slug:model>/versions/<str:version>/infer", protocol.infer, name="v2-version-infer"),
]
