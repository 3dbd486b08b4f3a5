"""The demonstration world for tests: made once in a session, small, really served on a free port of loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import requests

from apps.collection.world.building import CURRENT, World, ledger_of, standing
from apps.collection.world.ledger import Fault
from apps.collection.world.serving.application import Application, living
from apps.collection.world.serving.server import serving
from apps.collection.world.serving.tokens import CLIENT_ID, CLIENT_SECRET
from apps.collection.world.story import Story, tell

SEED, SCALE = 7, 2000


@dataclass
class Clock:
    """The seconds by which tokens end; they pass when a test says so."""

    now: float = 0

    def __call__(self) -> float:
        return self.now


@dataclass
class ServedWorld:
    """A world and the address under which it answers; `folder` is where the command would make it."""

    world: World
    base: str
    folder: Path
    clock: Clock = field(default_factory=Clock)

    @property
    def lake(self) -> Path:
        return self.folder / CURRENT / "lac"

    @property
    def database(self) -> Path:
        return self.folder / CURRENT / "base" / "services-techniques.sqlite"

    @cached_property
    def story(self) -> Story:
        return tell(seed=self.world.seed, scale=self.world.scale)

    @cached_property
    def faults(self) -> list[Fault]:
        return ledger_of(self.world)

    def get(self, path: str, **options: object) -> requests.Response:
        return requests.get(path if path.startswith("http") else f"{self.base}{path}", timeout=30, **options)

    def bearer(self) -> dict[str, str]:
        """The header of a new token."""
        granted = requests.post(
            f"{self.base}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(CLIENT_ID, CLIENT_SECRET),
            timeout=30,
        ).json()
        return {"Authorization": f"Bearer {granted['access_token']}"}


@contextmanager
def served_world(folder: Path, *, scale: int = SCALE, live: bool = False, **options: int) -> Iterator[ServedWorld]:
    """Serve it; it is never tired unless `tired_every` says so."""
    clock = Clock()
    told = {"until": living(clock)} if live else {}
    with (
        standing(folder, seed=SEED, scale=scale, say=_nothing) as world,
        serving(Application(world, clock=clock, **{"tired_every": 0} | told | options)) as server,
    ):
        yield ServedWorld(world=world, base=server.base, folder=folder, clock=clock)


def _nothing(_progress: str) -> None:
    pass
