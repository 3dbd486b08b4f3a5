"""The world stands outside of the house, as real sources do."""

from pathlib import Path

from tests.project.test_architecture import imports

ROOT = Path(__file__).parents[3]
WORLD = ROOT / "apps" / "collection" / "world"
ITS_COMMAND = ROOT / "apps" / "collection" / "management" / "commands" / "demo_world.py"


def is_of(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_the_world_imports_nothing_of_the_house():
    for path in WORLD.rglob("*.py"):
        for name in imports(path.read_text()):
            assert is_of(name, "apps.collection.world") or not name.startswith(("apps.", "config.", "django")), path


def test_the_house_imports_nothing_of_the_world_but_in_its_command():
    importing = {
        path
        for package in ("apps", "config")
        for path in (ROOT / package).rglob("*.py")
        if WORLD not in path.parents and any(is_of(name, "apps.collection.world") for name in imports(path.read_text()))
    }

    assert importing == {ITS_COMMAND}
