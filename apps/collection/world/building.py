"""The world on the disk: made when it is not there, whole or not at all, the same for the same seed.

    folder/current  -> worlds/<key>     what is served; the link is changed in one instruction
    folder/worlds/<key>/                 api/ exports/ site/ base/ lac/ registre.json monde.json
    folder/worlds/.draft-…               what a killed process was making: swept by the next one

A key holds the digest of the world's own code and words, so that a change of them makes it again.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from apps.collection.world import label
from apps.collection.world.ledger import Fault, Kind, Source, counts
from apps.collection.world.stores.exports import write_exports
from apps.collection.world.stores.notices import write_notices
from apps.collection.world.stores.readings import write_readings
from apps.collection.world.stores.records import write_records
from apps.collection.world.stores.sqlite import write_sqlite
from apps.collection.world.story import Story, tell

CODE = Path(__file__).parent
CURRENT = "current"
LEDGER, ABOUT = "registre.json", "monde.json"
_HELD = ".held"

# The folder of each source, and who fills it.
STORES: dict[Source, Callable[[Story, Path], list[Fault]]] = {
    Source.API: write_records,
    Source.EXPORTS: write_exports,
    Source.SITE: write_notices,
    Source.DATABASE: write_sqlite,
    Source.LAKE: write_readings,
}
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class World:
    """A world that is made: where it is, how it was asked for, the digest of each of its files, its faults by kind."""

    folder: Path
    seed: int
    scale: int
    version: str
    digests: dict[str, str]
    faults: dict[Source, dict[Kind, int]]

    @property
    def digest(self) -> str:
        """One digest for all that it holds."""
        return sha256(json.dumps(self.digests, sort_keys=True).encode()).hexdigest()


@cache
def version() -> str:
    """A short digest of the code and the words that make the world."""
    files = sorted(path for path in CODE.rglob("*") if path.suffix in {".py", ".toml"} and "serving" not in path.parts)
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


@contextmanager
def standing(folder: Path, *, seed: int, scale: int, say: Say) -> Iterator[World]:
    """The world of this seed and this scale below `folder`, made if it is missing; not swept inside the block."""
    key = f"{version()}-{seed}-{scale}"
    worlds = folder / "worlds"
    worlds.mkdir(parents=True, exist_ok=True)
    place = worlds / key
    with ExitStack() as held:
        with _locked(folder / ".lock", fcntl.LOCK_EX):
            if not (place / ABOUT).exists():
                _make(place, seed=seed, scale=scale, say=say)
            held.enter_context(_locked(place / _HELD, fcntl.LOCK_SH))
            _point(folder / CURRENT, Path("worlds") / key)
            _sweep(worlds, but=key)
        yield read(place)


def read(place: Path) -> World:
    """The world in this folder. Raises FileNotFoundError if there is none."""
    about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
    return World(
        folder=place.resolve(),
        seed=about["seed"],
        scale=about["scale"],
        version=about["version"],
        digests=about["digests"],
        faults={
            Source(source): {Kind(kind): count for kind, count in kinds.items()}
            for source, kinds in about["faults"].items()
        },
    )


def ledger_of(world: World) -> list[Fault]:
    told = json.loads((world.folder / LEDGER).read_text(encoding="utf-8"))
    return [
        Fault(**fault | {"kind": Kind(fault["kind"]), "source": Source(fault["source"])}) for fault in told["defauts"]
    ]


def _make(place: Path, *, seed: int, scale: int, say: Say) -> None:
    draft = place.parent / f".draft-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    say(f"{scale} reports are invented…")
    story = tell(seed=seed, scale=scale)
    faults: list[Fault] = []
    for source, write in STORES.items():
        say(f"{source}…")
        faults += write(story, draft / source)
    _write_json(draft / LEDGER, {"mention": label.MENTION, "defauts": [asdict(fault) for fault in faults]})
    digests = {str(path.relative_to(draft)): _digest(path) for path in sorted(draft.rglob("*")) if path.is_file()}
    about = {"mention": label.MENTION, "seed": seed, "scale": scale, "version": version()}
    _write_json(draft / ABOUT, about | {"faults": counts(faults), "digests": digests})
    shutil.rmtree(place, ignore_errors=True)
    draft.rename(place)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _point(link: Path, target: Path) -> None:
    """Make the link lead there: at every moment it leads somewhere whole."""
    if link.is_symlink() and link.readlink() == target:
        return
    new = link.with_name(f".{link.name}-{os.getpid()}")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


def _sweep(worlds: Path, *, but: str) -> None:
    """Delete the drafts of killed processes, and the worlds that no process serves any more."""
    for place in worlds.iterdir():
        if place.name != but and not _is_held(place):
            shutil.rmtree(place, ignore_errors=True)


def _is_held(place: Path) -> bool:
    try:
        with _locked(place / _HELD, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return False
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    """Hold a lock that the kernel lets go of when we end, however we end."""
    with path.open("a") as file:
        fcntl.flock(file, how)
        yield
