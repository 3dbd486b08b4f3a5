"""The next periods are foretold from the dataset as it is served, to whoever may ask the model and read the dataset."""

import csv
from datetime import timedelta
from io import StringIO
from itertools import pairwise
from random import Random
from urllib.parse import unquote

import jsonschema
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.roles import Role
from apps.datasets.models import Grant
from apps.inference import receipts
from apps.inference.enums import Audience, Channel
from apps.inference.foretelling import foretell
from apps.inference.models import Prediction
from apps.inference.serving.callers import of_person
from apps.inference.serving.journal import JOURNAL
from tests.accounts.factories import UserFactory
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.datasets.factories import built
from tests.inference.people_factories import service
from tests.inference.serve_factories import deploy
from tests.inference.train_factories import A_WEEK, forecast, make_model, trained, visits, visits_dataset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

READ, BOTH = ["inference:read"], ["inference:read", "datasets:read"]


def days(count, *, after=0):
    """The days from today on."""
    today = timezone.now().date()
    return [today + timedelta(days=at) for at in range(after, after + count)]


@pytest.fixture
def rows():
    """Up to yesterday, somebody having come on the last day whatever it is."""
    found = visits()
    yesterday = days(1, after=-1)[0].isoformat()
    return [*found, {"ticket": "T99999", "made_on": yesterday, "people": "1", "email": "9@b.example"}]


@pytest.fixture
def dataset(rows):
    return visits_dataset(*rows, visibility="public", slug="visits")


@pytest.fixture
def model(dataset):
    made = make_model(forecast(dataset.slug), slug="coming", audience=Audience.PUBLIC, description="Who comes.")
    deploy(trained(made).version)
    return made


@pytest.fixture
def page(model):
    return reverse("inference:forecast", args=[model.slug])


@pytest.fixture
def place(model):
    return f"/api/v1/models/{model.slug}/forecast/"


# --- What is foretold -----------------------------------------------------------------------------
def test_the_days_that_follow_are_foretold_as_the_week_goes(model, client, place):
    told = client.get(place).json()

    assert [each["day"] for each in told["forecasts"]] == [day.isoformat() for day in days(7)]
    usual = {day.isoformat(): A_WEEK[day.weekday()] for day in days(7)}
    assert all(abs(each["value"] - usual[each["day"]]) < 15 for each in told["forecasts"])
    widths = {round(each["high"] - each["value"], 6) for each in told["forecasts"]}
    assert (told["coverage"], len(widths)) == (0.9, 1)
    assert all(each["low"] < each["value"] < each["high"] for each in told["forecasts"])
    assert min(each["low"] for each in told["forecasts"]) >= min(0.0, *(each["value"] for each in told["forecasts"]))
    assert told["past"] == 0
    assert (told["dataset"], told["dataset_version"], told["version"], told["period"]) == ("visits", 1, 1, "day")
    assert told["last"] == days(1, after=-1)[0].isoformat()


def test_a_new_version_of_the_dataset_is_foretold_from_at_once(model, dataset, client, place, rows):
    before = client.get(place).json()
    doubled = [row | {"people": str(2 * int(row["people"]))} for row in rows]
    built(dataset, *doubled)

    after = client.get(place).json()

    assert (before["dataset_version"], after["dataset_version"]) == (1, 2)
    assert sum(each["value"] for each in after["forecasts"]) > 1.5 * sum(each["value"] for each in before["forecasts"])


def test_fewer_periods_may_be_asked_for(client, place):
    assert len(client.get(place, {"periods": 2}).json()["forecasts"]) == 2
    assert len(client.get(place, {"periods": 300}).json()["forecasts"]) == 7


@pytest.mark.parametrize("periods", ["0", "367", "-1", "many", "", "²"])
def test_what_is_no_number_of_periods_is_refused(client, place, periods):
    answer = client.get(place, {"periods": periods})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "periods"


def test_each_answer_is_logged_counted_and_has_a_receipt(model, client, place):
    told = client.get(place).json()["forecasts"]
    JOURNAL.flush()

    logged = Prediction.objects.filter(model=model).order_by("pk")
    assert [each.value for each in logged] == pytest.approx([each["value"] for each in told])
    assert {each.channel for each in logged} == {Channel.API}
    assert logged[0].inputs[0] == told[0]["day"]
    assert [receipts.read(each["receipt"]).prediction_id for each in told] == [each.pk for each in logged]


def test_rows_of_ones_own_get_the_same_answers_by_the_other_doors(model, client, place):
    told = client.get(place).json()["forecasts"][0]
    JOURNAL.flush()
    row = dict(zip(model.versions.get().signed.names, Prediction.objects.order_by("pk")[0].inputs, strict=True))

    named = client.post(f"/api/v1/models/{model.slug}/predict/", {"rows": [row]}, content_type="application/json")
    tensors = [
        {"name": name, "shape": [1], "datatype": "BYTES" if name == "made_on" else "FP32", "data": [value]}
        for name, value in row.items()
    ]
    inferred = client.post(f"/v2/models/{model.slug}/infer", {"inputs": tensors}, content_type="application/json")

    assert named.json()["predictions"][0]["value"] == pytest.approx(told["value"])
    assert inferred.json()["outputs"][0]["data"] == pytest.approx([told["value"]])


def test_the_document_of_the_model_tells_its_forecast(model, client):
    document = client.get(f"/api/v1/models/{model.slug}/schema/", headers={"Accept-Language": "en"}).json()

    asked = document["paths"][f"/api/v1/models/{model.slug}/forecast/"]["get"]
    assert asked["operationId"] == "forecast_coming"
    assert document["components"]["schemas"]["Row"]["properties"]["people_7"]["description"].startswith(
        "Value 7 days before"
    )
    written = document["components"]["schemas"]["Forecast"]
    told = client.get(f"/api/v1/models/{model.slug}/forecast/").json()
    jsonschema.validate(told, {**written, "components": document["components"]})


def test_the_quota_of_rows_counts_them(model, client, place):
    model.spec["serving"]["rows_per_hour"] = 10
    model.save()

    assert client.get(place).status_code == 200
    assert client.get(place).status_code == 429


def test_a_count_of_rows_is_never_said_to_be_below_none(client, rows):
    draw = Random(3)
    few = [row for row in rows if draw.random() < 0.4]
    dataset = visits_dataset(*few, rows[-1] | {"ticket": "T0"}, visibility="public")
    spec = forecast(dataset.slug, said={"aggregate": "count"}, target={"label": "Groups"}, metric="rmse")
    deploy(trained(make_model(spec, slug="groups", audience=Audience.PUBLIC)).version)

    told = client.get("/api/v1/models/groups/forecast/").json()["forecasts"]

    assert 0.0 in [each["low"] for each in told]
    assert min(each["low"] for each in told) >= min(0.0, *(each["value"] for each in told))


# --- When it cannot be ----------------------------------------------------------------------------
def test_rows_that_stop_a_few_days_ago_are_told_to_be_late(model, dataset, browser, page, place):
    four = days(1, after=-4)[0]
    built(dataset, *visits(last=four - timedelta(days=four.weekday() == 6)))

    told = browser.get(place).json()

    assert 0 < told["past"] < 7
    assert told["forecasts"][told["past"]]["day"] == days(1)[0].isoformat()
    assert "Some of what is foretold is past already" in browser.get(page).content.decode()


def test_rows_that_are_too_old_are_told_to_be(model, dataset, browser, page, place):
    built(dataset, *visits(last=days(1, after=-20)[0]))

    answer = browser.get(place).json()

    assert answer["past"] == len(answer["forecasts"]) == 7
    told = browser.get(page).content.decode()
    assert "The rows of the dataset are too old" in told
    assert "All that is foretold is past already" in told


def test_too_little_history_is_told(model, dataset, browser, page, place):
    built(dataset, *visits(2))

    answer = browser.get(place)

    assert (answer.status_code, answer.json()["code"]) == (409, "history_too_short")
    assert "It needs the numbers of 28 days before" in browser.get(page).content.decode()


def test_a_period_of_which_a_former_number_is_not_known_is_left_blank(model, dataset, client, place):
    built(dataset, *(row for row in visits(32)))

    told = client.get(place).json()["forecasts"]

    blank = [each["value"] is None for each in told]
    assert any(one and not other for one, other in pairwise([True, *blank]))
    assert {each["receipt"] for each in told if each["value"] is None} <= {""}


def test_as_time_goes_by_what_is_foretold_becomes_past(model):
    viewer = UserFactory()

    past = [
        foretell(
            model=model,
            caller=of_person(viewer),
            reader=viewer,
            channel=Channel.PAGE,
            now=timezone.now() + timedelta(days=later),
        ).past
        for later in (0, 3, 8)
    ]

    assert past == [0, 3, 7]


def test_a_dataset_that_lost_the_column_says_so(model, client, place):
    training = model.versions.get().training
    training.spec["forecast"]["time"] = "gone"
    training.save()

    answer = client.get(place)

    assert (answer.status_code, answer.json()["code"]) == (409, "history_unreadable")


# --- The page -------------------------------------------------------------------------------------
def test_the_page_shows_a_picture_with_its_band_and_the_same_in_figures(model, browser, page):
    told = browser.get(page).content.decode()

    assert 'class="band"' in told
    assert "split conformal prediction" in told
    assert told.count('<th scope="row">') >= 7
    chart = browser.get(page).context["picture"]
    written = list(csv.reader(StringIO(unquote(chart.csv_href.partition(",")[2]))))
    assert written[0] == ["Day", "Known", "Foretold", "At least", "At most"]
    assert len(written) == 1 + 28 + 7
    assert written[-1][1] == ""
    assert float(written[-1][3]) < float(written[-1][2]) < float(written[-1][4])


def test_the_page_of_the_service_leads_to_it(model, browser, page):
    assert f'href="{page}"' in browser.get(reverse("inference:service", args=[model.slug])).content.decode()


def test_the_page_of_another_service_does_not(browser):
    other = service()

    assert "prevision" not in browser.get(reverse("inference:service", args=[other.slug])).content.decode()
    assert browser.get(reverse("inference:forecast", args=[other.slug])).status_code == 404


def test_whoever_asks_for_it_again_and_again_without_an_account_waits(model, browser, page, monkeypatch):
    monkeypatch.setattr("apps.inference.views.asking.RATE", "2/day")

    codes = [browser.get(page).status_code for _again in range(3)]

    assert codes == [200, 200, 429]
    browser.force_login(UserFactory())
    assert browser.get(page).status_code == 200


def test_the_report_shows_what_happened_beside_what_was_foretold(model, as_role):
    told = as_role(Role.AI_DEVELOPER).get(reverse("inference:report", args=[model.slug, 1])).content.decode()

    assert "What happened, and what was foretold" in told
    assert "saying again the number of 7 days before" in told
    assert '<th scope="col">Day</th>' in told


# --- Who sees it ----------------------------------------------------------------------------------
@pytest.mark.parametrize("visibility", ["public", "internal", "restricted"])
def test_the_page_is_for_whoever_may_ask_and_read_the_dataset(model, dataset, page, visibility):
    dataset.visibility = visibility
    dataset.save()
    granted = UserFactory()
    Grant.objects.create(dataset=dataset, user=granted)
    people = {
        "anonymous": None,
        "end user": UserFactory(),
        "granted": granted,
        "developer": UserFactory(role=Role.AI_DEVELOPER),
        "watch editor": UserFactory(role=Role.WATCH_EDITOR),
    }
    seen = {
        "public": set(people),
        "internal": {who for who, one in people.items() if one and dataset.is_visible_to(one)},
        "restricted": {"granted"},
    }[visibility]
    assert {"granted"} <= seen
    assert visibility == "public" or "end user" not in seen

    got = {}
    for who, one in people.items():
        browser = Client()
        if one:
            browser.force_login(one)
        got[who] = browser.get(page).status_code

    assert got == {who: 200 if who in seen else 404 for who in people}


def test_a_model_for_the_team_foretells_nothing_to_others(model, page):
    model.audience = Audience.STAFF
    model.save()
    browser = Client()
    browser.force_login(UserFactory())

    assert browser.get(page).status_code == 404


def test_who_may_not_read_a_column_is_foretold_nothing_from_it(dataset):
    where = {"dataset": dataset.slug, "entity": "visit", "where": "email <> ''"}
    hidden = make_model(forecast(dataset.slug, data=where), slug="hidden", audience=Audience.PUBLIC)
    deploy(trained(hidden).version)

    assert Client().get(reverse("inference:forecast", args=["hidden"])).status_code == 404


def test_what_a_token_may_is_what_its_scopes_say(model, dataset, place):
    dataset.visibility = "internal"
    dataset.save()
    developer = person(Role.AI_DEVELOPER)

    assert_access(
        "GET",
        place,
        {
            anonymous(): 404,
            token_of(person(), scopes=BOTH): 404,
            token_of(developer, scopes=READ, name="may not read datasets"): 404,
            token_of(developer, scopes=["datasets:read"], name="may not ask models"): 200,
            token_of(developer, scopes=BOTH): 200,
        },
    )
    assert_access("GET", "/api/v1/models/nothing/forecast/", {token_of(developer, scopes=BOTH): 404})


def test_a_forecast_that_is_no_longer_in_service_is_not_found(model, browser, page):
    model.deployments.update(withdrawn_at=timezone.now())

    assert browser.get(page).status_code == 404
