"""The steps before the doors open: keys, servers, database, demonstration with the world that it collects from."""

import os
import secrets
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from textwrap import indent

import django
import redis
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from config.embedded import EmbeddedServices
from config.launch.alone import CannotStart
from config.launch.terminal import say, step
from config.launch.world import World
from config.settings.environment import BASE_DIR, RUN_DIR, read_file

# How to make each key that nobody should have to think of before a first run.
KEYS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_ENCRYPTION_KEYS": lambda: Fernet.generate_key().decode(),
    "PSEUDONYM_KEY": lambda: secrets.token_urlsafe(50),
}

DEMONSTRATION_PROJECT = BASE_DIR / "projects" / "demo"


def keep_keys(path: Path) -> None:
    """Make the keys that are neither in the environment nor kept from an earlier run, and keep them for the next."""
    read_file(path)
    missing = {name: make() for name, make in KEYS.items() if not os.environ.get(name)}
    if not missing:
        return
    kept = path.read_text() if path.exists() else ""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(kept + "".join(f"{name}={value}\n" for name, value in missing.items()))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    os.environ.update(missing)


def start_servers(services: EmbeddedServices) -> None:
    """Start the embedded servers that no address replaces, and check the servers that one names."""
    named = {name: bool(os.environ.get(name)) for name in ("DATABASE_URL", "REDIS_URL")}
    if not named["DATABASE_URL"]:
        with step("PostgreSQL (embedded, for demonstration)"):
            services.start(redis=False)
    if not named["REDIS_URL"]:
        with step("Redis (embedded, for demonstration)"):
            services.start(database=False)
    with step("Settings"):
        try:
            django.setup()
        except ImproperlyConfigured as error:
            raise CannotStart(f"A setting is missing or malformed: {error}\nSee docs/operations.md.") from error
    if named["DATABASE_URL"]:
        with step("PostgreSQL (DATABASE_URL)"):
            require_database()
    if named["REDIS_URL"]:
        with step("Redis (REDIS_URL)"):
            require_redis()


def require_database() -> None:
    """Raise CannotStart if the database that the environment names does not answer."""
    from django.db import connection
    from django.db.utils import OperationalError

    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CannotStart(
            f"The database that DATABASE_URL names does not answer:\n  {error}\n"
            "Start it, correct DATABASE_URL, or unset it to use the embedded PostgreSQL."
        ) from error


def require_redis() -> None:
    """Raise CannotStart if the Redis that the environment names does not answer."""
    from django.conf import settings

    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=10) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise CannotStart(
            f"The Redis that REDIS_URL names does not answer:\n  {error}\n"
            "Start it, correct REDIS_URL, or unset it to use the embedded Redis."
        ) from error


def prepare_database() -> None:
    """Bring the tables up to date, and make the demonstration: its accounts, which the command prints, its project."""
    from django.conf import settings
    from django.db import connections

    with step("Tables") as details:
        call_command("migrate", interactive=False, verbosity=0)
        details.append("up to date")
    if settings.DEMONSTRATION:
        call_command("demo_accounts")
        apply_demonstration(DEMONSTRATION_PROJECT)
    connections.close_all()


def apply_demonstration(project: Path) -> None:
    """Apply the project of the demonstration, if there is one.

    It is done here rather than in a process of its own, which would take a second to start.
    """
    if project.is_dir():
        with _told_as_incomplete():
            _run("Demonstration project", "apply", str(project), verbosity=0)


def start_world(port: int) -> World:
    """Start the world that the demonstration collects from; once it is made and answers, it is collected from."""
    log = RUN_DIR / "world.log"
    ended = f"\nThe invented town hall has ended: its sources answer again at the next run. See {log}.\n"
    return World(port=port, log=log, on_answer=ask_for_first_collections, on_end=lambda: say(ended))


def ask_for_first_collections() -> None:
    """Ask workers to collect what never was: the pages show them at it, and datasets are built of what they bring."""
    from django.db import connections

    output = StringIO()
    with _told_as_incomplete():
        call_command("collect", "--missing", "--ask", stdout=output, stderr=output)
    if output.getvalue():
        say(f"First collections:\n{_indented(output.getvalue())}")
    connections.close_all()


@contextmanager
def _told_as_incomplete() -> Iterator[None]:
    """What fails in the demonstration is told, and keeps nobody from the rest of the house."""
    try:
        yield
    except CommandError as error:
        say(_indented(str(error)))
        say("  The demonstration is not complete; the rest of the house is.")
    except Exception:
        say(_indented(traceback.format_exc()))
        say("  The demonstration is not complete: this is a bug. The rest of the house is.")


def _run(title: str, command: str, *arguments: str, verbosity: int = 1) -> None:
    """Run a command as a step: what it writes is said on the line of the step, or below it if it is longer."""
    output, below = StringIO(), True
    try:
        with step(title) as details:
            call_command(command, *arguments, verbosity=verbosity, stdout=output, stderr=output)
            if len(lines := output.getvalue().splitlines()) <= 1:
                details.extend(lines)
                below = False
    finally:
        if below and output.getvalue():
            say(_indented(output.getvalue()))


def _indented(text: str) -> str:
    return indent(text.rstrip(), "    ")
