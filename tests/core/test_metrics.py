"""What Prometheus reads, and who else may not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from apps.core import exposition
from apps.core.declarations import Metric, MetricKind, metrics
from apps.core.exposition import DeclaredMetrics, family, may_scrape
from apps.core.schedules import LAST_TICK
from tests.core.testapp.models import Job

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-the-operator"


def scrape(client, **headers):
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200
    families = text_string_to_metric_families(response.content.decode())
    return {(sample.name, *sample.labels.values()): sample.value for found in families for sample in found.samples}


def metric(**fields):
    return Metric(**{"key": "rows", "label": "Rows", "help": "How many.", "collect": lambda: [({}, 1)], **fields})


def test_core_tells_the_clock_the_queues_and_the_abandoned_work(client):
    tick = datetime(2026, 3, 1, tzinfo=UTC)
    cache.set(LAST_TICK, tick.isoformat())
    job = Job.objects.create()
    Job.objects.claim(job.pk, now=timezone.now() - timedelta(hours=1), for_=timedelta(minutes=1))

    samples = scrape(client)

    assert samples["ecluse_beat_last_tick_timestamp_seconds",] == tick.timestamp()
    assert samples["ecluse_queue_length", "default"] >= 0
    assert samples["ecluse_expired_leases", "testapp.job"] == 1
    assert samples["ecluse_metric_failed", "queue_length"] == 0


def test_the_web_process_tells_its_own_metrics_too(client):
    scrape(client)

    assert any(name.startswith("django_http_requests") for name, *_labels in scrape(client))


def test_a_metric_that_fails_is_left_out_and_hides_no_other(monkeypatch, caplog):
    def fail():
        raise ZeroDivisionError

    monkeypatch.setitem(metrics.__dict__, "by_app", {"x": [metric(key="broken", collect=fail), metric()]})

    found = {sample.name: sample for each in DeclaredMetrics().collect() for sample in each.samples}

    assert found["ecluse_rows"].value == 1
    assert "ecluse_broken" not in found
    assert [record.metric for record in caplog.records] == ["broken"]


def test_a_counter_has_the_name_that_prometheus_expects():
    counter = metric(kind=MetricKind.COUNTER, unit="bytes", labels=("a",), collect=lambda: [({"a": "x"}, 2)])

    [sample] = family(counter).samples

    assert (sample.name, sample.labels, sample.value) == ("ecluse_rows_bytes_total", {"a": "x"}, 2)


def test_a_label_that_was_not_declared_is_a_mistake():
    with pytest.raises(KeyError):
        family(metric(labels=("a",), collect=lambda: [({"b": "x"}, 2)]))


@pytest.mark.parametrize(
    ("token", "address", "headers", "may"),
    [
        ("", "127.0.0.1", {}, True),
        ("", "::1", {}, True),
        ("", "203.0.113.9", {}, False),
        ("", "", {}, False),
        ("", "127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, False),
        ("", "127.0.0.1", {"X-Forwarded-Proto": "https"}, False),
        ("", "127.0.0.1", {"Forwarded": "for=203.0.113.9"}, False),
        ("", "203.0.113.9", {"Authorization": "Bearer "}, False),
        (TOKEN, "203.0.113.9", {"Authorization": f"Bearer {TOKEN}"}, True),
        (TOKEN, "203.0.113.9", {"Authorization": "Bearer wrong"}, False),
        (TOKEN, "203.0.113.9", {"Authorization": "Bearer é"}, False),
        (TOKEN, "127.0.0.1", {}, False),
    ],
)
def test_only_the_operator_may_scrape(rf, token, address, headers, may):
    request = rf.get("/metrics", headers=headers, REMOTE_ADDR=address)

    assert may_scrape(request, token=token) is may


def test_anyone_else_is_refused(client):
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403


def test_several_processes_are_told_together(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))

    assert b"ecluse_queue_length" in exposition.exposition()
