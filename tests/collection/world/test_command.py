"""`manage.py demo_world`, as a person starts it: until Ctrl-C, or in one word what is wrong."""

import signal
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command

from apps.collection.world.label import MENTION
from tests.ports import free_port

ROOT = Path(__file__).parents[3]


@pytest.fixture
def keep_signals():
    """The command takes the signals of its process: here, they are given back."""
    kept = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    yield
    for each, handler in kept.items():
        signal.signal(each, handler)


@pytest.mark.processes
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(tmp_path, ending):
    port = free_port()
    command = [sys.executable, "manage.py", "demo_world", "--port", str(port), "--folder", tmp_path, "--scale", "500"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        said = [next(line for line in process.stdout if "127.0.0.1" in line)]
        page = requests.get(f"http://127.0.0.1:{port}/", timeout=30)
        process.send_signal(ending)
        said += process.stdout

    assert MENTION in page.text
    assert f"http://127.0.0.1:{port}/" in said[0]
    assert said[-1] == "The world is closed.\n"
    assert process.returncode == 0


@pytest.mark.usefixtures("keep_signals")
def test_it_may_only_make_the_world(tmp_path):
    output = StringIO()

    call_command("demo_world", folder=tmp_path, scale=500, only_make=True, stdout=output)

    assert f"The world stands in {tmp_path}/current" in output.getvalue()
    assert (tmp_path / "current" / "registre.json").exists()


@pytest.mark.usefixtures("keep_signals")
def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(CommandError, match="Choose another one"):
        call_command("demo_world", folder=tmp_path, scale=500, port=other.getsockname()[1], stdout=StringIO())


def test_a_scale_too_small_for_one_fault_of_each_kind_is_refused(tmp_path):
    with pytest.raises(CommandError, match="500"):
        call_command("demo_world", folder=tmp_path, scale=10)


@pytest.mark.usefixtures("keep_signals")
def test_a_database_that_does_not_answer_is_told_without_its_password(tmp_path):
    url = f"postgresql://someone:hidden@127.0.0.1:{free_port()}/nothing"

    with pytest.raises(CommandError, match="PostgreSQL") as refusal:
        call_command("demo_world", folder=tmp_path, scale=500, database_url=url, stdout=StringIO())

    assert "hidden" not in str(refusal.value)
