"""A whole file asked about from pages: sent as people have it, looked at, answered, fetched, deleted."""

import csv
import io
import json
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.roles import Role
from apps.core import lake
from apps.inference import receiving
from apps.inference.batch_answering import answer_batch
from apps.inference.batching import cancel_batch, forget_old_batches
from apps.inference.enums import Audience, BatchFormat, BatchState
from apps.inference.models import Batch
from tests.collection.connectors.workbooks import xlsx
from tests.inference.people.test_asking_pages import text_of
from tests.inference.people_factories import orientation, service
from tests.inference.serve_factories import deploy, make_version, reports

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("serving")]

# As a town hall has it: Windows-1252, semicolons, a comma in numbers, cells that are missing, faults in some rows.
ROWS = [
    "text;district;source;day;age;urgent;surface;Remarque",
    "Nid de poule rue Émile-Zola;Nord;web;2026-01-31;41;oui;3,5;à voir",
    "Un arbre tombé, près de l’école;Sud;tel;2026-02-01;29;non;;",
    "Haie à tailler;Ouest;web;2026-02-02;35;non;2;",
    "Chaussée abîmée;Nord;web;31/01/2026;;peut-être;2;",
    "Trop;de;cellules;2026-01-31;41;oui;3,5;à voir;encore",
    "Trottoir cassé;Sud;courrier;2026-02-03;130;non;1;",
]
REAL = "\r\n".join(ROWS).encode("cp1252") + b"\r\n"
ASKED = reverse("inference:batches")


@pytest.fixture
def person(as_role):
    return as_role(Role.USER)


@pytest.fixture
def model():
    return service(reports(), audience=Audience.PEOPLE, name="Orienter")


def send(browser, model, content, name="signalements.csv", form="csv"):
    sent = {"file": SimpleUploadedFile(name, content), "result_format": form}
    return browser.post(reverse("inference:batch_new", args=[model.slug]), sent, follow=True)


def refusal(browser, model, content, name="rows.csv"):
    page = text_of(send(browser, model, content, name))
    assert "Error:" in page
    assert not Batch.objects.exists()
    return page


def answered(browser, model, content=REAL, **more):
    """Sent, started, answered."""
    send(browser, model, content, **more)
    batch = Batch.objects.latest("pk")
    browser.post(reverse("inference:batch_start", args=[batch.pk]))
    answer_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def fetched(browser, name, batch):
    response = browser.get(reverse(f"inference:batch_{name}", args=[batch.pk]))
    return b"".join(response.streaming_content)


# --- Before it starts -----------------------------------------------------------------------------
def test_the_page_says_what_is_expected_and_that_an_ai_answers(person, model):
    page = text_of(person.get(reverse("inference:batch_new", args=[model.slug])))

    assert "An artificial intelligence answers here" in page
    assert "kept 30 days" in page
    assert "50 MB at most" in page.replace("\xa0", " ")
    assert "<code>district</code>" in page
    assert "One of these: “Nord”, “Sud”." in page
    assert "3 files at once" in page


def test_the_example_is_a_file_that_is_answered_whole(person, model):
    example = person.get(reverse("inference:batch_example", args=[model.slug]))

    batch = answered(person, model, example.content)

    assert (batch.state, batch.rows_done, batch.rows_refused) == (BatchState.DONE, 3, 0)


def test_a_file_as_a_town_hall_has_it_is_read_and_its_faults_shown_before_anything_is_answered(person, model):
    page = text_of(send(person, model, REAL))

    batch = Batch.objects.get()
    assert (batch.state, batch.name, batch.rows_total, batch.size) == (
        BatchState.DRAFT,
        "signalements.csv",
        6,
        len(REAL),
    )
    assert "4 of them would be refused" in page
    assert "Nid de poule rue Émile-Zola" in page
    assert "<td>3.5</td>" in page
    assert "Quartier – One of these is expected: “Nord”, “Sud”." in page
    assert "day – A date is expected, as 2026-01-31." in page
    assert "urgent – Yes or no is expected." in page
    assert "age – The value is missing." in page
    assert "Too many columns" in page
    assert "age – At most 120 is expected." in page
    assert "<code>Remarque</code>" in page


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "This file is empty."),
        (b"text;district;source;day;age;urgent\r\n", "no row"),
        (b"text|district\nun|Nord\n", "Columns are missing: “source”, “day”, “age”, “urgent”."),
        (b"text district source day age urgent\nun deux\n", "Columns are missing"),
        (b"%PDF-1.7 nothing that is a table", "in no format that is read"),
        (b"PK\x03\x04 cut before its end", "The compressed file stops"),
    ],
)
def test_a_file_that_cannot_be_answered_is_refused_in_words(person, model, content, told):
    assert told in refusal(person, model, content)


def test_a_file_that_is_too_large_is_refused(person, model, monkeypatch):
    monkeypatch.setattr("apps.inference.forms.batch.MOST_BYTES", 100)

    assert "The file is too large: 50\xa0MB" in refusal(person, model, REAL)


def test_columns_are_found_by_what_people_call_them_too(person, model):
    content = REAL.replace(b"text;district", "Signalement;QUARTIER".encode("cp1252"))

    assert "4 of them would be refused" in text_of(send(person, model, content))


def _jsonl(rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _parquet(rows):
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def _workbook(rows):
    """Its dates are dates."""
    days = [row | {"day": date.fromisoformat(row["day"])} for row in rows]
    return xlsx([list(rows[0]), *(list(row.values()) for row in days)])


@pytest.mark.parametrize(
    ("write", "name"),
    [(_jsonl, "rows.jsonl"), (_parquet, "rows.parquet"), (_workbook, "rows.xlsx")],
)
def test_other_formats_are_answered_as_csv_is(person, model, write, name):
    rows = reports().rows[:20]

    batch = answered(person, model, write(rows), name=name, form="jsonl")

    told = [json.loads(line) for line in fetched(person, "result", batch).splitlines()]
    expected = [("green", "roads")[number % 2] for number in range(20)]
    assert (batch.rows_done, batch.rows_refused) == (20, 0)
    assert [each["answer"] for each in told] == expected


# --- Answered -------------------------------------------------------------------------------------
def test_what_is_refused_is_told_and_the_rest_is_answered(person, model):
    batch = answered(person, model)

    page = text_of(person.get(batch.get_absolute_url()))
    result = list(csv.DictReader(io.StringIO(fetched(person, "result", batch).decode())))
    refused = list(csv.reader(io.StringIO(fetched(person, "refused", batch).decode())))
    assert (batch.state, batch.rows_done, batch.rows_refused) == (BatchState.DONE, 6, 4)
    assert "These answers were made by an artificial intelligence" in page
    assert "4 rows were refused" in page
    assert [each["answer"] for each in result] == ["roads", "green", "", "", "", ""]
    assert [each["row"] for each in result] == ["1", "2", "3", "4", "5", "6"]
    assert list(result[0])[:9] == ["row", *ROWS[0].split(";")]
    assert list(result[0].values())[1:9] == ["Nid de poule rue Émile-Zola", *ROWS[1].split(";")[1:6], "3,5", "à voir"]
    assert (result[3]["day"], result[3]["age"], result[3]["Remarque"]) == ("31/01/2026", "", "")
    assert list(result[4].values())[1:9] == [""] * 8
    assert refused == [
        ["Row", "Field", "Reason"],
        ["3", "Quartier", "One of these is expected: “Nord”, “Sud”."],
        ["4", "day", "A date is expected, as 2026-01-31."],
        ["4", "age", "The value is missing."],
        ["4", "urgent", "Yes or no is expected."],
        ["5", "", "Too many columns"],
        ["6", "age", "At most 120 is expected."],
    ]


@pytest.mark.parametrize("form", BatchFormat)
def test_the_answers_are_fetched_as_was_asked(person, model, form):
    batch = answered(person, model, form=form)

    response = person.get(reverse("inference:batch_result", args=[batch.pk]))
    content = b"".join(response.streaming_content)

    assert response["Content-Type"] == BatchFormat(form).media
    assert response["Content-Disposition"].endswith(f'{model.slug}-{batch.pk}-answers.{form}"')
    assert content[:4] == b"PAR1" if form == BatchFormat.PARQUET else b"roads" in content


def test_progress_refreshes_itself_until_it_is_over(person, model):
    send(person, model, REAL)
    batch = Batch.objects.get()
    url = reverse("inference:batch_progress", args=[batch.pk])
    Batch.objects.update(state=BatchState.RUNNING, rows_done=3)

    running = text_of(person.get(url, headers={"HX-Request": "true"}))
    still = text_of(person.get(f"{batch.get_absolute_url()}?figer=1"))
    Batch.objects.update(state=BatchState.DONE, finished_at=timezone.now())
    over = person.get(url, headers={"HX-Request": "true"})

    assert "3 rows done out of 6" in running
    assert "data-announce" in running
    assert "hx-get" not in still
    assert over["HX-Refresh"] == "true"
    assert person.get(url)["Location"] == batch.get_absolute_url()


def test_it_is_cancelled_then_deleted_with_its_files_once_it_is_confirmed(person, model):
    send(person, model, REAL)
    batch = Batch.objects.get()
    person.post(reverse("inference:batch_start", args=[batch.pk]))
    delete = reverse("inference:batch_delete", args=[batch.pk])

    assert "Cancel this batch before you delete it." in text_of(person.post(delete, follow=True))
    person.get(reverse("inference:batch_cancel", args=[batch.pk]))
    person.post(reverse("inference:batch_cancel", args=[batch.pk]))
    assert Batch.objects.get().state == BatchState.CANCELLED
    assert "They cannot be had back" in text_of(person.get(delete))
    assert person.post(delete)["Location"] == ASKED
    assert not Batch.objects.exists()
    assert not lake.storage().exists(batch.upload)


def test_a_failure_is_told_in_words(person, model):
    batch = answered(person, model)
    Batch.objects.update(state=BatchState.FAILED, error_code="batch_no_room")

    assert "Free some space" in text_of(person.get(batch.get_absolute_url()))


def test_nothing_is_started_twice_nor_by_another_version(person, model):
    send(person, model, REAL)
    start = reverse("inference:batch_start", args=[Batch.objects.get().pk])
    deploy(make_version(model, reports()))

    assert "Another version of the model came in service" in text_of(person.post(start, follow=True))
    deploy(model.versions.get(number=1))
    person.post(start)
    assert Batch.objects.get().state == BatchState.WAITING
    assert "was started already" in text_of(person.post(start, follow=True))


# --- One's own ------------------------------------------------------------------------------------
def test_ones_files_are_listed_with_their_state_size_and_end(person, model):
    answered(person, model)
    send(person, model, REAL, name="autre.csv")

    page = text_of(person.get(ASKED))

    assert "2 files" in page
    assert "signalements.csv" in page
    assert "autre.csv" in page
    assert "Not started" in page
    assert "Done" in page
    assert "Kept until" in page


def test_the_list_costs_as_many_queries_for_one_as_for_two(person, model):
    send(person, model, REAL)
    with CaptureQueriesContext(connection) as one:
        person.get(ASKED)
    send(person, model, REAL)
    with CaptureQueriesContext(connection) as two:
        person.get(ASKED)

    assert len(one) == len(two)


PAGES = ["batch", "batch_progress", "batch_cancel", "batch_delete", "batch_result", "batch_refused"]


@pytest.mark.parametrize("role", [Role.USER, Role.AI_DEVELOPER])
def test_those_of_others_are_not_found(person, model, as_role, client_class, role):
    batch = answered(person, model)
    other = client_class(role)

    assert {other.get(reverse(f"inference:{name}", args=[batch.pk])).status_code for name in PAGES} == {404}
    for name in ("start", "cancel", "delete"):
        assert other.post(reverse(f"inference:batch_{name}", args=[batch.pk])).status_code == 404
    assert "No file sent" in text_of(other.get(ASKED))


@pytest.fixture
def client_class():
    """Another browser, signed in as someone of this role."""
    from django.test import Client

    from tests.accounts.factories import UserFactory

    def sign_in(role):
        client = Client()
        client.force_login(UserFactory(role=role, language="en"))
        return client

    return sign_in


def test_what_may_be_asked_may_be_sent_and_nothing_else(person, model):
    send(person, model, REAL)
    start = reverse("inference:batch_start", args=[Batch.objects.get().pk])
    model.audience = Audience.STAFF
    model.save()

    for name in ("batch_new", "batch_example"):
        assert person.get(reverse(f"inference:{name}", args=[model.slug])).status_code == 404
    assert person.post(start).status_code == 404


def test_a_file_takes_an_account(browser):
    model = service(orientation())
    url = reverse("inference:batch_new", args=[model.slug])

    assert browser.get(url).status_code == 302
    assert "(with an account)" in text_of(browser.get(reverse("inference:service", args=[model.slug])))


def test_more_rows_than_are_left_today_are_refused_when_sent_and_when_started(person):
    model = service(reports(), audience=Audience.PEOPLE, serving={"batch_rows_per_day": 11})
    send(person, model, REAL)
    first = Batch.objects.get()

    answered(person, model)
    page = text_of(person.post(reverse("inference:batch_start", args=[first.pk]), follow=True))

    assert "11 rows of batches a day to each person: 5 are left to you today" in page
    assert Batch.objects.get(pk=first.pk).is_draft
    assert "5 are left to you today" in text_of(send(person, model, REAL))
    assert Batch.objects.count() == 2


def test_a_file_that_was_stopped_at_the_limit_says_how_far_it_went(person, model):
    batch = answered(person, model)
    told = {"error_code": "batch_limit_reached", "error_details": {"limit": 2, "rows": 2}}
    Batch.objects.update(state=BatchState.STOPPED, **told)

    page = text_of(person.get(batch.get_absolute_url()))

    assert "Why it was stopped" in page
    assert "The first 2 rows are answered: send those that follow tomorrow." in page
    assert reverse("inference:batch_result", args=[batch.pk]) in page


def test_so_many_files_at_once(person, model):
    for _time in range(3):
        send(person, model, REAL)

    page = text_of(send(person, model, REAL))

    assert "Wait for the end of your other batches" in page
    assert Batch.objects.count() == 3


def test_what_is_not_started_is_forgotten_the_next_day(person, model):
    send(person, model, REAL)

    assert forget_old_batches(now=timezone.now()) == 0
    assert forget_old_batches(now=timezone.now() + timedelta(days=1)) == 1


def test_a_model_that_is_not_in_service_takes_no_file(person, model):
    model.deployments.update(withdrawn_at=timezone.now())

    assert person.get(reverse("inference:batch_new", args=[model.slug]))["Location"].endswith(f"/{model.slug}/")
    assert person.get(reverse("inference:batch_example", args=[model.slug])).status_code == 404


def test_a_swollen_file_is_refused_as_a_large_one_is(person, model, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_BYTES", 100)
    monkeypatch.setattr("apps.inference.serving.tables.MOST_BYTES", 100)

    assert "The file is too large" in refusal(person, model, REAL)


def test_a_draft_is_cancelled_over_rest_too(person, model):
    send(person, model, REAL)

    assert cancel_batch(batch=Batch.objects.get()).state == BatchState.CANCELLED
