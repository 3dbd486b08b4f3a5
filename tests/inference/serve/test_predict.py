"""`/api/v1/models/<slug>/predict/`: who may ask, what is answered, what is refused."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.inference import receipts
from apps.inference.enums import Audience, Slot
from apps.inference.models import Prediction
from apps.inference.serving.callers import CALLERS
from apps.inference.serving.explanations import MOST_TOLD
from apps.inference.serving.journal import JOURNAL
from apps.inference.serving.slots import SLOTS
from tests.accounts.factories import PASSWORD, UserFactory
from tests.api_matrix import anonymous, assert_access, person, stranger, token_of
from tests.inference.serve_factories import deploy, in_service, make_model, make_version, progression, reports, tumours

pytestmark = pytest.mark.django_db

READ = ["inference:read"]


def url(model, **query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/api/v1/models/{model.slug}/predict/" + (f"?{asked}" if asked else "")


def client(user=None, scopes=READ):
    api = APIClient()
    if user:
        api.credentials(HTTP_AUTHORIZATION=token_of(user, scopes=scopes).authorization)
    return api


def developer():
    return client(person(Role.AI_DEVELOPER))


def ask(model, rows, api=None, **more):
    return (api or developer()).post(url(model), {"rows": rows} | more, format="json")


def test_rows_are_answered_with_their_class_its_label_and_probabilities():
    model, made = in_service(), tumours()

    answer = ask(model, made.rows[:3])

    told = answer.json()
    assert answer.status_code == 200
    assert (told["model"], told["version"], len(told["predictions"])) == (model.slug, 1, 3)
    first = told["predictions"][0]
    expected = made.golden["probabilities"][0]
    assert first["class"] == "malignant"
    assert first["label"] == "Maligne"
    assert first["probability"] == pytest.approx(max(expected), abs=1e-5)
    assert sum(first["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_a_regression_answers_a_number():
    model, made = in_service(progression()), progression()

    told = ask(model, made.rows[:2]).json()["predictions"]

    assert [each["value"] for each in told] == pytest.approx(made.golden["values"][:2], rel=1e-4)


def test_texts_categories_dates_and_missing_numbers_are_answered():
    model, row = in_service(reports()), reports().rows[0]

    told = ask(model, [row, row | {"surface": None}, {k: v for k, v in row.items() if k != "surface"}]).json()

    assert {each["class"] for each in told["predictions"]} == {"green"}


def test_as_many_classes_are_told_as_were_asked_for():
    model = in_service()

    told = ask(model, tumours().rows[:1], top_k=1).json()["predictions"][0]

    assert list(told["probabilities"]) == [told["class"]]


def test_what_counted_is_told_to_whoever_asks_for_it_alone():
    model, made = in_service(reports()), reports()

    plain = ask(model, made.rows[:2]).json()["predictions"]
    told = ask(model, made.rows[:2], explain=True).json()["predictions"]

    assert "explanation" not in plain[0]
    assert [each["probabilities"] for each in told] == [each["probabilities"] for each in plain]
    for each in told:
        weights = [abs(influence["weight"]) for influence in each["explanation"]]
        assert weights == sorted(weights, reverse=True)
        assert 0 < len(weights) <= MOST_TOLD
        assert {influence["field"] for influence in each["explanation"]} <= set(made.signature.names)
    assert Prediction.objects.count() == 4  # what explaining asks is not what somebody asked


def test_a_word_that_counted_is_named():
    model, made = in_service(reports()), reports()

    told = ask(model, made.rows[:1], explain=True).json()["predictions"][0]["explanation"]

    assert any(each["word"] for each in told)


@pytest.mark.parametrize(("count", "explain", "pointer"), [(11, True, "#/rows"), (1, "yes", "#/explain")])
def test_what_cannot_be_explained_is_refused_with_its_reason(count, explain, pointer):
    answer = ask(in_service(), tumours().rows[:count], explain=explain)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert not Prediction.objects.exists()


def test_explaining_counts_for_what_it_asks_of_the_model():
    model, made, api = in_service(tumours(), serving={"rows_per_hour": 200}), tumours(), developer()

    first = ask(model, made.rows[:1], api, explain=True)
    second = ask(model, made.rows[:1], api, explain=True)

    assert (first.status_code, second.status_code) == (200, 429)
    assert ask(model, made.rows[:1], api).status_code == 200


def test_who_may_ask_a_model_of_each_audience():
    body = {"rows": tumours().rows[:1]}
    expected = {
        Audience.STAFF: (401, 404, 200),
        Audience.PEOPLE: (401, 200, 200),
        Audience.PUBLIC: (200, 200, 200),
    }
    for audience, (nobody, user, staff) in expected.items():
        matrix = {
            anonymous(): nobody,
            stranger(): 401,
            token_of(person(), scopes=[]): 403,
            token_of(person(), scopes=["datasets:read"]): 403,
            token_of(person(), scopes=READ): user,
            token_of(person(), scopes=["inference:write"]): user,
            token_of(person(Role.AI_DEVELOPER), scopes=READ): staff,
        }
        assert_access("POST", url(in_service(audience=audience)), matrix, body)


def test_a_model_that_is_nowhere_or_has_nothing_in_service_is_not_found():
    model = make_model(tumours())

    assert ask(model, tumours().rows[:1]).json()["code"] == "not_in_service"
    model.slug = "no-such-model"
    assert ask(model, tumours().rows[:1]).status_code == 404
    assert ask(model, tumours().rows[:1], api=client()).status_code == 401


def test_a_person_who_is_signed_in_asks_with_the_protection_of_forms(client):
    model = in_service(audience=Audience.PEOPLE)
    user = UserFactory()
    strict = type(client)(enforce_csrf_checks=True)
    strict.login(email=user.email, password=PASSWORD)
    client.login(email=user.email, password=PASSWORD)
    body = {"rows": tumours().rows[:1]}

    assert strict.post(url(model), body, content_type="application/json").status_code == 403
    assert client.post(url(model), body, content_type="application/json").status_code == 200
    assert Prediction.objects.get().by == user


def test_the_version_that_is_tried_answers_those_who_see_models_alone():
    model = in_service(audience=Audience.PUBLIC)
    deploy(make_version(model, tumours(seed=9)), slot=Slot.PREPRODUCTION)
    body = {"rows": tumours().rows[:1]}

    staff = developer().post(url(model, slot="preproduction"), body, format="json")

    assert staff.json()["version"] == 2
    assert client(person()).post(url(model, slot="preproduction"), body, format="json").status_code == 404
    assert developer().post(url(model, slot="shadow"), body, format="json").status_code == 404


def test_a_shadow_is_asked_beside_and_not_heard():
    model = in_service()
    deploy(make_version(model, tumours(seed=9)), slot=Slot.SHADOW)

    told = ask(model, tumours().rows[:2]).json()

    assert told["version"] == 1
    assert sorted(Prediction.objects.values_list("slot", "version__number")) == [
        ("champion", 1),
        ("champion", 1),
        ("shadow", 2),
        ("shadow", 2),
    ]


def test_a_shadow_that_reads_other_fields_is_left_out():
    model = in_service()
    deploy(make_version(model, progression()), slot=Slot.SHADOW)

    assert ask(model, tumours().rows[:1]).status_code == 200
    assert Prediction.objects.count() == 1


def test_what_is_promoted_answers_from_then_on():
    model = in_service()
    ask(model, tumours().rows[:1])

    deploy(make_version(model, tumours(seed=9)))

    assert ask(model, tumours().rows[:1]).json()["version"] == 2


def test_other_methods_and_media_are_refused():
    model, api = in_service(), developer()

    assert api.get(url(model)).status_code == 405
    assert api.post(url(model), "x=1", content_type="application/x-www-form-urlencoded").status_code == 415


def test_more_rows_than_a_model_takes_are_refused():
    model = in_service(serving={"max_rows": 2})

    answer = ask(model, tumours().rows[:3])

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "rows"


def test_a_body_that_is_too_large_is_refused(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert ask(in_service(), tumours().rows[:10]).json()["code"] == "too_large"


def test_a_caller_has_so_many_rows_in_an_hour():
    model, api = in_service(serving={"rows_per_hour": 5}), developer()

    first = ask(model, tumours().rows[:4], api)
    second = ask(model, tumours().rows[:2], api)

    assert (first.status_code, second.status_code) == (200, 429)
    assert 0 < int(second["Retry-After"]) <= 3600
    assert ask(model, tumours().rows[:1], api).status_code == 200
    assert ask(model, tumours().rows[:4], developer()).status_code == 200


def test_predictions_are_written_down_without_sensitive_values():
    model, user = in_service(reports()), person(Role.AI_DEVELOPER)
    row = reports().rows[1] | {"text": 'nid de "poule"\\t\tune\nligne'}

    told = ask(model, [row], client(user)).json()["predictions"][0]

    kept = Prediction.objects.get()
    assert kept.values == row | {"age": None}
    assert (kept.answer, kept.channel, kept.slot, kept.by, kept.value) == ("roads", "api", "champion", user, None)
    assert kept.confidence == pytest.approx(told["probability"], abs=1e-6)
    assert kept.token == user.api_tokens.get().pk
    assert Prediction.objects.with_id(kept.pk).get() == kept


def test_a_sample_of_predictions_is_kept_and_all_have_receipts():
    model = in_service(serving={"sampling": 0})

    told = ask(model, tumours().rows[:2]).json()["predictions"]

    assert Prediction.objects.count() == 0
    first, second = (receipts.read(each["receipt"]) for each in told)
    version = model.versions.get()
    assert (second.version_id, second.model_id) == (version.pk, model.pk)
    assert version.sha256.startswith(second.digest)
    assert second.prediction_id.int == first.prediction_id.int + 1
    assert second.predicted_at == first.predicted_at


def test_the_receipt_leads_to_the_row_of_the_log():
    model = in_service()

    told = ask(model, tumours().rows[:3]).json()["predictions"]

    for each, row in zip(told, tumours().rows, strict=False):
        read = receipts.read(each["receipt"])
        kept = Prediction.objects.with_id(read.prediction_id).get()
        assert kept.predicted_at == read.predicted_at
        assert kept.values["mean_radius"] == row["mean_radius"]


def test_errors_are_in_the_language_of_the_reader():
    model = in_service(reports())
    row = reports().rows[0] | {"district": "Est"}

    told = {
        language: developer()
        .post(url(model), {"rows": [row]}, format="json", headers={"Accept-Language": language})
        .json()
        for language in ("en", "fr")
    }

    assert told["en"]["errors"][0]["message"] == "One of these is expected: “Nord”, “Sud”."
    assert told["en"]["errors"][0]["field"] == "rows[0].district"
    assert told["fr"]["title"] != told["en"]["title"]


def test_a_token_that_is_revoked_is_refused(settings):
    settings.API_TOKEN_CACHE_SECONDS = 0
    model, user = in_service(), person(Role.AI_DEVELOPER)
    api = client(user)
    assert ask(model, tumours().rows[:1], api).status_code == 200

    user.api_tokens.all().delete()
    CALLERS._known = {header: (0.0, caller) for header, (_until, caller) in CALLERS._known.items()}

    assert ask(model, tumours().rows[:1], api).status_code == 401


@pytest.fixture
def threads(transactional_db, settings):
    """What looks and writes beside requests, at work; it ends with the test, while there is a database to write in."""
    settings.SERVING_POLL_SECONDS, settings.SERVING_FLUSH_SECONDS = 3600, 3600
    yield
    SLOTS._stopped.set()
    JOURNAL.drain()
    JOURNAL.forget()


@pytest.mark.usefixtures("threads")
def test_nothing_is_asked_of_the_database_once_all_is_known(django_assert_num_queries):
    model, api = in_service(serving={"sampling": 0}), developer()
    ask(model, tumours().rows[:1], api)

    with django_assert_num_queries(0):
        assert ask(model, tumours().rows[:1], api).status_code == 200
