"""Serve the invented town hall that the demonstration collects from, on loopback, until Ctrl-C."""

import signal
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from apps.collection.world.building import CURRENT, World, standing
from apps.collection.world.serving.application import Application, living
from apps.collection.world.serving.server import serving
from apps.collection.world.stores.postgres import READER, READER_PASSWORD, SCHEMA, fill_database
from apps.collection.world.story import tell

SEED, SCALE, PORT = 42, 24_000, 8100
FOLDER = Path(__file__).parents[4] / "var" / "world"
# Fewer reports would not hold one fault of each kind.
LEAST_SCALE = 500


class Command(BaseCommand):
    help = (
        "Serve an invented town hall on 127.0.0.1: an API, CSV exports, a site, a database, a lake of Parquet files "
        "(docs/how-to/demonstration-world.md). It is made once for each seed and scale."
    )
    # It stands outside of Écluse: it needs neither its database nor its settings to be right.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=PORT)
        parser.add_argument("--folder", type=Path, default=FOLDER, help="where it is made")
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--scale", type=int, default=SCALE, help=f"reports, {LEAST_SCALE} at least")
        parser.add_argument(
            "--database-url", default="", help="PostgreSQL that receives the tables of the database too"
        )
        parser.add_argument("--live", action="store_true", help="Let reports come into the API as time goes by.")
        parser.add_argument("--only-make", action="store_true", help="Make the world, and do not serve it.")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, folder: Path, seed: int, scale: int, **options: Any) -> None:
        if scale < LEAST_SCALE:
            raise CommandError(f"--scale must be {LEAST_SCALE} at least.")
        began_at = monotonic()
        for ending in (signal.SIGINT, signal.SIGTERM):  # the first one too: a shell that starts us behind ignores it
            signal.signal(ending, _end)
        try:
            with standing(folder, seed=seed, scale=scale, say=self.stdout.write) as world:
                if options["database_url"]:
                    self.fill(options["database_url"], world)
                self.stdout.write(f"The world stands in {folder / CURRENT} ({monotonic() - began_at:.1f} s).")
                if not options["only_make"]:
                    self.serve(world, port=options["port"], live=options["live"])
        except KeyboardInterrupt:
            self.stdout.write("The world is closed.")

    def fill(self, url: str, world: World) -> None:
        import psycopg2

        version = f"{world.version}-{world.seed}-{world.scale}"
        try:
            made = fill_database(url, lambda: tell(seed=world.seed, scale=world.scale), version=version)
        except psycopg2.Error as error:
            # Its message names the server, not the password.
            raise CommandError(f"The tables could not be made in PostgreSQL: {error}") from error
        state = "made" if made else "already there"
        self.stdout.write(f"PostgreSQL: schema {SCHEMA} {state}; role {READER}, password {READER_PASSWORD}.")

    def serve(self, world: World, *, port: int, live: bool) -> None:
        application = Application(world, until=living()) if live else Application(world)
        try:
            with serving(application, port=port) as server:
                self.stdout.write(f"Everything in it is invented. It is told on {server.base}/ - Ctrl-C ends it.")
                self.stdout.flush()
                signal.pause()
        except OSError as error:
            raise CommandError(f"Port {port}: {error.strerror}. Choose another one with --port.") from error


def _end(_received: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
