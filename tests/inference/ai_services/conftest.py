"""A server of others on loopback, which the guard lets be called."""

import pytest

from apps.inference.enums import Capability, Hosting, ServiceKind
from apps.inference.models import AiService
from tests.datasets.conftest import _in_english
from tests.inference.ai_services.fakes import served

__all__ = ["_in_english"]


@pytest.fixture
def fake(settings, own_cache):
    with served() as server:
        settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.OUTBOUND_ALLOWED_PORTS = [80, 443, server.server_port]
        settings.OUTBOUND_REQUESTS_PER_SECOND = 0
        yield server


@pytest.fixture
def make_service(fake):
    def make(kind=ServiceKind.OPENAI, *, path="/v1", capabilities=tuple(Capability), **more):
        slug = more.pop("slug", f"service-{AiService.objects.count()}")
        said = {
            "name": more.pop("name", slug),
            "url": f"http://127.0.0.1:{fake.server_port}{path}",
            "remote_model": "petit",
            "hosting": Hosting.EU,
            "is_open": True,
            "requests_per_minute": 1_000,
        }
        return AiService.objects.create(slug=slug, kind=kind, capabilities=list(capabilities), **{**said, **more})

    return make
