"""The French of the product is whole, true to the source, well set, and compiled."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.utils.formats import date_format
from django.utils.translation import override

from tests.project.catalogues import (
    ill_set_entries,
    missing_entries,
    stale_entries,
    unfaithful_entries,
    unfinished_entries,
)

FRENCH = settings.BASE_DIR / "locale" / "fr" / "LC_MESSAGES"
# What libraries say badly, or in English only, is said again in a catalogue of its own, kept by hand.
LIBRARIES = settings.BASE_DIR / "locale" / "libraries" / "fr" / "LC_MESSAGES"
DOMAINS = ("django", "djangojs")
SOURCES = ("apps", "config", "templates", "static")


def catalogue(*entries: dict[str, object]) -> polib.POFile:
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    made.extend(polib.POEntry(**entry) for entry in entries)
    return made


@pytest.fixture(scope="session")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, polib.POFile]:
    """What makemessages reads in the code today, written elsewhere than in the checkout."""
    if shutil.which("xgettext") is None:
        message = "xgettext is missing: install it (apt-get install gettext)."
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(message)
        pytest.skip(message)
    tree = tmp_path_factory.mktemp("extraction")
    # Copied, not linked: makemessages writes beside each template, where another worker's would take it away.
    for name in SOURCES:
        shutil.copytree(settings.BASE_DIR / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    catalogues = tree / "locale" / "fr" / "LC_MESSAGES"
    catalogues.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tree)
        patch.setattr(settings, "LOCALE_PATHS", [tree / "locale"])
        for domain in DOMAINS:
            call_command("makemessages", locale=["fr"], domain=domain, verbosity=0)
    return {domain: polib.pofile(str(path)) for domain in DOMAINS if (path := catalogues / f"{domain}.po").exists()}


@pytest.fixture(params=DOMAINS)
def french(request: pytest.FixtureRequest, extracted: dict[str, polib.POFile]) -> Iterator[polib.POFile]:
    """Each committed catalogue; one that nothing would fill is not asked for."""
    path = FRENCH / f"{request.param}.po"
    if not path.exists() and not extracted.get(request.param):
        yield catalogue()
        return
    assert path.exists(), f"{path.relative_to(settings.BASE_DIR)} is missing: run `make messages`."
    yield polib.pofile(str(path))


def test_everything_to_translate_is_in_the_catalogue(
    request: pytest.FixtureRequest, french: polib.POFile, extracted: dict[str, polib.POFile]
) -> None:
    domain = request.node.callspec.params["french"]

    missing = missing_entries(french, extracted.get(domain, catalogue()))

    assert not missing, f"{len(missing)} to add with `make messages`:\n" + "\n".join(missing)


def test_nothing_is_untranslated_or_fuzzy(french: polib.POFile) -> None:
    unfinished = unfinished_entries(french)

    assert not unfinished, f"{len(unfinished)} to translate:\n" + "\n".join(unfinished)


def test_translations_keep_the_placeholders_and_the_tags_of_their_source(french: polib.POFile) -> None:
    assert not unfaithful_entries(french)


def test_translations_are_set_as_french_is(french: polib.POFile) -> None:
    assert not ill_set_entries(french)


@pytest.mark.parametrize("domain", DOMAINS)
def test_compiled_catalogues_say_what_their_sources_say(domain: str) -> None:
    source, compiled = FRENCH / f"{domain}.po", FRENCH / f"{domain}.mo"
    if domain == "djangojs" and not source.exists():
        assert not compiled.exists()
        return
    assert source.exists(), "Run `make messages`."
    assert compiled.exists(), "Run `make messages`."

    assert not stale_entries(polib.pofile(str(source)), polib.mofile(str(compiled)))


def test_what_libraries_say_is_said_again_in_good_french() -> None:
    again = polib.pofile(str(LIBRARIES / "django.po"))

    assert not unfinished_entries(again)
    assert not unfaithful_entries(again)
    assert not ill_set_entries(again)
    assert not stale_entries(again, polib.mofile(str(LIBRARIES / "django.mo")))


def test_what_is_said_again_is_still_said_by_a_library() -> None:
    folders = [Path(django.__file__).parent / "conf", *(Path(config.path) for config in apps.get_app_configs())]
    said = {
        entry.msgid
        for folder in folders
        if (path := folder / "locale" / "fr" / "LC_MESSAGES" / "django.mo").exists()
        for entry in polib.mofile(str(path))
    }

    again = polib.pofile(str(LIBRARIES / "django.po"))

    assert [entry.msgid for entry in again if entry.msgid not in said and "English only" not in entry.tcomment] == []


def test_french_hours_are_written_as_french_readers_write_them() -> None:
    at = datetime(2026, 11, 19, 9, 5, tzinfo=UTC)

    with override("fr"):
        assert date_format(at, "DATETIME_FORMAT") == "19 novembre 2026, 9\u00a0h\u00a005"
        assert date_format(at, "TIME_FORMAT") == "9\u00a0h\u00a005"


# --- Each rule sees the fault it is there for ------------------------------------------------------
def test_a_text_that_the_catalogue_lacks_is_found() -> None:
    code = catalogue({"msgid": "Sources"}, {"msgid": "May", "msgctxt": "month"})

    assert missing_entries(catalogue({"msgid": "Sources"}, {"msgid": "May"}), code) == ["May"]
    assert missing_entries(catalogue({"msgid": "Sources", "obsolete": True}), code) == ["Sources", "May"]


@pytest.mark.parametrize(
    "entry",
    [
        {"msgid": "Sources", "msgstr": ""},
        {"msgid": "Sources", "msgstr": "Sources", "flags": ["fuzzy"]},
        {"msgid": "%d row", "msgid_plural": "%d rows", "msgstr_plural": {0: "%d ligne", 1: ""}},
    ],
)
def test_a_text_without_its_translation_is_found(entry: dict[str, object]) -> None:
    assert unfinished_entries(catalogue(entry)) == [entry["msgid"]]


@pytest.mark.parametrize(
    ("entry", "is_faithful"),
    [
        ({"msgid": "Hello %(name)s", "msgstr": "Bonjour %(name)s"}, True),
        ({"msgid": "Hello %(name)s", "msgstr": "Bonjour %(nom)s"}, False),
        ({"msgid": "Hello {name}", "msgstr": "Bonjour"}, False),
        ({"msgid": "{0} of {1}", "msgstr": "{0} sur {1}"}, True),
        ({"msgid": "Read <b>this</b>", "msgstr": "Lisez ceci"}, False),
        (
            {"msgid": "One row", "msgid_plural": "%(n)s rows", "msgstr_plural": {0: "%(n)s ligne", 1: "%(n)s lignes"}},
            True,
        ),
        ({"msgid": "One row", "msgid_plural": "%(n)s rows", "msgstr_plural": {0: "Une ligne", 1: "des lignes"}}, False),
    ],
)
def test_a_translation_that_loses_a_placeholder_or_a_tag_is_found(entry: dict[str, object], is_faithful: bool) -> None:
    assert bool(unfaithful_entries(catalogue(entry))) is not is_faithful


@pytest.mark.parametrize(
    ("text", "is_well_set"),
    [
        ("L’écluse\u00a0: ouverte\u202f!", True),
        ("À 10:30, voir https://ecluse.test/?page=2", True),
        ("<a href=\"/x/\" class='y'>L’aide</a>", True),
        ("Voir «\u00a0Sources\u00a0»…", True),
        ("Quoi\u202f?!", True),
        ("L'écluse", False),
        ("Ouverte: oui", False),
        ("Ouverte : oui", False),
        ("Ouverte ?", False),
        ("%(name)s : oui", False),
        ("Nom :", False),
        ("Voir « Sources »", False),
        ('Voir "Sources"', False),
        ("En cours...", False),
        ("Faite à 80 %", False),
    ],
)
def test_a_fault_of_typography_is_found(text: str, is_well_set: bool) -> None:
    assert bool(ill_set_entries(catalogue({"msgid": "x", "msgstr": text}))) is not is_well_set


def test_a_compiled_catalogue_that_lags_behind_its_source_is_found(tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    catalogue({"msgid": "Sources", "msgstr": "Sources"}).save_as_mofile(str(compiled))

    assert stale_entries(catalogue({"msgid": "Sources", "msgstr": "Les sources"}), polib.mofile(str(compiled))) == [
        "Sources"
    ]
    assert stale_entries(catalogue({"msgid": "Sources", "msgstr": "Sources"}), polib.mofile(str(compiled))) == []
