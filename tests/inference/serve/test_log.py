"""The log of predictions: its queue, its days, what is kept and for how long; receipts."""

import hmac
import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from uuid import UUID

import numpy as np
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone
from prometheus_client import generate_latest

from apps.accounts.closing import delete_account
from apps.accounts.roles import Role
from apps.core.declarations import Person, metrics, personal_data
from apps.inference import partitions, receipts
from apps.inference.drift.profiles import profile_of
from apps.inference.enums import Audience, Channel, SensitiveLog, Slot
from apps.inference.exceptions import NotInService, ReceiptRefused, RowsRefused
from apps.inference.models import Prediction, TrafficHour
from apps.inference.predictors import Answers
from apps.inference.pseudonyms import pseudonym
from apps.inference.retention import forget_old_predictions, keep_prediction_days
from apps.inference.serving import journal
from apps.inference.serving.answering import answer
from apps.inference.uuid7 import first_id, instant_of, twin_of
from tests.api_matrix import person
from tests.inference.people_factories import orientation
from tests.inference.serve_factories import deploy, in_service, make_version, tumours

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def user():
    return person(Role.AI_DEVELOPER)


@pytest.fixture
def queue(settings):
    """A log that waits until it is told to write, and leaves nothing to the end of the process."""
    settings.SERVING_FLUSH_SECONDS = 3600
    queue = journal.Journal()
    yield queue
    queue._stopped.set()
    queue.forget()


def predict(model, user, count=1):
    return answer(model=model, rows=tumours().rows[:count], by=user, channel=Channel.PAGE)


def entry(model, count):
    columns = [[1.0] * count for _field in range(30)]
    return journal.Entry(
        first_id=first_id(),
        model_id=model.pk,
        version_id=model.versions.get().pk,
        slot="champion",
        channel="api",
        by_id=None,
        token=None,
        columns=columns,
        hidden=frozenset(),
        kept=range(count),
        counted=journal.Counted(
            signature=model.versions.get().signed,
            profile={},
            answers=Answers(probabilities=np.full((count, 2), 0.5, np.float32)),
        ),
        answers=[("benign", None, 0.9)] * count,
        latency_us=10,
    )


def set_instant(days):
    """Move every prediction so many days back, into the day that is theirs."""
    Prediction.objects.update(predicted_at=timezone.now() - days * DAY)


def test_days_are_made_ahead_once():
    now = timezone.now()

    made = keep_prediction_days(now=now)

    assert made == partitions.AHEAD.days + 1
    assert keep_prediction_days(now=now) == 0
    assert partitions.days()[0] == now.astimezone(UTC).date()


def test_rows_that_had_no_day_are_moved_once_it_is_made(user):
    model = in_service()
    predict(model, user, 3)
    before = list(Prediction.objects.order_by("pk").values())

    keep_prediction_days(now=timezone.now())

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM inference_prediction_rest")
        assert cursor.fetchone() == (0,)
    assert list(Prediction.objects.order_by("pk").values()) == before


def test_predictions_go_when_their_model_keeps_them_no_longer(user):
    short, long = in_service(serving={"retention_days": 10}), in_service(serving={"retention_days": 100})
    for model in (short, long):
        predict(model, user)
    set_instant(50)
    predict(short, user)
    now = timezone.now()

    assert forget_old_predictions(now=now, dry_run=True) == 1
    assert forget_old_predictions(now=now) == 1
    assert sorted(Prediction.objects.values_list("model", flat=True)) == sorted([short.pk, long.pk])


def test_a_day_that_is_past_for_all_models_is_dropped(user):
    in_service(serving={"retention_days": 10})
    now = timezone.now()
    keep_prediction_days(now=now - 30 * DAY)

    forget_old_predictions(now=now)

    assert all(day >= (now - 11 * DAY).date() for day in partitions.days())


def test_the_twins_do_the_same_by_hand(user):
    predict(in_service(serving={"retention_days": 1}), user)
    set_instant(3)
    said = StringIO()

    call_command("keep_prediction_days", stdout=said)
    call_command("forget_old_predictions", stdout=said)
    call_command("forget_old_predictions", "--write", stdout=said)

    assert "1 predictions to delete (run with --write)." in said.getvalue()
    assert Prediction.objects.count() == 0


def test_what_the_queue_cannot_hold_is_dropped_and_counted(queue, monkeypatch):
    model = in_service()
    monkeypatch.setattr(journal, "MOST_ROWS", 10)
    dropped = journal.LOG_DROPPED._value.get()

    for _time in range(3):
        queue.add(entry(model, 4), is_durable=False)

    assert queue.flush() == 8
    assert Prediction.objects.count() == 8
    assert journal.LOG_DROPPED._value.get() - dropped == 4


def test_what_could_not_be_written_waits(queue, monkeypatch):
    model = in_service()
    queue.add(entry(model, 2), is_durable=False)
    write = journal.write

    def broken(entries, refused):
        raise DatabaseError

    monkeypatch.setattr(journal, "write", broken)
    with pytest.raises(DatabaseError):
        queue.flush()
    monkeypatch.setattr(journal, "write", write)

    assert queue.flush() == 2
    assert queue.flush() == 0


def test_somebody_finds_and_erases_what_they_asked(user):
    model, other = in_service(), person(Role.AI_DEVELOPER)
    predict(model, user, 2)
    predict(model, other)
    declared = next(each for each in personal_data.all() if each.model is Prediction)

    rows = declared.rows_of(Person(user_id=user.pk))

    assert rows.count() == 2
    assert "inputs" in declared.as_json(rows.first())
    assert declared.erase(rows) == 2
    assert Prediction.objects.get().by == other


def test_an_account_that_is_deleted_leaves_no_link(user):
    predict(in_service(), user)

    delete_account(user=user, by=None)

    assert Prediction.objects.get().by is None


def test_identifiers_hold_their_instant_and_follow_each_other():
    before = datetime.now(UTC).replace(microsecond=0)
    numbers = [first_id() for _time in range(100)]

    made = [UUID(int=number) for number in numbers]
    assert {each.version for each in made} == {7}
    assert {UUID(int=number + 9_999).version for number in numbers} == {7}
    assert {UUID(int=number + 9_999).variant for number in numbers} == {made[0].variant}
    assert len(set(made)) == 100
    assert before <= instant_of(made[0]) <= datetime.now(UTC)


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: "B" + t[1:], lambda t: t + ".2", lambda t: t + ".-1"])
def test_a_receipt_that_was_altered_is_refused(spoil):
    text = receipts.write(first_id=first_id(), model_id=1, version_id=2, count=2, sha256="ab" * 32)

    assert receipts.read(f" {text}.1 ").version_id == 2
    with pytest.raises(ReceiptRefused):
        receipts.read(spoil(text))


@pytest.mark.parametrize("text", ["", "é", ".", "a" * 500, "AAAA"])
def test_what_is_no_receipt_is_refused(text):
    with pytest.raises(ReceiptRefused):
        receipts.read(text)


def test_receipts_outlive_a_change_of_key(settings):
    text = receipts.write(first_id=first_id(), model_id=1, version_id=2, count=1, sha256="ab" * 32)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"

    assert receipts.read(text).model_id == 1
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ReceiptRefused):
        receipts.read(text)


def test_what_is_deployed_is_measured():
    in_service()
    measured = [each for each in metrics.all() if each.key in {"models_deployed", "prediction_days"}]
    found = {each.key: {str(labels): value for labels, value in each.collect()} for each in measured}

    assert found["models_deployed"]["{'slot': 'champion'}"] == 1
    assert found["prediction_days"]["{}"] == 0


# --- What says something of people ----------------------------------------------------------------
SECRET = "Camille Durand, 12 rue Quatremère, ne voit plus l’égout"


def about_people(**field):
    return in_service(orientation(is_sensitive=True, **field), audience=Audience.PUBLIC)


def ask_about(model, user, text=SECRET):
    answer(model=model, rows=[{"texte": text, "quartier": "Centre"}], by=user, channel=Channel.PAGE)
    return Prediction.objects.filter(model=model).latest("predicted_at", "pk").values["texte"]


def test_sensitive_values_are_omitted_unless_the_declaration_says_otherwise(user):
    assert ask_about(about_people(), user) is None


def test_equal_sensitive_values_are_matched_without_being_known(user):
    model, other = about_people(sensitive_log="hash"), about_people(sensitive_log="hash")

    first, again, different = (ask_about(model, user, text) for text in (SECRET, f" {SECRET} ", f"{SECRET}."))

    key = hmac.digest(settings.PSEUDONYM_KEY.encode(), f"pseudonyms:model:{model.pk}".encode(), "sha256")
    assert first == f"hmac-sha256:{hmac.digest(key, SECRET.encode(), 'sha256').hex()}"
    assert first == again != different
    assert ask_about(other, user) != first


@pytest.mark.parametrize(
    ("value", "told"), [(True, "true"), (41.0, "41"), (41, "41"), (date(2026, 1, 31), "2026-01-31")]
)
def test_a_value_of_any_type_has_a_pseudonym_and_a_missing_one_has_none(value, told):
    assert pseudonym(value, b"key") == pseudonym(told, b"key")
    assert pseudonym(None, b"key") is None


@pytest.mark.parametrize("sensitive_log", SensitiveLog)
def test_a_sensitive_value_is_nowhere_in_the_log_the_counts_the_events_nor_the_metrics(
    user, sensitive_log, caplog, capfd
):
    caplog.set_level("DEBUG")
    model = about_people(sensitive_log=sensitive_log)
    version = model.versions.get()
    texts = [row["texte"] for row in orientation().rows[:50]] + [SECRET] * 50
    columns = {"texte": texts, "quartier": ["Centre"] * len(texts)}
    answers = Answers(probabilities=np.full((len(texts), 3), 1 / 3, np.float32))
    version.profile = profile_of(columns, answers, version.signed)
    version.save()

    ask_about(model, user)

    said = [*map(str, Prediction.objects.values()), *map(str, TrafficHour.objects.values()), caplog.text]
    said += [*capfd.readouterr(), generate_latest().decode()]
    assert TrafficHour.objects.exists()
    assert [written for written in said if re.search("durand|quatrem", written, re.IGNORECASE)] == []


def test_without_a_key_nothing_is_kept(user, settings):
    settings.PSEUDONYM_KEY = ""

    assert ask_about(about_people(sensitive_log="hash"), user) is None


# --- What was asked, counted whatever is kept -----------------------------------------------------
def counted(model):
    return TrafficHour.objects.get(version__model=model).requests


def test_requests_and_refusals_are_counted_by_channel_even_of_a_version_without_a_profile(user):
    model = in_service(serving={"sampling": 0, "max_rows": 5})
    predict(model, user, 3)
    predict(model, user, 1)
    with pytest.raises(RowsRefused):
        predict(model, user, 6)

    assert counted(model)["answered"] == {"page": {"requests": 2, "rows": 4}}
    assert sum(counted(model)["latency"].values()) == 2
    assert counted(model)["refused"] == {"page": {"invalid": 1}}
    assert TrafficHour.objects.get().rows == 4


def test_what_a_caller_may_not_ask_is_no_refusal_of_the_version():
    model = in_service()
    with pytest.raises(NotInService):
        answer(model=model, rows=tumours().rows[:1], by=AnonymousUser(), channel=Channel.PAGE)

    assert not TrafficHour.objects.exists()


def test_refusals_that_could_not_be_written_wait_too(queue, monkeypatch):
    model = in_service()
    version_id, write = model.versions.get().pk, journal.write
    for _time in range(3):
        queue.refuse(version_id=version_id, slot="champion", channel="api", code="throttled")

    def broken(entries, refused):
        raise DatabaseError

    monkeypatch.setattr(journal, "write", broken)
    with pytest.raises(DatabaseError):
        queue.flush()
    monkeypatch.setattr(journal, "write", write)
    queue.flush()
    queue.flush()

    assert counted(model)["refused"] == {"api": {"throttled": 3}}


def test_an_answer_in_shadow_is_counted_beside_and_carries_the_twin_of_the_identifier(user):
    model = in_service()
    deploy(make_version(model, tumours(seed=9)), slot=Slot.SHADOW)
    predict(model, user, 40)

    heard, said = (list(Prediction.objects.filter(slot=slot).order_by("pk")) for slot in (Slot.CHAMPION, Slot.SHADOW))
    hour = TrafficHour.objects.get(slot=Slot.SHADOW)
    champion = str(heard[0].version_id)
    assert [twin_of(each.pk.int) for each in said] == [each.pk.int for each in heard]
    assert {each.predicted_at for each in said} == {each.predicted_at for each in heard}
    same = sum(one.answer == other.answer for one, other in zip(heard, said, strict=True))
    assert (hour.requests["beside"][champion]["rows"], hour.requests["beside"][champion]["same"]) == (40, same)


def test_the_count_of_a_version_that_is_gone_keeps_nothing_from_being_written(queue, user):
    model = in_service()
    queue.refuse(version_id=0, slot="champion", channel="api", code="invalid")
    queue.add(entry(model, 2), is_durable=False)

    assert queue.flush() == 2
    assert TrafficHour.objects.get().version == model.versions.get()
