"""What Prometheus reads: the metrics of the web process, then those that the apps declare, read at each scrape."""

import hmac
import logging
import os
from collections.abc import Iterator
from ipaddress import ip_address

from django.http import HttpRequest
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from apps.core.declarations import Metric, MetricKind, metrics

logger = logging.getLogger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST
PREFIX = "ecluse_"
# Any of these means that a proxy speaks for someone else.
PROXY_HEADERS = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip")


class DeclaredMetrics(Collector):
    """One family for each declared metric. One that fails is left out, counted, and hides no other."""

    def collect(self) -> Iterator[Family]:
        failures = GaugeMetricFamily(
            f"{PREFIX}metric_failed", "Whether a metric could not be read at this scrape.", labels=["metric"]
        )
        for metric in metrics.all():
            try:
                yield family(metric)
                failures.add_metric([metric.key], 0)
            except Exception:
                logger.exception("metric_failed", extra={"metric": metric.key})
                failures.add_metric([metric.key], 1)
        yield failures


def family(metric: Metric) -> GaugeMetricFamily | CounterMetricFamily:
    """The metric as Prometheus names it, with its values now."""
    kind = CounterMetricFamily if metric.kind == MetricKind.COUNTER else GaugeMetricFamily
    name = f"{PREFIX}{metric.key}" + (f"_{metric.unit}" if metric.unit else "")
    found = kind(name, str(metric.help), labels=metric.labels)
    for labels, value in metric.collect():
        found.add_metric([labels[name] for name in metric.labels], value)
    return found


def exposition() -> bytes:
    """Everything, in Prometheus's text format."""
    process = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        process = CollectorRegistry()
        MultiProcessCollector(process)  # type: ignore[no-untyped-call]  # it has no hints
    declared = CollectorRegistry()
    declared.register(DeclaredMetrics())
    return generate_latest(process) + generate_latest(declared)


def may_scrape(request: HttpRequest, *, token: str) -> bool:
    """Whether this request may read the metrics: with the operator's token; if there is none, from the machine itself.

    A proxy on this machine is on loopback too and forwards anyone's requests: one that is forwarded is not trusted.
    """
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    if any(header in request.headers for header in PROXY_HEADERS):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
