"""The Python client, against a real server: what it asks, how its token lives, and that it is in step with the API."""

import importlib
import re
import runpy
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from apps.accounts.models import ApiToken
from apps.accounts.roles import Role
from apps.inference.enums import Audience
from apps.inference.models import Feedback
from tests.accounts.factories import PASSWORD, UserFactory, issue
from tests.datasets.factories import GRENOBLE, VOIRON, built, make_dataset
from tests.datasets.received import GOOD, make_written
from tests.inference.people_factories import ASKED, service
from tests.inference.serve_live import live

CLIENT = Path(settings.BASE_DIR) / "clients" / "python"
GENERATED = CLIENT / "src" / "ecluse_client" / "generated"
SCOPES = ["inference:write", "datasets:write"]


@pytest.fixture
def library(monkeypatch):
    """The package, imported from the repository."""
    monkeypatch.syspath_prepend(CLIENT / "src")
    yield importlib.import_module("ecluse_client")
    for name in [name for name in sys.modules if name.split(".")[0] == "ecluse_client"]:
        del sys.modules[name]


@pytest.fixture
def server(lake_folder):
    with live(lake=lake_folder, workers=1) as running:
        yield running


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_it_asks_a_model_and_says_what_is_right(library, server, no_table_left):
    model, person = service(audience=Audience.PEOPLE), UserFactory()

    with library.Ecluse(server.base, token=issue(person, scopes=SCOPES).secret) as ecluse:
        answered = ecluse.predict(model.slug, [ASKED, ASKED])
        told = ecluse.give_feedback(
            model.slug, answered["predictions"][1]["receipt"], is_right=False, right_answer="voirie", inputs=ASKED
        )

    assert len(answered["predictions"]) == 2
    feedback = Feedback.objects.get(pk=told["id"])
    assert (feedback.by, feedback.right_answer, feedback.inputs) == (person, "voirie", ASKED)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_it_reads_and_writes_the_rows_of_datasets(library, server, no_table_left):
    towns = make_dataset(GRENOBLE, VOIRON, name="Towns", slug="towns")
    built(towns)
    written = make_written()
    token = issue(UserFactory(role=Role.AI_DEVELOPER), scopes=SCOPES).secret

    with library.Ecluse(server.base, token=token) as ecluse:
        small_pages = list(ecluse.rows("towns", limit=1, order="name"))
        large = list(ecluse.rows("towns", population__gte=100_000))
        receipts = [ecluse.write_rows(written.slug, "opinion", [GOOD], key="one") for _time in range(2)]
        module = importlib.import_module("ecluse_client.generated.api.datasets.datasets_read")
        described = module.sync("towns", client=ecluse.api)

    assert [row["name"] for row in small_pages] == ["Grenoble", "Voiron"]
    assert [row["name"] for row in large] == ["Grenoble"]
    assert receipts[0] == receipts[1]
    assert (described.slug, [column.name for column in described.columns][:2]) == ("towns", ["code", "name"])


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_its_token_is_renewed_before_it_expires_and_the_old_one_ends(library, server):
    issued, kept = issue(UserFactory(), scopes=SCOPES, days=8), []
    ApiToken.objects.filter(pk=issued.token.pk).update(
        created=timezone.now() - timedelta(days=7), expiry=timezone.now() + timedelta(days=1)
    )

    with library.Ecluse(server.base, token=issued.secret, on_renewed=kept.append) as ecluse:
        for _time in range(2):
            list(ecluse.pages("/api/v1/datasets/"))

    assert len(kept) == 1
    assert kept[0].expires_at > timezone.now() + timedelta(days=7)
    with library.Ecluse(server.base, token=kept[0].secret) as again:
        assert list(again.pages("/api/v1/datasets/")) == []
    with library.Ecluse(server.base, token=issued.secret) as old, pytest.raises(library.Refused) as refusal:
        list(old.pages("/api/v1/datasets/"))
    assert refusal.value.status == 401


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_it_signs_in_and_tells_what_is_refused(library, server):
    person = UserFactory()

    with (
        library.Ecluse.sign_in(
            server.base, email=person.email, password=PASSWORD, name="a program", scopes=SCOPES
        ) as ecluse,
        pytest.raises(library.Refused) as refusal,
    ):
        ecluse.predict("nothing", [{}])

    assert (refusal.value.status, refusal.value.code) == (404, "not_in_service")
    assert ApiToken.objects.get(user=person).name == "a program"
    with pytest.raises(library.Refused):
        library.Ecluse.sign_in(server.base, email=person.email, password="no", name="x", scopes=SCOPES)


def _lists_models() -> bool:
    try:
        return bool(reverse("api-models"))
    except NoReverseMatch:
        return False


@pytest.mark.skipif(not _lists_models(), reason="the list of models is another part of the API")
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_it_lists_the_models(library, server):
    model = service()
    token = issue(UserFactory(role=Role.AI_DEVELOPER), scopes=SCOPES).secret

    with library.Ecluse(server.base, token=token) as ecluse:
        assert [each["slug"] for each in ecluse.models()] == [model.slug]


def test_what_is_generated_is_in_step_with_the_api(tmp_path):
    """Of the operations that it has: `make client` adds those that came since."""
    runpy.run_path(str(CLIENT / "generate.py"))["main"](tmp_path / "generated")

    now = {path.relative_to(tmp_path / "generated"): path for path in (tmp_path / "generated" / "api").rglob("*.py")}
    kept = {path.relative_to(GENERATED): path for path in (GENERATED / "api").rglob("*.py")}

    assert sorted(set(kept) - set(now)) == []
    assert [str(path) for path in kept if kept[path].read_text() != now[path].read_text()] == []


def test_the_client_is_typed():
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--config-file=", "-p", "ecluse_client"],
        cwd=CLIENT / "src",
        capture_output=True,
        text=True,
        timeout=300,
    )

    faults = [line for line in done.stdout.splitlines() if re.search(r"^ecluse_client/(?!generated)", line)]
    assert faults == []
