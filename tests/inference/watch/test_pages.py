"""The page of a watch: how good answers are, what is asked, what a version in shadow says; how it is refreshed."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.roles import Role
from apps.inference import partitions, traffic
from apps.inference.beside import SHOWN, differing
from apps.inference.enums import Channel, Slot
from apps.inference.models import Evaluation, TrafficHour
from apps.inference.retention import keep_prediction_days
from apps.inference.serving.answering import answer
from apps.inference.serving.slots import SLOTS
from apps.inference.watching import add_traffic, start_of_hour
from tests.accounts.factories import UserFactory
from tests.datasets.conftest import _in_english, lake_folder
from tests.inference.deliver_factories import REPORT
from tests.inference.serve_factories import Made, deploy, in_service, progression, tumours
from tests.inference.serve_factories import make_version as serve_version
from tests.inference.watch.factories import make_model, make_version, opinion, serve
from tests.inference.watch.test_watching import ask

__all__ = ["_in_english", "lake_folder"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


@pytest.fixture(autouse=True)
def _nothing_loaded():
    SLOTS.forget()
    yield
    SLOTS.forget()


@pytest.fixture
def version():
    version = make_version(make_model())
    version.training.rows_test = 140
    version.training.save()
    Evaluation.objects.create(training=version.training, metrics={}, report=REPORT, sha256="0" * 64)
    serve(version.model, version)
    return version


@pytest.fixture
def viewer(client):
    client.person = UserFactory(role=Role.AI_DEVELOPER, language="en")
    client.force_login(client.person)
    return client


def watched(viewer, model, **query):
    response = viewer.get(reverse("inference:monitoring", args=[model.slug]), query)
    assert response.status_code == 200
    return response


def text(response):
    return response.content.decode()


# --- How good its answers are ---------------------------------------------------------------------
def sides(response):
    return {side.label: (side.value, side.interval) for side in response.context["performance"].sides}


def test_what_people_say_what_confidence_promises_and_what_was_measured_stand_side_by_side(viewer, version):
    now = timezone.now()
    ask(version, now, size=600)
    for number in range(40):
        opinion(version, now, is_right=number < 30)

    page = watched(viewer, version.model)

    assert sides(page)["What people say"] == ("75.0%", "59.8% to 85.8%")
    assert sides(page)["What its evaluation measured"] == ("93.0%", "90.0% to 96.0%")
    value, interval = sides(page)["What its confidence promises"]
    assert (value, bool(interval)) == ("93.0%", True)  # of answers given at 95 or 75 %
    assert "40 opinions, on 6.7% of the answers" in text(page)
    assert "those who disagree speak up more" in text(page)  # worse than measured, by more than chance
    assert "choose to" in text(page)


@pytest.mark.parametrize(("count", "told"), [(0, "Nobody said"), (5, "5 opinions say how right an answer is: too few")])
def test_few_opinions_conclude_nothing(viewer, version, count, told):
    ask(version, timezone.now(), size=600)
    for _time in range(count):
        opinion(version, timezone.now(), is_right=False)

    assert told in text(watched(viewer, version.model))


def test_a_regression_is_told_by_its_mean_error_in_its_unit(viewer):
    model = in_service(progression())
    version = model.versions.get()
    for number in range(40):
        opinion(version, timezone.now(), is_right=False, answered="100.0", right_answer=str(100 + number % 5))

    page = watched(viewer, model)

    assert sides(page)["What people say"][0] == "2.00\u00a0points"
    assert "A model that answers with a number does not say how sure it is" in text(page)


# --- What it is asked -----------------------------------------------------------------------------
def test_requests_refusals_and_durations_are_told_by_channel_and_by_code(viewer, version):
    now = start_of_hour(timezone.now())
    asked = traffic.answered([("api", 10, 800), ("api", 10, 900), ("page", 1, 40_000)])
    add_traffic(version_id=version.pk, slot=Slot.CHAMPION, at=now, rows=21, requests=asked)
    add_traffic(version_id=version.pk, slot=Slot.CHAMPION, at=now, rows=0, requests=traffic.refused("api", "throttled"))

    page = watched(viewer, version.model)

    found = page.context["traffic"]
    assert [(each.label, each.answered, each.rows, each.refused) for each in found.channels] == [
        ("A page", 1, 1, 0),
        ("The API", 2, 20, 1),
    ]
    assert [(each.code, each.label, each.count) for each in found.refusals] == [("throttled", "Too many requests", 1)]
    assert found.refused_told == "25.0%"
    assert dict(found.latencies)["Median"] == "0.86\u00a0ms"  # 0.9, within 5 %
    assert found.requests_chart.rows[-1][1:] == (3, 1)
    assert "Too many requests" in text(page)


def test_what_was_asked_before_the_window_is_drawn_and_not_summed(viewer, version):
    now = start_of_hour(timezone.now())
    for hours in (0, 5):
        asked = traffic.answered([("api", 1, 100)])
        add_traffic(version_id=version.pk, slot=Slot.CHAMPION, at=now - timedelta(hours=hours), rows=1, requests=asked)

    found = watched(viewer, version.model, window="hour").context["traffic"]

    assert found.requests == 1
    assert sum(row[1] for row in found.requests_chart.rows) == 2
    assert len(found.hours) == 24


# --- In shadow ------------------------------------------------------------------------------------
def answered_beside(made, other, *, by, count=60):
    model = in_service(made)
    deploy(serve_version(model, other), slot=Slot.SHADOW)
    answer(model=model, rows=made.rows[:count], by=by, channel=Channel.PAGE)
    return model


def test_a_version_in_shadow_is_compared_with_the_one_in_service_and_rows_show_it(viewer):
    model = answered_beside(tumours(), tumours(seed=10_000), by=viewer.person)

    shadow = watched(viewer, model).context["shadow"]
    page = viewer.get(reverse("inference:shadow", args=[model.slug]))

    both, examples = shadow.both, page.context["examples"]
    assert (both.rows, both.requests) == (60, 1)
    assert 0 < both.same < 60
    assert sum(rows for _one, _other, rows in both.apart) == 60 - both.same
    assert len(examples) == min(SHOWN, 60 - both.same)
    assert shadow.figures[1].label == "Same answer"
    assert "19 times out of 20" in shadow.figures[1].note
    assert all(each.heard.answer != each.said.answer for each in examples)
    assert examples[0].asked[0][0] == "mean_radius"
    assert all(value.endswith("ms") for line in shadow.latencies for value in line[1:])


def test_numbers_in_shadow_are_compared_by_their_mean_difference(viewer):
    made = progression()
    model = answered_beside(made, shifted(made), by=viewer.person)

    shadow = watched(viewer, model).context["shadow"]

    assert shadow.both.same is None
    assert shadow.both.gap == pytest.approx(3, abs=1e-3)
    assert [each.label for each in shadow.figures] == ["Rows answered by both", "Mean difference"]


def shifted(made):
    """The same model, of which every answer is 3 points higher."""
    pipeline = deepcopy(made.pipeline)
    pipeline[-1].intercept_ += 3
    return Made(made.signature, pipeline, made.rows)


def test_examples_are_for_whoever_may_read_the_log(viewer, client):
    model = answered_beside(tumours(), tumours(seed=10_000), by=viewer.person)
    person = UserFactory(language="en")
    person.user_permissions.add(Permission.objects.get(codename="view_model"))
    client.force_login(person)

    assert reverse("inference:shadow", args=[model.slug]) not in text(watched(client, model))
    assert client.get(reverse("inference:shadow", args=[model.slug])).status_code == 403


def test_without_a_shadow_the_page_says_what_one_is_for(viewer, version):
    page = viewer.get(reverse("inference:shadow", args=[version.model.slug]))

    assert "Nothing is in shadow" in text(page)
    assert watched(viewer, version.model).context["shadow"] is None


# --- The page itself ------------------------------------------------------------------------------
def test_the_page_is_held_still_on_demand(viewer, version):
    assert 'data-hx-trigger="every 15s"' in text(watched(viewer, version.model))

    still = text(watched(viewer, version.model, figer="1", window="week"))
    assert "data-hx-trigger" not in still
    assert 'id="resume"' in still


def test_a_verdict_that_changed_is_announced_once(viewer, version):
    url = reverse("inference:monitoring", args=[version.model.slug])
    part = {"HTTP_HX_REQUEST": "true"}

    assert "data-announce" not in text(viewer.get(url, {"dit": "off"}, **part))
    ask(version, timezone.now(), size=600)
    changed = text(viewer.get(url, {"dit": "off"}, **part))
    assert 'data-announce="What it is asked looks like what it learnt from."' in changed
    assert "data-announce" not in text(viewer.get(url, {"dit": "ok"}, **part))


def test_the_page_takes_as_many_queries_whatever_was_asked_and_said(viewer):
    model = answered_beside(tumours(), tumours(seed=10_000), by=viewer.person, count=2)
    urls = [reverse(f"inference:{name}", args=[model.slug]) for name in ("monitoring", "shadow")]

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert [viewer.get(url, {"window": "week"}).status_code for url in urls] == [200, 200]
        return len(queries)

    count()
    before = count()
    answer(model=model, rows=tumours().rows[:200], by=viewer.person, channel=Channel.PAGE)
    for number in range(30):
        opinion(model.versions.order_by("number").first(), timezone.now(), is_right=bool(number % 2))
        hour = start_of_hour(timezone.now()) - timedelta(hours=number)
        TrafficHour.objects.filter(hour_at=hour).exists() or add_traffic(
            version_id=model.versions.order_by("number").first().pk, slot=Slot.CHAMPION, at=hour, rows=1
        )

    assert count() == before


# --- A large log ----------------------------------------------------------------------------------
def test_the_page_reads_sums_and_never_the_log(viewer):
    model = answered_beside(tumours(), tumours(seed=10_000), by=viewer.person)

    with CaptureQueriesContext(connection) as queries:
        watched(viewer, model, window="week")

    assert not [each for each in queries.captured_queries if "inference_prediction" in each["sql"]]


def test_examples_are_looked_for_in_the_days_of_the_window_alone_by_their_index(viewer):
    now = timezone.now()
    keep_prediction_days(now=now - timedelta(days=20))
    keep_prediction_days(now=now)
    model = answered_beside(tumours(), tumours(seed=10_000), by=viewer.person)
    days = {f"inference_prediction_{day:%Y%m%d}" for day in partitions.days()}
    versions = list(model.versions.order_by("number"))

    with CaptureQueriesContext(connection) as queries:
        assert differing(versions[1], versions[0], since=now - timedelta(hours=1), until=timezone.now())
    asked = [each["sql"] for each in queries.captured_queries if "inference_prediction" in each["sql"]]
    plans = [plan_of(sql) for sql in asked]

    assert len(asked) == 3
    for plan in plans:
        assert "Index Scan" in plan or "Index Cond" in plan
        assert len({day for day in days if day in plan}) <= 2  # the window may begin the day before


def plan_of(sql):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())
