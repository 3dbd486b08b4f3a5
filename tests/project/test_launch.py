"""`make run`, really run: ready, ended, killed at any moment, started again; as root and as an ordinary user."""

import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from tests.ports import free_port

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("launch")]

BOUND_S = 180
SYSTEM_PYTHON = "/usr/bin/python3"
LIVE = "/api/v1/health/live/"
# Hidden ones are tools' own, and other workers of the suite write in them while the copy is made.
NOT_COPIED = (".*", "var", "node_modules", "__pycache__", "staticfiles")
OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FIELD_ENCRYPTION_KEYS",
    "PSEUDONYM_KEY",
    "DJANGO_SETTINGS_MODULE",
    "EMAIL_URL",
    "MEDIA_ROOT",
    "DEMO_WORLD_PORT",
    "OUTBOUND_ALLOWED_NETWORKS",
    "OUTBOUND_ALLOWED_PORTS",
    "COLLECT_FOLDERS",
)


@dataclass
class Checkout:
    """A copy of the checkout, below a directory that only its owner may enter, run by one account."""

    place: Path
    python: Path
    account: pwd.struct_passwd
    port: int
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def launch(self, **environment: str) -> "Run":
        kept = {name: value for name, value in os.environ.items() if name not in OURS and "PYTEST" not in name}
        kept |= {"PORT": str(self.port), "HOME": str(self.place.parent), "TMPDIR": "/nowhere"} | environment
        log = self.place.parent / f"run-{len(self.started)}.log"
        with log.open("wb") as output:
            self.started.append(
                subprocess.Popen(
                    [self.python, "-m", "config.launch"],
                    cwd=self.place,
                    env=kept,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    user=self.account.pw_uid,
                    group=self.account.pw_gid,
                    extra_groups=[],
                )
            )
        return Run(self, self.started[-1], log)

    def processes(self) -> list[psutil.Process]:
        """Everything that runs for this copy, by what only its processes have."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                traces = [process.cwd(), process.environ().get("ECLUSE_RUN", ""), *process.cmdline()]
                if any(str(self.place) in trace for trace in traces) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def end_all(self) -> None:
        for process in self.processes():
            with suppress(psutil.Error):
                process.kill()
        for started in self.started:
            started.wait()

    def find(self, part: str) -> psutil.Process:
        """Nobody can read a process for the moment in which it becomes another program."""
        deadline = time.monotonic() + BOUND_S
        while not (found := [each for each in self.processes() if part in command_of(each)]):
            assert time.monotonic() < deadline, part
            time.sleep(0.1)
        return found[0]


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@dataclass
class Run:
    checkout: Checkout
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        self.wait_until_said(r"ready in [0-9.]+ s")

    def wait_until_said(self, pattern: str) -> None:
        deadline = time.monotonic() + BOUND_S
        while not re.search(pattern, self.said):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=BOUND_S)

    def answers(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.checkout.port}{LIVE}", timeout=60) as response:
            return response.status == 200


EVERY_CHECKOUT: list[Checkout] = []


def ordinary_account() -> pwd.struct_passwd:
    return next(each for each in pwd.getpwall() if each.pw_name in {"daemon", "www-data"})


def python_for(account: pwd.struct_passwd, home: Path) -> Path:
    """A Python with our packages that this account may run: ours, or one of the system in an environment of its own."""
    may_run = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    with suppress(OSError):
        if subprocess.run([sys.executable, "-c", check], **may_run).returncode == 0:
            return Path(sys.executable)
    if not Path(SYSTEM_PYTHON).exists() or subprocess.run([SYSTEM_PYTHON, "-c", check], **may_run).returncode:
        pytest.skip(f"{account.pw_name} may run no Python that is recent enough.")
    install = [SYSTEM_PYTHON, settings.BASE_DIR / "requirements" / "install.py", "demo"]
    subprocess.run(install, env=os.environ | {"VENV": str(home / "venv")}, check=True)
    return home / "venv" / "bin" / "python"


def make_checkout(account: pwd.struct_passwd) -> Iterator[Checkout]:
    home = Path(tempfile.mkdtemp(prefix="ecluse-launch-"))  # 0700, which is the point
    place = home / "house"
    shutil.copytree(settings.BASE_DIR, place, ignore=shutil.ignore_patterns(*NOT_COPIED))
    checkout = Checkout(place, python_for(account, home), account, free_port())
    if account.pw_uid != os.geteuid():
        for path in [home, *home.rglob("*")]:
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    EVERY_CHECKOUT.append(checkout)
    yield checkout
    EVERY_CHECKOUT.remove(checkout)
    shutil.rmtree(home)


@pytest.fixture(autouse=True)
def _nothing_left_for_the_next_test() -> Iterator[None]:
    yield
    for checkout in EVERY_CHECKOUT:
        checkout.end_all()


@pytest.fixture(scope="module")
def checkout() -> Iterator[Checkout]:
    """Run by whoever runs the tests: root, in a container."""
    yield from make_checkout(pwd.getpwuid(os.geteuid()))


@pytest.fixture(scope="module")
def ordinary_checkout() -> Iterator[Checkout]:
    if os.geteuid() != 0:
        pytest.skip("The other tests already run as an ordinary user.")
    yield from make_checkout(ordinary_account())


@pytest.fixture(params=["checkout", "ordinary_checkout"])
def each_checkout(request: pytest.FixtureRequest) -> Checkout:
    return request.getfixturevalue(request.param)


def test_it_answers_refuses_a_second_run_and_leaves_nothing_after_ctrl_c(each_checkout):
    run = each_checkout.launch()

    run.wait_until_ready()

    assert run.answers()
    second = each_checkout.launch()
    assert second.process.wait(timeout=BOUND_S) == 1
    assert "Already running" in second.said
    assert run.end(signal.SIGINT) == 0
    assert each_checkout.processes() == []


def test_it_starts_again_after_its_launcher_was_killed_and_ends_when_the_terminal_closes(checkout):
    killed = checkout.launch()
    killed.wait_until_ready()
    killed.end(signal.SIGKILL)
    left = checkout.processes()

    run = checkout.launch()
    run.wait_until_ready()

    assert left
    assert "have been ended" in run.said
    assert not [process for process in left if process.is_running()]
    run.end(signal.SIGHUP)
    assert checkout.processes() == []


@pytest.mark.parametrize("victim", ["granian", "celery --quiet --app config worker", "bin/postgres", "redis-server"])
def test_when_a_process_is_killed_all_end_and_the_next_run_starts(checkout, victim):
    run = checkout.launch()
    run.wait_until_ready()

    checkout.find(victim).kill()

    assert run.process.wait(timeout=BOUND_S) == 1
    assert "ended unexpectedly" in run.said
    assert checkout.processes() == []


def test_the_world_of_the_demonstration_is_really_collected_from_and_its_end_stops_nothing(checkout):
    shutil.rmtree(checkout.place / "var", ignore_errors=True)
    run = checkout.launch()

    run.wait_until_said(r"signalements: asked for")
    run.wait_until_said(r"state=succeeded subject=collection\.run")
    checkout.find("manage.py demo_world").kill()

    run.wait_until_said("The invented town hall has ended")
    assert run.answers()
    assert "[error]" not in run.said
    assert run.end(signal.SIGINT) == 0
    assert checkout.processes() == []


def test_killed_at_any_moment_it_starts_again(checkout):
    chance = random.Random(20_261_122)
    for _moment in range(5):
        run = checkout.launch()
        time.sleep(chance.uniform(0.1, 6))  # the moment is what the test is about
        victims = [process for process in checkout.processes() if chance.random() < 0.5]
        run.process.kill()
        for victim in victims:
            with suppress(psutil.NoSuchProcess):
                victim.kill()

    run = checkout.launch()
    run.wait_until_ready()

    assert run.answers()
    run.end(signal.SIGTERM)
    assert checkout.processes() == []


def test_a_taken_port_is_named(checkout):
    with socket.create_server(("127.0.0.1", checkout.port)):
        run = checkout.launch()
        code = run.process.wait(timeout=BOUND_S)

    assert code == 1
    assert f"Port {checkout.port}: is taken by another program." in run.said


@pytest.mark.parametrize(
    ("name", "address"),
    [("DATABASE_URL", "postgres://someone@127.0.0.1:1/nothing"), ("REDIS_URL", "redis://127.0.0.1:1/0")],
)
def test_a_named_server_that_does_not_answer_is_told(checkout, name, address):
    run = checkout.launch(**{name: address})

    assert run.process.wait(timeout=BOUND_S) == 1
    assert f"that {name} names does not answer" in run.said
    assert "Traceback" not in run.said
    assert checkout.processes() == []
