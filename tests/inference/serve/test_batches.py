"""Batches: rows of files and datasets answered in their order, refused rows set aside, nothing lost when killed."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
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
from apps.datasets.enums import Confidentiality, Visibility
from apps.inference import batch_answering, batch_limits, batching
from apps.inference.batch_answering import answer_batch
from apps.inference.batching import cancel_batch, forget_old_batches, request_batch
from apps.inference.enums import Audience, BatchFormat, BatchState, Channel
from apps.inference.exceptions import BatchRefused
from apps.inference.models import Batch, TrafficHour
from apps.inference.serving import chunks
from apps.inference.serving.answering import answer
from apps.inference.tasks import start_waiting_batches
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.datasets.factories import GRENOBLE, TOWNS, VOIRON, built, main_table, make_dataset
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
    asked = {"by": None} | more
    batch = request_batch(model=model, upload=WRITERS[form](rows), source_format=form, **asked)
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


# --- What was sent --------------------------------------------------------------------------------
OURS = {"": "1", "answer": "à relire", "Answer": "", "note_2": 'é;"x'}


@pytest.mark.parametrize("form", BatchFormat)
def test_the_columns_that_were_sent_come_back_in_their_order_beside_the_answers(form):
    sent = [OURS | row for row in tumours().rows[:3]]
    sent[1]["mean_area"] = -1.0

    batch = done(in_service(), sent, form, result_format=form)

    told = rows_of_file(batch)
    names = ["row", "column_1", "answer_2", "Answer_2_2", "note_2", *tumours().signature.names]
    assert list(told[0]) == [*names, "answer", "confidence", "p_malignant", "p_benign"]
    assert [[row[name] for name in names[1:5]] for row in told] == [list(OURS.values())] * 3
    assert [float(row["mean_area"]) for row in told] == pytest.approx([row["mean_area"] for row in sent])
    assert [row["answer"] or None for row in told] == ["malignant", None, "malignant"]


def test_types_that_only_parquet_has_are_kept_in_it_and_texts_elsewhere():
    day, made = date(2026, 1, 31), pa.Table.from_pylist(tumours().rows[:2])
    made = made.append_column("day", pa.array([day, None])).append_column("tags", pa.array([["a", "é"], []]))
    made = made.append_column("price", pa.array([Decimal("1.50"), None]))
    made = made.append_column("bytes", pa.array([b"\xff", b""]))
    model, found = in_service(), {}

    for form in BatchFormat:
        file = io.BytesIO()
        pq.write_table(made, file)
        file.seek(0)
        batch = request_batch(model=model, by=None, upload=file, result_format=form)
        found[form] = [
            [row[name] for name in ("day", "tags", "price", "bytes")]
            for row in rows_of_file(answer_batch(batch_id=batch.pk))
        ]

    assert found[BatchFormat.PARQUET] == [[day, ["a", "é"], Decimal("1.50"), b"\xff"], [None, [], None, b""]]
    assert found[BatchFormat.CSV] == [["2026-01-31", '["a","é"]', "1.50", "\\xff"], ["", "[]", "", "\\x"]]
    assert found[BatchFormat.JSONL] == [["2026-01-31", '["a","é"]', "1.50", "\\xff"], [None, "[]", None, "\\x"]]


def test_values_of_json_lines_whose_type_changes_from_a_chunk_to_the_next_are_of_one_that_holds_all(monkeypatch):
    monkeypatch.setattr(chunks, "ROWS", 1)
    ours = [
        {"number": 1, "any": 1, "nothing": None},
        {"number": 1.5, "any": "one", "tags": ["a"], "nothing": None},
        {"number": None, "any": True, "last": False, "nothing": None},
    ]

    batch = done(in_service(), [each | row for each, row in zip(ours, tumours().rows, strict=False)], BatchFormat.JSONL)

    names = ("number", "any", "tags", "last", "nothing")
    assert [[row[name] for name in names] for row in read(batch)] == [
        [1.0, "1", None, None, None],
        [1.5, "one", '["a"]', None, None],
        [None, "true", None, False, None],
    ]


def test_rows_keep_their_own_columns_where_arrow_cuts_these_elsewhere(monkeypatch):
    """A column whose dictionary changes is cut there; those of the model are not."""
    monkeypatch.setattr(chunks, "ROWS", 10)
    rows, file = tumours().rows[:45], io.BytesIO()
    parts = [
        pa.Table.from_pylist(some).append_column(
            "name", pa.array([f"n{first + at}" for at in range(len(some))]).dictionary_encode()
        )
        for first in range(0, 45, 7)
        for some in [rows[first : first + 7]]
    ]
    with pq.ParquetWriter(file, parts[0].schema) as writer:
        for part in parts:
            writer.write_table(part)
    file.seek(0)

    batch = answer_batch(batch_id=request_batch(model=in_service(), by=None, upload=file).pk)

    assert [(row["row"], row["name"]) for row in read(batch)] == [(at + 1, f"n{at}") for at in range(45)]
    assert [row["mean_area"] for row in read(batch)] == [row["mean_area"] for row in rows]


def test_a_file_with_two_columns_of_one_name_is_answered_by_the_first():
    lines = as_csv(tumours().rows[:1]).read().decode().splitlines()
    content = f"{lines[0]},mean_area\r\n{lines[1]},-5\r\n".encode()

    batch = request_batch(model=in_service(), by=None, upload=io.BytesIO(content), source_format=BatchFormat.CSV)

    (told,) = read(answer_batch(batch_id=batch.pk))
    assert (told["answer"], told["mean_area_2"]) == ("malignant", "-5")


@pytest.mark.parametrize(("role", "names"), [(Role.AI_DEVELOPER, ["code"]), (Role.USER, ["id"])])
def test_rows_of_a_dataset_come_with_their_key_as_far_as_whoever_asked_may_read_it(role, names):
    code, *others = TOWNS.columns
    secret = replace(code, confidentiality=Confidentiality.INTERNAL)
    dataset = make_dataset(GRENOBLE, schema=replace(TOWNS, columns=(secret, *others)), visibility=Visibility.PUBLIC)
    built(dataset)
    table = main_table(dataset.current_version)
    batch = request_batch(model=in_service(), by=person(role), table=table)

    (told,) = read(answer_batch(batch_id=batch.pk))

    assert list(told)[:3] == ["row", *names, "answer"]
    assert told[names[0]] == {"code": "38185", "id": 1}[names[0]]


def rows_of_file(batch):
    with lake.reading(batch.result) as path:
        match batch.result_format:
            case BatchFormat.PARQUET:
                return pq.read_table(path).to_pylist()
            case BatchFormat.CSV:
                return list(csv.DictReader(io.StringIO(path.read_text())))
            case BatchFormat.JSONL:
                return [json.loads(line) for line in path.read_text().splitlines()]


# --- The limit of a day ---------------------------------------------------------------------------
def limited(rows):
    return in_service(serving={"batch_rows_per_day": rows})


def test_more_rows_than_are_left_today_are_refused_where_they_are_counted_and_no_file_is_kept():
    model, user, rows = limited(5), person(), tumours().rows

    with pytest.raises(BatchRefused, match="il vous en reste 5 aujourd"):
        request_batch(model=model, by=user, upload=as_parquet(rows[:6]))
    request_batch(model=model, by=user, upload=as_parquet(rows[:3]))
    kept = _files()
    with pytest.raises(BatchRefused, match="il vous en reste 2 aujourd"):
        request_batch(model=model, by=user, upload=as_parquet(rows[:3]))

    assert Batch.objects.get().rows_total == 3
    assert _files() == kept
    request_batch(model=model, by=person(), upload=as_parquet(rows[:5]))


def _files():
    folders, _here = lake.storage().listdir("batches")
    return {(folder, name) for folder in folders for name in lake.storage().listdir(f"batches/{folder}")[1]}


def test_a_table_of_a_dataset_counts_its_rows():
    dataset = make_dataset(GRENOBLE, VOIRON)
    built(dataset)

    with pytest.raises(BatchRefused, match="il vous en reste 1 aujourd"):
        request_batch(model=limited(1), by=person(), table=main_table(dataset.current_version))


def test_rows_that_could_not_be_counted_are_answered_up_to_the_limit_and_it_is_told(monkeypatch):
    monkeypatch.setattr(chunks, "ROWS", 2)
    model, user, rows = limited(5), person(), tumours().rows

    batch = done(model, rows[:8], BatchFormat.JSONL, by=user)

    assert (batch.state, batch.rows_done, batch.rows_total) == (BatchState.STOPPED, 5, None)
    assert [(row["row"], row["mean_area"]) for row in read(batch)] == [
        (at + 1, row["mean_area"]) for at, row in enumerate(rows[:5])
    ]
    assert batch.error_details == {"limit": 5, "rows": 5}
    batching.discard_batch(batch=batch)
    with pytest.raises(BatchRefused, match="il vous en reste 0 aujourd"):
        request_batch(model=model, by=user, upload=as_csv(rows[:1]), source_format=BatchFormat.CSV)


def test_a_batch_that_was_stopped_and_whose_worker_dies_stays_stopped(monkeypatch):
    monkeypatch.setattr(chunks, "ROWS", 2)
    model, user, put_together = limited(3), person(), batch_answering._put_together
    batch = request_batch(model=model, by=user, upload=as_jsonl(tumours().rows[:8]), source_format=BatchFormat.JSONL)

    def killed(*_asked):
        raise SystemExit

    monkeypatch.setattr(batch_answering, "_put_together", killed)
    with pytest.raises(SystemExit):
        answer_batch(batch_id=batch.pk)
    monkeypatch.setattr(batch_answering, "_put_together", put_together)
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr("apps.inference.batch_limits.timezone.localdate", lambda: tomorrow)

    over = answer_batch(batch_id=batch.pk)

    assert (over.state, over.rows_done, len(read(over))) == (BatchState.STOPPED, 3, 3)
    assert batch_limits.rows_left(over) == 3


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
    names = ["row", *tumours().signature.names, "answer", "confidence", "p_malignant", "p_benign"]
    assert next(csv.reader(result.splitlines())) == names
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


def test_what_one_sent_is_given_back_to_oneself_alone():
    model, user = in_service(audience=Audience.PEOPLE), person()
    batch = answer_batch(batch_id=request_batch(model=model, by=user, upload=as_parquet(tumours().rows[:1])).pk)

    others = [client(each, ["inference:read"]) for each in (person(), person(Role.OPERATOR))]
    for name in ("result", "refused"):
        url = f"/api/v1/models/{model.slug}/batches/{batch.pk}/{name}/"
        assert b"".join(client(user, ["inference:read"]).get(url).streaming_content)
        assert [APIClient().get(url).status_code, *(other.get(url).status_code for other in others)] == [401, 404, 404]


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
    add_traffic, calls = batch_answering.add_traffic, count()

    def killed(**asked):
        add_traffic(**asked)
        if next(calls) == 1:
            raise SystemExit

    monkeypatch.setattr(batch_answering, "add_traffic", killed)
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
