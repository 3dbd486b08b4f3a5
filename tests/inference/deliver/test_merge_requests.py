"""Reports are posted where changes are proposed: once for each model, replaced at each push, without a row."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from apps.accounts.models import AuditEvent
from apps.accounts.roles import Role
from apps.core.projects.notation import write_document
from apps.inference.bundle import document_of
from apps.inference.merge_requests import keep_forge_token
from apps.inference.report_markdown import write_report
from tests.accounts.factories import UserFactory
from tests.datasets.factories import GRENOBLE, TOWNS, make_dataset
from tests.inference.deliver_factories import REPORT, VERDICT, make_model, make_training, make_version, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


class Forge(BaseHTTPRequestHandler):
    """GitLab and GitHub as far as comments go: each list of comments by its address, and how it was asked."""

    def log_message(self, *_arguments):
        pass

    def do_GET(self):
        place = urlsplit(self.path)
        page = int(parse_qs(place.query)["page"][0])
        found = self.server.lists.setdefault(place.path, [])
        self.answer(200, found[(page - 1) * 100 : page * 100])

    def do_POST(self):
        comment = {"id": 1000 + len(self.server.written), "body": self.body()["body"]}
        self.server.written.append(("POST", self.path))
        self.server.lists.setdefault(self.path, []).append(comment)
        self.answer(201, comment)

    def change(self):
        number, body = int(self.path.rpartition("/")[2]), self.body()["body"]
        self.server.written.append((self.command, self.path))
        for comments in self.server.lists.values():
            for comment in comments:
                if comment["id"] == number:
                    comment["body"] = body
        self.answer(200, {"id": number, "body": body})

    def do_PUT(self):
        self.change()

    def do_PATCH(self):
        self.change()

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, status, content):
        right = self.headers.get("PRIVATE-TOKEN") or self.headers.get("Authorization")
        if right not in {"s3cret", "Bearer s3cret"}:
            status, content = 401, {"message": "401 Unauthorized"}
        written = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)


@pytest.fixture
def forge(settings, monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Forge)
    server.lists, server.written = {}, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.OUTBOUND_ALLOWED_PORTS = [server.server_port]
    settings.LANGUAGE_CODE = "en"
    monkeypatch.setenv("GITLAB_TOKEN", "s3cret")
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()


NOTES = "/api/v4/projects/ville%2Fmodeles/merge_requests/12/notes"
COMMENTS = "/repos/ville/modeles/issues/12/comments"


def to_gitlab(forge, **more):
    given = {"gitlab_project": "ville/modeles", "merge_request": 12, "gitlab_url": forge.url}
    call_command("post_report", model="tailles", **given | more)


def to_github(forge, **more):
    given = {"github_repository": "ville/modeles", "pull_request": 12, "github_url": forge.url}
    call_command("post_report", model="tailles", **given | more)


@pytest.mark.parametrize(
    ("post", "place", "change"),
    [
        (to_gitlab, NOTES, ("PUT", f"{NOTES}/1000")),
        (to_github, COMMENTS, ("PATCH", "/repos/ville/modeles/issues/comments/1000")),
    ],
)
def test_a_report_is_posted_then_replaced_at_the_next_push(forge, capsys, post, place, change):
    model = make_model()
    make_version(model)
    post(forge)
    make_version(model)
    post(forge)

    (comment,) = forge.lists[place]
    assert forge.written == [("POST", place), change]
    assert "`Model tailles`: version 2" in comment["body"]
    assert capsys.readouterr().out.splitlines()[1].endswith("replaced.")
    assert AuditEvent.objects.first().action == "model_report_posted"


def test_the_comment_is_found_behind_those_of_people(forge):
    make_version(make_model())
    forge.lists[NOTES] = [{"id": number, "body": "A word"} for number in range(150)]
    forge.lists[NOTES].append({"id": 777, "body": "<!-- ecluse:model:tailles -->\nbefore"})

    to_gitlab(forge)

    assert forge.written == [("PUT", f"{NOTES}/777")]


def test_another_model_has_a_comment_of_its_own(forge):
    make_version(make_model())
    forge.lists[NOTES] = [{"id": 777, "body": "<!-- ecluse:model:prix -->\nits report"}]

    to_gitlab(forge)

    assert forge.written == [("POST", NOTES)]


def test_a_training_that_was_held_is_told_with_what_blocks(forge):
    checks = [VERDICT["checks"][0] | {"passed": False, "message": "Camille Martin"}]
    run = make_training(make_model(), state="held", verdict=VERDICT | {"checks": checks})

    to_gitlab(forge, training=run.pk)

    body = forge.lists[NOTES][0]["body"]
    assert "Gate closed: one check blocks." in body
    assert "Threshold of the declaration: F1, mean of the classes" in body
    assert "Camille Martin" not in body


@pytest.mark.parametrize(
    ("name", "subject", "told"),
    [
        ("metric_of_slice", "quartier = Camille Martin", "(`quartier`)"),
        ("rows_of_class", "Camille Martin", "Rows of this class to learn from`\n"),
    ],
)
def test_what_a_check_is_about_is_told_without_its_value(forge, name, subject, told):
    facts = {"name": name, "passed": False, "subject": subject, "measured": "2", "expected": "5"}
    checks = [VERDICT["checks"][0] | facts]
    run = make_training(make_model(), state="held", verdict=VERDICT | {"checks": checks})

    to_gitlab(forge, training=run.pk)

    body = forge.lists[NOTES][0]["body"]
    assert told in body
    assert "Camille Martin" not in body


def test_a_version_is_chosen_by_its_number(forge):
    model = make_model()
    make_version(model)
    make_version(model)

    to_github(forge, number=1)

    assert "version 1" in forge.lists[COMMENTS][0]["body"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"gitlab_project": None}, "Say --gitlab-project"),
        ({"github_repository": "a/b"}, "Say --gitlab-project"),
        ({"number": 9}, "There is no such training"),
    ],
)
def test_what_cannot_be_posted_is_refused(forge, options, why):
    make_version(make_model())

    with pytest.raises(CommandError, match=why):
        to_gitlab(forge, **options)


def test_a_token_that_is_missing_or_wrong_is_told_and_never_shown(forge, monkeypatch):
    make_version(make_model())
    monkeypatch.setenv("GITLAB_TOKEN", "wr0ng")
    with pytest.raises(CommandError) as wrong:
        to_gitlab(forge)
    monkeypatch.delenv("GITLAB_TOKEN")
    with pytest.raises(CommandError, match="no GITLAB_TOKEN"):
        to_gitlab(forge)

    assert "wr0ng" not in str(wrong.value)


def test_a_training_that_goes_on_has_nothing_to_tell(forge):
    make_training(make_model(), state="running")

    with pytest.raises(CommandError, match="not over"):
        to_gitlab(forge)


# --- What is written ------------------------------------------------------------------------------
def test_the_report_tells_metrics_beside_the_baseline_and_the_champion():
    written = write_report(make_version(make_model()).training)

    assert (
        "| **F1, mean of the classes** | 87.0% | 84.0% to 90.0% | 41.0% | 85.0% | +2.0% (No certain difference) |"
        in written
    )
    assert "Gate open: one check holds." in written
    assert "/ia/modeles/tailles/versions/1/" in written


@pytest.mark.parametrize(("personal", "told"), [("none", True), ("direct", False)])
def test_values_of_personal_columns_do_not_leave(personal, told):
    columns = tuple(
        column.__class__(**vars(column) | ({"personal_data": personal} if column.name == "name" else {}))
        for column in TOWNS.columns
    )
    dataset = published(make_dataset(GRENOBLE, schema=TOWNS.__class__(**vars(TOWNS) | {"columns": columns})))
    run = make_version(make_model(dataset=dataset), dataset_version=dataset.current_version).training
    slices = [REPORT["slices"][0] | {"column": "name", "value": "@camille|`x`"}]
    run.evaluation.report = REPORT | {"slices": slices}

    written = write_report(run)

    assert ("`name` = `@camille\\|'x'`" in written) == told
    assert ("camille" in written) == told


# --- A token that the model keeps -----------------------------------------------------------------
@pytest.fixture
def kept(forge, monkeypatch):
    """A model that keeps the token of the forge; the environment has none."""
    monkeypatch.delenv("GITLAB_TOKEN")
    model = make_model()
    make_version(model)
    keep_forge_token(model=model, url=forge.url, token="s3cret", by=None)
    model.refresh_from_db()
    return model


def test_a_token_that_the_model_keeps_posts_its_report(forge, kept):
    to_gitlab(forge)

    assert forge.written == [("POST", NOTES)]


def test_a_kept_token_goes_nowhere_but_where_it_was_given_for(forge, kept):
    with pytest.raises(CommandError, match="keeps no token for"):
        to_gitlab(forge, gitlab_url="http://127.0.0.1:1")


def test_a_kept_token_is_encrypted_and_said_nowhere(forge, kept, client, caplog, capsys):
    caplog.set_level("DEBUG")
    user = UserFactory(role=Role.AI_DEVELOPER, language="en")
    client.force_login(user)
    page = reverse("inference:model_forge", args=[kept.slug])

    to_gitlab(forge)
    shown = [client.get(page).content.decode(), client.get(kept.get_absolute_url()).content.decode()]

    with connection.cursor() as cursor:
        cursor.execute("SELECT forge_token FROM inference_model")
        stored = cursor.fetchone()[0]
    said = [*shown, stored, caplog.text, *capsys.readouterr(), str(list(AuditEvent.objects.values()))]
    said += [write_document(document_of(kept).model_dump(mode="json")), repr(kept.forge_token)]
    assert [text for text in said if "s3cret" in text] == []
    assert "Token of its forge" in shown[0]


def test_a_token_is_written_kept_and_removed_by_a_form(client):
    model = make_model()
    client.force_login(UserFactory(role=Role.AI_DEVELOPER, language="en"))
    page = reverse("inference:model_forge", args=[model.slug])
    here = {"forge_url": "https://forge.example.org"}

    def said(**form):
        answer = client.post(page, here | form)
        model.refresh_from_db()
        return answer.content.decode()

    said(forge_token="glpat-one")
    said(forge_token="")
    assert model.forge_token.reveal() == "glpat-one"
    elsewhere = said(forge_url="https://elsewhere.example.org", forge_token="")
    assert "Type the token again" in elsewhere
    assert model.forge_url == here["forge_url"]
    assert "Say to which forge" in said(forge_url="", forge_token="glpat-two")
    said(**{"forge_token": "", "forge_token-clear": "on"})
    assert model.forge_token is None
    assert AuditEvent.objects.filter(action="model_changed").count() == 3
