"""The story of a run: alone, keys, servers, tables, doors open, and everything stopped in the end.

Each step says what it did and how long it took. What a killed run left behind is swept away first; what it had written
to disk is kept, and survives a kill at any moment.
"""

import os
import signal
import sys
import time
from types import FrameType

from django.conf import settings

from config.embedded import EmbeddedError, EmbeddedServices
from config.embedded.private import claim_directory
from config.launch.alone import CannotStart, require_free, sweep, the_only_run
from config.launch.serving import Crashed, serve
from config.launch.steps import keep_keys, prepare_database, start_servers, start_world
from config.launch.terminal import leave_the_terminal, say
from config.launch.world import choose_port
from config.settings.environment import BASE_DIR, RUN_DIR, fill_in, read_file

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Told(BaseException):
    """A signal told us to end."""


def main() -> int:
    for ending in ENDINGS:
        signal.signal(ending, _end)
    try:
        launch()
    except Told:
        say("Stopped. Nothing is lost: `make run` takes up where this one ended.")
    except (CannotStart, Crashed, EmbeddedError) as error:
        say(f"\n{error}")
        return 1
    return 0


def launch() -> None:
    """Run everything until a signal or a crash, and leave no process behind."""
    began_at = time.monotonic()
    read_file(BASE_DIR / ".env")
    fill_in(PORT="8000", DJANGO_SETTINGS_MODULE="config.settings.dev", PGCONNECT_TIMEOUT="10")
    fill_in(LOG_COLOURS=str(sys.stdout.isatty()))  # ours, which the processes write to through a pipe
    fill_in(SITE_URL=f"http://127.0.0.1:{os.environ['PORT']}")
    port, address = int(os.environ["PORT"]), os.environ["SITE_URL"]
    services = EmbeddedServices(RUN_DIR)
    claim_directory(RUN_DIR)
    say("Écluse starts.")
    with the_only_run(RUN_DIR / "launch.lock", address=address):
        try:
            if sweep():
                say("  The processes of a run that was killed have been ended.")
            services.stop()
            require_free(port)
            world_port = choose_port(RUN_DIR / "world.env", besides=port)
            keep_keys(RUN_DIR / "secrets.env")
            start_servers(services)
            world = start_world(world_port) if settings.DEMONSTRATION else None
            prepare_database()
            serve(
                port,
                services,
                on_ready=lambda: say(
                    f"\nÉcluse is ready in {time.monotonic() - began_at:.1f} s: {address}\n"
                    f"{_for_keys(address)}Ctrl-C stops everything.\n"
                ),
                on_slow=lambda: say("\nÉcluse does not answer yet: see what its processes say above.\n"),
                on_look=lambda: world.look() if world else None,
            )
        finally:
            for ending in ENDINGS:
                signal.signal(ending, signal.SIG_IGN)  # what follows is short and bounded: nothing need hurry it
            sweep()
            services.stop()


def _for_keys(address: str) -> str:
    name = address.replace("//127.0.0.1", "//localhost")
    return "" if name == address else f"For security keys, which browsers refuse on an IP address: {name}\n"


def _end(received: int, _frame: FrameType | None) -> None:
    if received == signal.SIGHUP:
        leave_the_terminal()
    raise Told


if __name__ == "__main__":
    sys.exit(main())
