"""A model is declared, seen before it is saved, changed, put away; as a form or as YAML, without any script."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.roles import Role
from apps.inference.models import Model
from tests.api_matrix import person
from tests.datasets.factories import GRENOBLE, VOIRON, built, make_dataset
from tests.inference.deliver_factories import in_service, make_model
from tests.inference.people_factories import dataset_of_opinions, written_in
from tests.inference.train_factories import visits, visits_dataset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

NEW = reverse("inference:model_new")
FILLED = {
    "vue": "formulaire",
    "name": "Taille des communes",
    "risk": "minimal",
    "audience": "staff",
    "f-population-is_kept": "on",
    "f-population-type": "",
    "f-population-label": "Habitants",
    "task": "classification",
    "target": "name",
    "split_by": "random",
    "test_share": "25",
    "metric": "",
    "estimator": "logistic_regression",
    "after_feedbacks": "0",
    "cooldown_days": "1",
    "rows_per_hour": "100000",
    "batch_rows_per_day": "5000",
    "g-0-metric": "f1_macro",
    "g-0-bound": "at_least",
    "g-0-value": "0.8",
    "g-0-is_blocking": "on",
}


@pytest.fixture
def browser():
    browser = Client()
    browser.user = person(Role.AI_DEVELOPER)
    browser.user.language = "en"
    browser.user.save()
    browser.force_login(browser.user)
    return browser


@pytest.fixture
def towns():
    dataset = make_dataset(GRENOBLE, VOIRON, slug="towns", name="Towns", visibility="public")
    built(dataset)
    return dataset


@pytest.fixture
def place(towns):
    return f"{NEW}?jeu=towns&entite=town"


def text(answer):
    return answer.content.decode()


def test_one_begins_with_a_dataset_that_is_published(browser, towns):
    make_dataset(slug="empty", name="Nothing yet")

    page = text(browser.get(NEW))

    assert "?jeu=towns&amp;entite=town" in page
    assert "Nothing yet" not in page


def test_a_form_declares_a_model(browser, place, towns):
    answer = browser.post(place, FILLED | {"agir": "enregistrer", "f-population-sensitive_log": "hash"})

    model = Model.objects.get()
    spec = model.declared
    assert [each.sensitive_log for each in spec.features] == ["hash"]
    assert answer.url == model.get_absolute_url() == "/ia/modeles/taille-des-communes/"
    assert (model.owner, model.dataset, model.task) == (browser.user, towns, "classification")
    assert [(each.name, each.label) for each in spec.features] == [("population", "Habitants")]
    assert (spec.target.name, spec.split.test_share, spec.data.entity) == ("name", 0.25, "town")
    assert [(gate.metric, gate.at_least) for gate in spec.gates] == [("f1_macro", 0.8)]
    assert (spec.serving.rows_per_hour, spec.serving.batch_rows_per_day, spec.serving.max_rows) == (
        100_000,
        5_000,
        1_000,
    )


def test_a_preview_shows_what_it_would_be_given_and_saves_nothing(browser, place):
    page = text(browser.post(place, FILLED | {"agir": "apercu"}))

    assert "It holds" in page
    assert "158,198" in page
    assert not Model.objects.exists()


def test_what_does_not_hold_is_told_where_it_is_and_nothing_is_lost(browser, place):
    answer = browser.post(place, FILLED | {"agir": "enregistrer", "target": "population"})

    page = text(answer)
    assert "The target is among the features" in page
    assert 'value="Taille des communes"' in page
    assert not Model.objects.exists()


def test_the_form_becomes_yaml_and_yaml_the_form_again(browser, place):
    as_yaml = browser.post(place, FILLED | {"agir": "yaml"})
    written = as_yaml.context["editor"].yaml.initial["yaml"]
    sheet = {name: FILLED[name] for name in ("name", "risk", "audience")}
    back = browser.post(place, sheet | {"vue": "yaml", "yaml": written, "agir": "tableau"})

    assert "task: classification" in written
    assert "name: population" in written
    form = back.context["editor"].form
    assert (form["target"].value(), form.features[2]["is_kept"].value()) == ("name", True)


def test_yaml_declares_a_model_and_tells_the_lines_at_fault(browser, place):
    sheet = {name: FILLED[name] for name in ("name", "risk", "audience")} | {"vue": "yaml", "agir": "enregistrer"}
    wrong = browser.post(place, sheet | {"yaml": "task: dance\ndata: {dataset: towns, entity: town}\n"})
    right = (
        "task: regression\ndata: {dataset: towns, entity: town}\nfeatures:\n- name: name\n"
        "target: {name: population}\nestimator: {name: ridge}\n"
    )
    browser.post(place, sheet | {"yaml": right})

    assert "Line 1:" in text(wrong)
    assert Model.objects.get().task == "regression"


def test_another_task_shows_what_suits_it_and_asks_for_nothing_else(browser, place):
    answer = browser.post(place, {**FILLED, "name": "", "task": "regression", "agir": "parametres"})

    form = answer.context["editor"].form
    assert "logistic_regression" not in dict(form.fields["estimator"].choices)
    assert not answer.context["has_errors"]
    assert "Please correct" not in text(answer)


# --- A forecast -----------------------------------------------------------------------------------
FORETOLD = {name: value for name, value in FILLED.items() if not name.startswith(("f-", "split_", "g-"))} | {
    "task": "forecasting",
    "target": "people",
    "estimator": "ridge",
    "split_by": "random",
    "forecast-time": "made_on",
    "forecast-period": "week",
    "forecast-horizon": "2",
    "forecast-aggregate": "sum",
    "forecast-lags": "2, 4",
}


@pytest.fixture
def place_of_visits():
    return f"{NEW}?jeu={visits_dataset(*visits(20), slug='visits').slug}&entite=visit"


def test_choosing_a_forecast_shows_what_is_said_of_one_already_filled_in(browser, place_of_visits):
    chosen = FILLED | {"task": "forecasting", "target": "people", "f-people-is_kept": "on", "agir": "parametres"}

    answer = browser.post(place_of_visits, chosen)

    form = answer.context["editor"].form
    told = {name: form.forecast[name].value() for name in ("time", "period", "horizon", "aggregate")}
    assert told == {"time": "made_on", "period": "day", "horizon": "7", "aggregate": "sum"}
    assert not answer.context["has_errors"]
    assert "there is nothing to choose here" in text(answer)
    # What a regression would be asked is still there, for whoever comes back to it.
    assert 'name="f-people-is_kept"' in text(answer)
    assert 'name="split_by"' in text(answer)


def test_a_form_declares_a_forecast(browser, place_of_visits):
    browser.post(place_of_visits, FORETOLD | {"agir": "enregistrer"})

    model = Model.objects.get()
    spec = model.declared
    assert (model.task, spec.features, spec.forecast.reach) == ("forecasting", [], [2, 4])
    assert (spec.forecast.period, spec.forecast.horizon, spec.forecast.aggregate) == ("week", 2, "sum")
    declaration = text(browser.get(reverse("inference:declaration", args=[model.slug])))
    assert "The sum of the column, 2 weeks ahead" in declaration
    assert "2 weeks, 4 weeks" in declaration
    again = browser.get(reverse("inference:model_change", args=[model.slug]))
    assert again.context["editor"].form.forecast["lags"].value() == "2, 4"


def test_a_forecast_is_previewed_with_the_fields_that_are_made_for_it(browser, place_of_visits):
    answer = browser.post(place_of_visits, FORETOLD | {"agir": "apercu"})

    assert answer.context["editor"].preview["fields"] == [
        ("Made on", "Date"),
        ("Value 2 weeks before", "Number"),
        ("Value 4 weeks before", "Number"),
    ]
    assert "It holds" in text(answer)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"forecast-lags": "2, four"}, "Write whole numbers, with commas between them."),
        ({"forecast-lags": "1"}, "A lag is as long as the horizon at least"),
        ({"forecast-horizon": ""}, "This field is required"),
        ({"forecast-aggregate": "count"}, "Rows are counted: no column is the target"),
        ({"target": ""}, "Say which column is the target"),
    ],
)
def test_a_forecast_that_does_not_hold_says_why(browser, place_of_visits, changes, told):
    answer = browser.post(place_of_visits, FORETOLD | changes | {"agir": "enregistrer"})

    assert told in text(answer)
    assert answer.context["has_errors"]
    assert not Model.objects.exists()


def test_a_query_is_written_then_its_columns_are_given(browser, towns):
    place = f"{NEW}?jeu=towns"
    query = "SELECT name, population, length(code) AS digits FROM town"

    first = browser.get(place)
    read = browser.post(place, {"query": query, "agir": "colonnes", "vue": "formulaire"})
    filled = FILLED | {"query": query, "f-digits-is_kept": "on", "agir": "enregistrer"}
    browser.post(place, filled)

    assert "Read its columns" in text(first)
    assert [each.column.name for each in read.context["editor"].form.features] == ["name", "population", "digits"]
    assert Model.objects.get().declared.data.query == query


def test_a_query_that_does_not_fit_is_told(browser, towns):
    answer = browser.post(f"{NEW}?jeu=towns", {"query": "SELECT * FROM village", "agir": "colonnes"})

    assert answer.context["editor"].faults
    assert answer.status_code == 200


def test_a_dataset_that_one_may_not_read_is_not_found(browser):
    make_dataset(slug="secret", visibility="restricted")

    assert browser.get(f"{NEW}?jeu=secret&entite=town").status_code == 404


def test_an_address_that_is_taken_is_refused(browser, place, towns):
    make_model(slug="taille-des-communes", dataset=towns)

    assert "Another model has this address." in text(browser.post(place, FILLED | {"agir": "enregistrer"}))


def test_a_change_keeps_what_the_form_does_not_say(browser, towns):
    model = make_model(dataset=towns)
    model.spec |= {"serving": {"retention_days": 30}, "features": [{"name": "population", "unit": "inhabitants"}]}
    columns = {"id": "prediction", "service": "answer", "texte": "input.population"}
    model.spec |= {"feedback": written_in(dataset_of_opinions()) | {"columns": columns}}
    model.save()
    place = reverse("inference:model_change", args=[model.slug])

    browser.post(place, FILLED | {"agir": "enregistrer", "name": "Renamed", "estimator": "random_forest"})

    model = Model.objects.get()
    spec = model.declared
    assert (model.name, model.spec_number, spec.estimator.name) == ("Renamed", 2, "random_forest")
    assert (spec.serving.retention_days, spec.features[0].unit) == (30, "inhabitants")
    assert spec.feedback.columns == columns


def test_a_model_of_a_project_is_given_an_owner_among_those_who_may_see_it(browser, towns):
    model, stranger = make_model(dataset=towns), person()
    place = reverse("inference:model_change", args=[model.slug])

    page = text(browser.get(place))
    browser.post(place, FILLED | {"agir": "enregistrer", "owner": browser.user.pk})
    answer = browser.post(place, FILLED | {"agir": "enregistrer", "owner": stranger.pk})

    model.refresh_from_db()
    assert model.owner == browser.user
    assert browser.user.email in page
    assert stranger.email not in page + text(answer)
    assert answer.status_code == 200


def test_a_model_is_archived_unless_it_answers(browser, towns):
    answering, quiet = make_model(slug="a", dataset=towns), make_model(slug="b", dataset=towns)
    in_service(answering)

    pages = [text(browser.get(reverse("inference:model_archive", args=[slug]))) for slug in ("a", "b")]
    for slug in ("a", "b"):
        browser.post(reverse("inference:model_archive", args=[slug]))

    quiet.refresh_from_db()
    answering.refresh_from_db()
    assert "Withdraw the version that answers first." in pages[0]
    assert "no more" in pages[1]
    assert (answering.archived_at, bool(quiet.archived_at)) == (None, True)
