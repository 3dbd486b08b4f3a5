"""Make the virtual environment match a locked list: `python3 requirements/install.py demo`.

Instant when it already does. What was interrupted is done again from the start, since half a package looks installed.
Needs Python alone: uv, which installs the rest, comes through pip, checked by its hash like everything else.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
OLDEST = (3, 11)


def main(name: str) -> int:
    if sys.version_info < OLDEST:
        return refuse(
            "Écluse needs Python {}.{} or later, and this one is {}.\n"
            "Install a later one, then name it: make run PYTHON=python3.12".format(*OLDEST, sys.version.split()[0])
        )
    home = Path(os.environ.get("VENV") or HERE.parent / ".venv").resolve()
    if is_installed(home, name):
        return 0
    home.mkdir(exist_ok=True)
    with (home / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return 0 if is_installed(home, name) else install(home, name)


def is_installed(home: Path, name: str) -> bool:
    """Whether this list is installed as it is locked today. The developers' list holds the demonstration's."""
    return any(
        stamp(home, each).exists() and stamp(home, each).read_text() == digest(home, each) for each in {name, "dev"}
    )


def install(home: Path, name: str) -> int:
    interrupted = home / "interrupted"
    python = home / "bin" / "python"
    began_at = time.monotonic()
    say(f"Python environment in {home}")
    if not works(python):
        step("making it")
        if run([sys.executable, "-m", "venv", "--without-pip", "--clear", home]):
            return refuse("This Python cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv")
    for each in home.glob("*.installed"):
        each.unlink()
    again = ["--reinstall"] if interrupted.exists() else []
    interrupted.touch()
    uv = home / "bin" / "uv"
    if again or not uv.exists():
        step("installing uv")
        wanted = ["install", "--quiet", "--require-hashes", "--requirement", HERE / "uv.txt"]
        own_pip = [python, "-m", "pip"] if not run([python, "-m", "ensurepip"], quiet=True) else None
        # Debian keeps ensurepip in a package of its own, but its pip can install for another Python.
        pip = own_pip or [sys.executable, "-m", "pip", "--python", python]
        if run([*pip, *wanted, *(["--force-reinstall"] if again else [])]):
            return refuse("uv could not be installed, see above. On Debian or Ubuntu: apt install python3-venv")
    lines = (HERE / f"{name}.txt").read_text().splitlines()
    step(f"installing {sum('==' in line for line in lines)} packages and compiling them (a minute the first time)")
    # Where writing compiled files is turned off, each start of each process would otherwise compile everything again.
    command = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--require-hashes", *again]
    if run([*command, "--python", python, "--requirement", HERE / f"{name}.txt"]):
        return refuse("The packages could not be installed, see above. Run the same command again to resume.")
    stamp(home, name).write_text(digest(home, name))
    interrupted.unlink()
    say(f"Python environment ready, {time.monotonic() - began_at:.1f} s")
    return 0


def stamp(home: Path, name: str) -> Path:
    return home / f"{name}.installed"


def digest(home: Path, name: str) -> str:
    """What the stamp must say: the list, and the place, for the programs in it name their Python by its full path."""
    return hashlib.sha256((HERE / f"{name}.txt").read_bytes() + bytes(home)).hexdigest()


def works(python: Path) -> bool:
    recent_enough = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return python.exists() and run([python, "-c", recent_enough], quiet=True) == 0


def run(command: list, quiet: bool = False) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    output = subprocess.DEVNULL if quiet else None
    return subprocess.call([str(each) for each in command], env=environment, stdout=output, stderr=output)  # noqa: S603 -- ours


def step(text: str) -> None:
    say(f"  {text} …")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def refuse(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
