"""Batches: rows of files and datasets answered in their order, refused rows set aside, nothing lost when killed."""

import csv
import io
import json
from datetime import timedelta
from itertools import count

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.utils import timezone
from prometheus_client import REGISTRY
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.core import lake
from apps.core.declarations import Person, personal_data
from apps.core.leases import Lease, reap_all
from apps.inference import batching
from apps.inference.batching import answer_batch, cancel_batch, forget_old_batches, request_batch
from apps.inference.enums import Audience, BatchFormat, BatchState, Channel
from apps.inference.exceptions import BatchRefused
from apps.inference.models import Batch, TrafficHour
from apps.inference.serving import chunks
from apps.inference.serving.answering import answer
from apps.inference.tasks import start_waiting_batches
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.datasets.factories import GRENOBLE, built, make_dataset
from tests.inference.serve_factories import _value, in_service, reports, tumours, watched

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("serving")]

WRITE = ["inference:write"]


def as_csv(rows):
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(file.getvalue().encode())


def as_jsonl(rows):
    return io.BytesIO(b"".join(json.dumps(row).encode() + b"\n" for row in rows))


def as_parquet(rows):
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    file.seek(0)
    return file


WRITERS = {BatchFormat.CSV: as_csv, BatchFormat.JSONL: as_jsonl, BatchFormat.PARQUET: as_parquet}


def done(model, rows, form=BatchFormat.PARQUET, **more):
    batch = request_batch(model=model, by=None, upload=WRITERS[form](rows), source_format=form, **more)
    return answer_batch(batch_id=batch.pk)


def read(batch):
    with lake.reading(batch.result) as path:
        return pq.read_table(path).to_pylist()


@pytest.mark.parametrize("form", BatchFormat)
@pytest.mark.parametrize("made", [tumours, reports])
def test_rows_of_a_file_are_answered_in_their_order_as_single_ones_are(form, made):
    made = made()
    rows = made.rows[:100]

    batch = done(in_service(made), rows, form)

    answers = read(batch)
    assert (batch.state, batch.rows_done, batch.rows_refused, batch.rows_total) == (BatchState.DONE, 100, 0, 100)
    assert [each["row"] for each in answers] == list(range(1, 101))
    for told, expected in zip(answers, made.golden["probabilities"], strict=False):
        best = made.signature.output.classes[max((0, 1), key=lambda rank: expected[rank])]
        assert told["answer"] == best
        assert told["confidence"] == pytest.approx(max(expected), abs=1e-5)
        assert told[f"p_{best}"] == told["confidence"]


def test_refused_rows_are_null_and_set_aside_with_their_fault():
    rows = [dict(row) for row in tumours().rows[:4]]
    rows[1]["mean_area"] = -1.0
    rows[3]["mean_radius"] = None
    rows[3]["mean_area"] = 1e39

    batch = done(in_service(), rows)

    answers = read(batch)
    with lake.reading(batch.refused) as path:
        refused = list(csv.reader(path.read_text().splitlines()))
    assert [each["answer"] is None for each in answers] == [False, True, False, True]
    assert batch.rows_refused == 2
    assert refused == [
        ["row", "field", "code"],
        ["2", "mean_area", "min_value"],
        ["4", "mean_radius", "null"],
        ["4", "mean_area", "max_value"],
    ]


def test_a_program_cannot_say_that_a_row_is_unread():
    batch = done(in_service(), [row | {"_unread": "too_many_columns"} for row in tumours().rows[:2]])

    assert (batch.state, batch.rows_refused) == (BatchState.DONE, 0)


@pytest.mark.parametrize("form", [BatchFormat.CSV, BatchFormat.JSONL])
def test_answers_are_written_as_was_asked(form):
    batch = done(in_service(), tumours().rows[:2], result_format=form)

    with lake.reading(batch.result) as path:
        text = path.read_text()
    assert len(text.splitlines()) == 2 + (form == BatchFormat.CSV)
    assert "malignant" in text


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"nonsense", BatchFormat.PARQUET),
        (b'{"a": ', BatchFormat.JSONL),
        (b"[1]\n", BatchFormat.JSONL),
        (b"", BatchFormat.CSV),
    ],
)
def test_a_file_that_cannot_be_read_is_told(content, form):
    batch = request_batch(model=in_service(), by=None, upload=io.BytesIO(content), source_format=form)

    assert answer_batch(batch_id=batch.pk).error_code == "batch_unreadable"


def test_a_worker_that_dies_is_replaced_by_one_that_goes_on(monkeypatch):
    monkeypatch.setattr(chunks, "ROWS", 10)
    model, rows = in_service(), tumours().rows[:45]
    batch = request_batch(model=model, by=None, upload=as_parquet(rows))
    answered, answer = [], chunks.answer

    def dies(loaded, batch_rows, *, first_row):
        if first_row == 31 and len(answered) == 3:
            raise KeyboardInterrupt
        answered.append(first_row)
        return answer(loaded, batch_rows, first_row=first_row)

    monkeypatch.setattr(chunks, "answer", dies)
    with pytest.raises(KeyboardInterrupt):
        answer_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done) == (BatchState.WAITING, 30)
    answered.append(0)

    batch = answer_batch(batch_id=batch.pk)

    assert answered == [1, 11, 21, 0, 31, 41]
    assert [each["row"] for each in read(batch)] == list(range(1, 46))
    assert not [name for name in lake.storage().listdir(batch.folder)[1] if name.startswith(("answers", "refused-"))]


def test_a_worker_killed_between_two_writes_loses_nothing(monkeypatch):
    monkeypatch.setattr(chunks, "ROWS", 10)
    batch = request_batch(model=in_service(), by=None, upload=as_parquet(tumours().rows[:25]))
    note = Lease.note

    def killed(lease, **changes):
        if changes.get("chunks_done") == 2:
            raise SystemExit  # the part is in the lake, the row does not say so
        note(lease, **changes)

    monkeypatch.setattr(Lease, "note", killed)
    with pytest.raises(SystemExit):
        answer_batch(batch_id=batch.pk)
    monkeypatch.setattr(Lease, "note", note)
    reap_all(now=timezone.now() + timedelta(hours=1))

    assert len(read(answer_batch(batch_id=batch.pk))) == 25


def test_a_batch_is_stopped_at_once_or_after_its_chunk(monkeypatch):
    model = in_service()
    waiting = request_batch(model=model, by=None, upload=as_parquet(tumours().rows[:5]))
    assert cancel_batch(batch=waiting).state == BatchState.CANCELLED
    assert answer_batch(batch_id=waiting.pk) is None

    running = request_batch(model=model, by=None, upload=as_parquet(tumours().rows[:25]))
    monkeypatch.setattr(chunks, "ROWS", 10)
    answer = chunks.answer

    def stopped(*args, **kwargs):
        cancel_batch(batch=running)
        return answer(*args, **kwargs)

    monkeypatch.setattr(chunks, "answer", stopped)

    over = answer_batch(batch_id=running.pk)

    assert (over.state, over.rows_done, over.result) == (BatchState.CANCELLED, 10, "")


def test_one_person_has_so_many_batches_at_once():
    model, user = in_service(), person(Role.AI_DEVELOPER)
    for _number in range(batching.MOST_UNFINISHED):
        request_batch(model=model, by=user, upload=as_parquet(tumours().rows[:1]))

    with pytest.raises(BatchRefused):
        request_batch(model=model, by=user, upload=as_parquet(tumours().rows[:1]))


def test_what_is_no_longer_kept_goes_with_its_files():
    batch = done(in_service(), tumours().rows[:3])
    names = [batch.upload, batch.result, batch.refused]
    now = timezone.now() + timedelta(days=31)

    assert forget_old_batches(now=timezone.now()) == 0
    assert forget_old_batches(now=now, dry_run=True) == 1
    assert forget_old_batches(now=now) == 1
    assert not any(lake.storage().exists(name) for name in names)
    call_command("forget_old_batches", "--write")


def test_somebody_erases_what_they_sent():
    user = person(Role.AI_DEVELOPER)
    batch = request_batch(model=in_service(), by=user, upload=as_parquet(tumours().rows[:1]))
    declared = next(each for each in personal_data.all() if each.model is Batch)

    assert declared.erase(declared.rows_of(Person(user_id=user.pk))) == 1
    assert not lake.storage().exists(batch.upload)


def test_the_twin_answers_what_waits(capsys):
    request_batch(model=in_service(), by=None, upload=as_parquet(tumours().rows[:3]))

    call_command("answer_batches")

    assert "done, 3 rows, 0 refused" in capsys.readouterr().out


def test_the_clock_hands_out_what_waits():
    request_batch(model=in_service(), by=None, upload=as_parquet(tumours().rows[:1]))

    assert start_waiting_batches() == 1


# --- Over REST ------------------------------------------------------------------------------------
def client(user, scopes=WRITE):
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=token_of(user, scopes=scopes).authorization)
    return api


def send(api, model, content, media="text/csv", query=""):
    return api.generic("POST", f"/api/v1/models/{model.slug}/batches/{query}", content, content_type=media)


def test_a_file_is_sent_followed_and_its_answers_fetched():
    model, api = in_service(), client(person(Role.AI_DEVELOPER))

    asked = send(api, model, as_csv(tumours().rows[:3]).read(), query="?result=csv")
    url = f"/api/v1/models/{model.slug}/batches/{asked.json()['id']}/"
    early = api.get(f"{url}result/")
    answer_batch(batch_id=asked.json()["id"])

    told = api.get(url).json()
    result, refused = (b"".join(api.get(f"{url}{name}/").streaming_content).decode() for name in ("result", "refused"))
    assert (asked.status_code, asked.json()["state"], early.json()["code"]) == (202, "waiting", "batch_not_done")
    assert (told["state"], told["rows_done"], told["error"], told["url"][-len(url) :]) == ("done", 3, "", url)
    assert result.splitlines()[0] == '"row","answer","confidence","p_malignant","p_benign"'
    assert len(result.splitlines()) == 4
    assert refused.strip() == "row,field,code"
    assert api.post(f"{url}cancel/").json()["code"] == "batch_over"


def test_a_table_of_a_dataset_is_answered():
    dataset = make_dataset(GRENOBLE)
    built(dataset)
    user = person(Role.AI_DEVELOPER)
    model = in_service()
    body = json.dumps({"dataset": dataset.slug})

    refused = send(client(user), model, body, "application/json")
    asked = send(client(user, [*WRITE, "datasets:read"]), model, body, "application/json")
    batch = answer_batch(batch_id=asked.json()["id"])

    assert refused.json()["code"] == "batch_refused"
    assert (batch.state, batch.rows_done, batch.rows_refused) == (BatchState.DONE, 1, 1)


def test_one_s_batches_are_seen_by_oneself_and_by_who_sees_models():
    model, user = in_service(audience=Audience.PEOPLE), person()
    batch = request_batch(model=model, by=user, upload=as_parquet(tumours().rows[:1]))

    assert_access(
        "GET",
        f"/api/v1/models/{model.slug}/batches/{batch.pk}/",
        {
            anonymous(): 401,
            token_of(user, scopes=["datasets:read"]): 403,
            token_of(user, scopes=["inference:read"]): 200,
            token_of(person(), scopes=["inference:read"]): 404,
            token_of(person(Role.OPERATOR), scopes=["inference:read"]): 200,
        },
    )
    assert send(client(user, ["inference:read"]), model, b"").status_code == 403
    assert send(client(user), model, b"x", "image/png").status_code == 415


# --- The watch ------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", BatchFormat)
@pytest.mark.parametrize("made", [tumours, reports])
def test_rows_of_a_batch_are_counted_as_those_of_requests_are(form, made):
    made, user = made(), person(Role.AI_DEVELOPER)
    batched, asked = watched(made), watched(made)
    rows = made.rows[:60]

    done(batched, [*rows, rows[0] | {made.signature.names[-1]: "nonsense"}] if form != "parquet" else rows, form)
    answer(model=asked, rows=[_row(made, row) for row in rows], by=user, channel=Channel.API)

    counted, expected = (TrafficHour.objects.get(version__model=model) for model in (batched, asked))
    assert counted.rows == expected.rows == 60
    assert counted.slot == "champion"
    for kind in ("fields", "answers"):
        assert _rounded(counted.counts[kind]) == _rounded(expected.counts[kind])


def test_a_chunk_that_is_taken_over_is_counted_once(monkeypatch):
    monkeypatch.setattr(chunks, "ROWS", 10)
    batch = request_batch(model=watched(tumours()), by=None, upload=as_parquet(tumours().rows[:25]))
    add_traffic, calls = batching.add_traffic, count()

    def killed(**asked):
        add_traffic(**asked)
        if next(calls) == 1:
            raise SystemExit

    monkeypatch.setattr(batching, "add_traffic", killed)
    with pytest.raises(SystemExit):
        answer_batch(batch_id=batch.pk)
    reap_all(now=timezone.now() + timedelta(hours=1))
    answer_batch(batch_id=batch.pk)

    hour = TrafficHour.objects.get()
    assert (hour.rows, hour.requests["answered"]) == (25, {"batch": {"requests": 1, "rows": 25}})


def test_what_a_batch_answered_is_measured_under_its_channel():
    model = in_service()
    told = {"model": model.slug, "channel": "batch", "outcome": "answered"}

    done(model, tumours().rows[:3])

    assert REGISTRY.get_sample_value("ecluse_model_requests_total", told) == 1
    assert REGISTRY.get_sample_value("ecluse_model_rows_total", {"model": model.slug, "slot": "champion"}) == 3


def _row(made, row):
    return {name: _value(made.signature.field(name), value) for name, value in row.items()}


def _rounded(counts):
    """Sums are of the same numbers, added in another order."""
    if isinstance(counts, dict):
        return {name: pytest.approx(each) if name == "sum" else _rounded(each) for name, each in counts.items()}
    return counts
