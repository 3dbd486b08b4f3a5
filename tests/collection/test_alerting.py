"""Followers are told of the runs that went wrong: each once, in their language, whoever dies on the way."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import connection

from apps.accounts.roles import Role
from apps.collection.alerting import followers_of, message_for, tell_followers
from apps.collection.enums import RunState
from apps.collection.models import Run
from apps.collection.sourcing import create_source
from apps.collection.tasks import tell_followers as task
from tests.api_matrix import person
from tests.collection.factories import RunFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HELD = {
    "judged_at": AT.isoformat(),
    "awaits_decision": False,
    "checks": [
        {
            "name": "columns_present",
            "passed": False,
            "measured": "Camille Martin",
            "expected": "3",
            "severity": "blocking",
            "message": "",
        }
    ],
}


def troubled(*followers, **fields):
    """A run that failed, of a source that these people follow."""
    defaults = {"state": RunState.FAILED, "error_code": "empty_file", "error_kind": "config"}
    details = {"error_details": {"name": "towns.csv"}, "finished_at": AT}
    run = RunFactory(source__name="Towns", **defaults | details | fields)
    run.source.followers.add(*followers)
    return run


def developer(**fields):
    return person(Role.AI_DEVELOPER, **{"language": "en", **fields})


class Refusing(EmailBackend):
    """A mail server that refuses one person, or breaks off after some messages."""

    refused: str = ""
    after: int | None = None

    def send_messages(self, messages):
        if messages[0].to == [self.refused]:
            raise SMTPRecipientsRefused({self.refused: (550, b"No such box")})
        if self.after is not None and len(mail.outbox) >= self.after:
            raise SMTPServerDisconnected("Camille Martin")
        return super().send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"

    def behave(**how):
        for name, value in how.items():
            monkeypatch.setattr(Refusing, name, value)

    return behave


# --- What is told, to whom ------------------------------------------------------------------------
def test_a_follower_reads_what_failed_what_to_do_and_where_to_look(settings):
    run = troubled(developer())

    told = tell_followers(now=AT)

    (message,) = mail.outbox
    html = message.alternatives[0][0]
    assert told == 1
    assert "The collection of “Towns” failed" in message.subject
    address = settings.SITE_URL + run.get_absolute_url()
    for said in ("Failed: The file “towns.csv” is empty.", "Check what was exported", address):
        assert said in message.body
        assert said in html


def test_a_run_that_was_held_tells_which_checks_block_and_nothing_of_what_they_measured():
    troubled(developer(), state=RunState.HELD, error_code="", error_kind="", verdict=HELD)

    tell_followers(now=AT)

    (message,) = mail.outbox
    assert "“Towns” was held at its gate" in message.subject
    assert "Columns are missing" in message.body
    assert "Camille Martin" not in message.body + message.alternatives[0][0]


@pytest.mark.parametrize(
    ("language", "zone", "said"), [("en", "Europe/Paris", "13:00"), ("fr", "Pacific/Auckland", "2 mars 2026")]
)
def test_each_reads_it_in_their_language_and_at_their_hour(language, zone, said):
    run = troubled()

    message = message_for(developer(language=language, time_zone=zone), run=run)

    assert said in message.body


def test_only_those_who_may_still_see_it_are_told():
    stays, leaves, gone = developer(), developer(), developer(is_active=False)
    run = troubled(stays, leaves, gone)
    leaves.remove_from(Role.AI_DEVELOPER)

    assert followers_of(run) == [stays]


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.CANCELLED, RunState.RUNNING, RunState.WAITING])
def test_nothing_is_told_of_a_run_that_is_well(state):
    troubled(developer(), state=state)

    assert (tell_followers(now=AT), mail.outbox) == (0, [])


def test_a_run_is_told_once_also_when_nobody_follows_it():
    followed, alone = troubled(developer()), RunFactory(state=RunState.FAILED)

    counts = [tell_followers(now=AT), tell_followers(now=AT)]

    assert (counts, len(mail.outbox)) == ([2, 0], 1)
    assert set(Run.objects.values_list("told_at", flat=True)) == {AT}
    assert {followed.pk, alone.pk} == set(Run.objects.values_list("pk", flat=True))


def test_whoever_makes_a_source_follows_it():
    maker = developer()

    source = create_source(name="Towns", kind="tiny", config={}, by=maker)

    assert list(source.followers.all()) == [maker]


def test_the_task_and_the_command_tell(capsys):
    troubled(developer())

    assert task() == 1
    call_command("tell_followers")

    assert capsys.readouterr().out == "Followers told of 0 runs.\n"


# --- Servers that fail ----------------------------------------------------------------------------
def test_one_refused_address_keeps_nobody_waiting(server):
    first, second = developer(), developer()
    run = troubled(first, second)
    server(refused=first.email)

    tell_followers(now=AT)

    run.refresh_from_db()
    assert [message.to for message in mail.outbox] == [[second.email]]
    assert run.told_at == AT


def test_a_server_that_does_not_answer_is_asked_again(server, capfd):
    run = troubled(developer())
    server(after=0)
    failed = tell_followers(now=AT)
    run.refresh_from_db()
    untold = run.told_at
    server(after=None)

    assert (failed, untold, tell_followers(now=AT)) == (0, None, 1)
    assert len(mail.outbox) == 1
    assert "Camille Martin" not in capfd.readouterr().err


def test_a_server_that_breaks_off_halfway_tells_nobody_twice(server):
    troubled(developer(), developer())
    server(after=1)

    counts = [tell_followers(now=AT), tell_followers(now=AT)]

    assert (counts, len(mail.outbox)) == ([1, 0], 1)


# --- Two processes, and one that dies -------------------------------------------------------------
TELLING = """
import django, sys
django.setup()
from django.core.mail.backends.filebased import EmailBackend
from django.utils import timezone
from apps.collection.alerting import tell_followers
if sys.argv[1] == "dying":
    import os
    sent = EmailBackend.send_messages
    EmailBackend.send_messages = lambda self, messages: (sent(self, messages), os._exit(9))
else:
    sent = EmailBackend.send_messages
    def waiting(self, messages):  # hold the run until the other process has looked for work
        print("holds", flush=True)
        sys.stdin.readline()
        return sent(self, messages)
    if sys.argv[1] == "slow":
        EmailBackend.send_messages = waiting
print(tell_followers(now=timezone.now()), flush=True)
"""


@pytest.fixture
def outbox(tmp_path):
    return tmp_path / "outbox"


@pytest.fixture
def start(lake_folder, outbox):
    """Starts a process that tells followers, its messages written in files."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = inherited | {
        "DJANGO_SETTINGS_MODULE": "tests.collection.worker_settings",
        "TEST_DATABASE": connection.settings_dict["NAME"],
        "TEST_LAKE": str(lake_folder),
        "EMAIL_URL": f"filemail:///{outbox}",
    }
    started = []

    def start(how):
        process = subprocess.Popen(
            [sys.executable, "-c", TELLING, how],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def messages_in(outbox):
    return sum(path.read_text().count("\nTo: ") for path in outbox.glob("*"))


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_tell_once(start, outbox):
    troubled(developer())
    slow = start("slow")
    assert slow.stdout.readline() == "holds\n"

    quick, _err = start("quick").communicate(timeout=60)
    told, _err = slow.communicate("\n", timeout=60)

    assert (quick, told) == ("0\n", "1\n")
    assert messages_in(outbox) == 1


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_process_that_dies_once_it_has_sent_tells_twice_and_no_more(start, outbox):
    run = troubled(developer())
    assert start("dying").wait(timeout=60) == 9
    run.refresh_from_db()
    untold = run.told_at

    outputs = [start("quick").communicate(timeout=60)[0] for _time in range(2)]

    assert (untold, outputs) == (None, ["1\n", "0\n"])
    assert messages_in(outbox) == 2
