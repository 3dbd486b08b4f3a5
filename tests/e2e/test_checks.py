"""Each check sees the fault it is there for, on a page made to hold it, and finds nothing on a page without it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e import tools
from tests.e2e.browser import Tabs, Window
from tests.e2e.checks import (
    QUICK,
    THOROUGH,
    Check,
    Visit,
    behaviour,
    keyboard,
    layout,
    markup,
    network,
    rules,
    structure,
)
from tests.e2e.visits import THEMES

pytestmark = pytest.mark.e2e

SITE = "http://planted.test"
POLICY = {"content-security-policy": "default-src 'self' 'unsafe-inline'; img-src 'self' data:"}

SOUND = """<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sources – Écluse</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark }
  body { margin: 0; font: 112.5%/1.5 system-ui; color: CanvasText; background: Canvas }
  a { color: LinkText; display: inline-block; min-height: 1.75rem }
  a:focus-visible, button:focus-visible, input:focus-visible, main:focus-visible { outline: 3px solid }
  .skip { position: absolute; inset-inline-start: -99rem }
  .skip:focus { position: static }
  .scroll { overflow-x: auto; position: relative }
  input, button { font: inherit; min-height: 2.75rem; max-width: 100%; border: 1px solid; box-sizing: border-box }
  @media print { nav { display: none } body { color: #000; background: #fff } }
</style>
</head>
<body>
<header>
<a class="skip" href="#content">Aller au contenu</a>
<nav aria-label="Principale"><a href="/">Accueil</a> <a href="/sources/">Sources</a>
<a href="/en/" lang="en" hreflang="en">English</a></nav>
</header>
<main id="content" tabindex="-1">
<h1>Sources</h1>
<form action="/sources/"><label for="q">Chercher une source</label> <input id="q" name="q" type="search">
<button id="go">Chercher</button></form>
<div class="scroll" tabindex="0" role="region" aria-labelledby="legend">
<table><caption id="legend">Sources de la ville</caption>
<thead><tr><th scope="col">Nom</th><th scope="col">Lignes</th></tr></thead>
<tbody><tr><th scope="row">Arbres</th><td>12</td></tr></tbody></table></div>
<svg width="80" height="40" role="img" aria-label="Douze lignes"><rect width="80" height="40" fill="#fff"/>
<text x="9" y="25" fill="#123" class="on-cell-1">12</text></svg>
<form method="post" action="/refused/"><label for="name">Nom de la source</label> <input id="name" name="name" required>
<button id="save">Enregistrer</button></form>
</main>
</body>
</html>
"""
REFUSED = """<!DOCTYPE html>
<html lang="fr">
<head><meta charset="utf-8"><title>Erreur : Nouvelle source – Écluse</title><link rel="icon" href="data:,"></head>
<body><main><h1>Nouvelle source</h1>
<div role="alert"><a href="#name">Le nom manque</a></div>
<form method="post"><p id="why">Le nom manque</p><label for="name">Nom</label>
<input id="name" name="name" aria-invalid="true" aria-describedby="why" required> <button id="save">Enregistrer</button>
</form></main></body></html>
"""
TRAP = "<script>document.getElementById('q').addEventListener('keydown', event => event.preventDefault())</script>"
LONG = "<p>" + "insécable" * 40 + "</p>"
CUT = '<p style="height: 1.6em; width: 24rem; overflow: hidden">Vingt-quatre lignes ont été mises de côté.</p>'

# check → (what the page holds, how to put it there: text of the page, what replaces it)
FAULTS: list[tuple[Check, str, str, str]] = [
    (
        network.stays_on_the_site,
        "a font from elsewhere",
        "</head>",
        '<link rel="stylesheet" href="https://fonts.example/x.css"></head>',
    ),
    (
        network.stays_on_the_site,
        "an image from elsewhere",
        "</main>",
        '<img alt="" src="http://pixel.example/1.gif"></main>',
    ),
    (network.console_is_clean, "a script that fails", "</body>", "<script>nowhere()</script></body>"),
    (network.console_is_clean, "a file that is not there", "</body>", '<img alt="" src="/absent.png"></body>'),
    (
        network.policy_holds,
        "a script from elsewhere",
        "</body>",
        '<script src="https://cdn.example/x.js"></script></body>',
    ),
    (markup.markup_is_valid, "a div inside a span", "</main>", "<span><div>x</div></span></main>"),
    (markup.markup_is_valid, "an attribute that does not exist", "<main", '<main colour="red"'),
    (rules.axe, "a field without label", '<label for="q">Chercher une source</label>', ""),
    (rules.axe, "text too pale", "</main>", '<p style="color: #888; background: #999">pâle</p></main>'),
    (
        rules.axe,
        "an image without alternative",
        "</main>",
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></main>',
    ),
    (
        rules.axe,
        "a doubt nobody has reviewed",
        "</main>",
        '<p style="background: linear-gradient(red, blue)">dégradé</p></main>',
    ),
    (
        rules.drawings_can_be_read,
        "a pale number on its cell",
        "</main>",
        '<svg><rect width="80" height="40" fill="#789"/><text x="9" y="25" fill="#456">12</text></svg></main>',
    ),
    (structure.title_is_present, "an empty title", "Sources – Écluse", ""),
    (structure.one_h1, "no h1", "h1>", "h2>"),
    (structure.one_h1, "two h1", "</main>", "<h1>Encore</h1></main>"),
    (structure.table_headers_are_tied, "a header tied to nothing", '<th scope="row">', "<th>"),
    (structure.switches_say_their_language, "a switch without lang", ' lang="en" hreflang="en"', ""),
    (
        structure.link_names_are_unambiguous,
        "one name for two pages",
        "</main>",
        '<a href="/ailleurs/">Sources</a></main>',
    ),
    (structure.controls_have_an_id, "a button without id", ' id="go"', ""),
    (layout.narrow_screen_fits, "a fixed width", "</main>", '<p style="width: 40rem">large</p></main>'),
    (layout.narrow_screen_fits, "a word that does not break", "</main>", LONG + "</main>"),
    (layout.doubled_text_fits, "a box of fixed height", "</main>", CUT.replace("1.6em", "28px") + "</main>"),
    (layout.spaced_text_fits, "a box of one line", "</main>", CUT.replace("24rem", "19rem") + "</main>"),
    (
        layout.forced_colours_keep_the_controls,
        "a button without border",
        "min-height: 2.75rem;",
        "border: 0 !important;",
    ),
    (
        layout.forced_colours_keep_the_controls,
        "colours kept by force",
        "<h1>",
        '<h1 style="forced-color-adjust: none">',
    ),
    (layout.prints_its_content, "content hidden on paper", "@media print {", "@media print { main { display: none }"),
    (layout.prints_its_content, "white on white", "body { color: #000;", "body { color: #fff;"),
    (layout.prints_its_content, "navigation on paper", "nav { display: none }", ""),
    (keyboard.skip_link_works, "no skip link", '<a class="skip" href="#content">Aller au contenu</a>', ""),
    (keyboard.skip_link_works, "a skip link to nowhere", 'href="#content"', 'href="#contents"'),
    (keyboard.skip_link_works, "a skip link that stays hidden", ".skip:focus", ".skip:target"),
    (keyboard.every_control_is_reached, "a trap", "</body>", TRAP + "</body>"),
    (keyboard.every_control_is_reached, "an order of its own", 'id="go"', 'id="go" tabindex="1"'),
    (
        keyboard.every_control_is_reached,
        "a focus that does not show",
        "a:focus-visible, button:focus-visible",
        "button:focus { outline: 0 } a",
    ),
    (
        behaviour.works_without_script,
        "content written by a script",
        "<h1>Sources</h1>",
        "<h1></h1><script>document.querySelector('h1').append('Sources')</script>",
    ),
    (
        behaviour.works_without_script,
        "a form nobody can send",
        '<button id="save">',
        '<button id="save" type="button">',
    ),
    (behaviour.works_without_script, "a link to a script", 'href="/sources/"', 'href="javascript:open()"'),
    (behaviour.works_without_script, "a search that does not answer", 'action="/sources/"', 'action="/absent/"'),
]
# The same, on the page that answers the empty form.
ERRORS = [
    ("a title that hides the error", "Erreur : ", ""),
    ("a field not marked", 'aria-invalid="true" ', ""),
    ("an error tied to nothing", ' aria-describedby="why"', ""),
    ("a summary that leads nowhere", 'href="#name"', 'href="#nom"'),
    ("a field without label", '<label for="name">Nom</label>', ""),
    ("invalid markup", "<main>", '<main colour="red">'),
]


@pytest.fixture
def open_html(tabs: Tabs, validate: Callable[..., Any], _beside_the_browser: None) -> Callable[..., Any]:
    @contextmanager
    def open_html(html: str, *, refused: str = REFUSED, theme: str = "light") -> Iterator[Visit]:
        window = Window(tabs, SITE, validate, tools.axe_source())
        window.planted = {"/": (POLICY, html), "/sources/": (POLICY, html), "/refused/": (POLICY, refused)}
        with window.visit("/", cookies=[], theme=theme, language="fr") as visit:
            yield visit

    return open_html


@pytest.mark.parametrize("theme", THEMES)
def test_a_sound_page_passes_every_check(open_html: Callable[..., Any], theme: str) -> None:
    with open_html(SOUND, theme=theme) as visit:
        found = [finding for check in (*QUICK, *THOROUGH) for finding in check(visit)]

    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("check", "fault", "text", "replacement"), FAULTS, ids=[f"{check.__name__}: {fault}" for check, fault, *_ in FAULTS]
)
def test_a_planted_fault_is_found(
    open_html: Callable[..., Any], check: Check, fault: str, text: str, replacement: str
) -> None:
    assert text in SOUND

    with open_html(SOUND.replace(text, replacement)) as visit:
        found = check(visit)

    assert found, f"{check.__name__} did not see {fault}"


@pytest.mark.parametrize(("fault", "text", "replacement"), ERRORS, ids=[fault for fault, *_ in ERRORS])
def test_a_fault_planted_in_the_answer_to_an_empty_form_is_found(
    open_html: Callable[..., Any], fault: str, text: str, replacement: str
) -> None:
    assert text in REFUSED

    with open_html(SOUND, refused=REFUSED.replace(text, replacement)) as visit:
        found = behaviour.errors_are_explained(visit)

    assert found, f"errors_are_explained did not see {fault}"


def test_every_check_has_been_seen_to_fail() -> None:
    proven = {check for check, *_ in FAULTS} | {behaviour.errors_are_explained}

    assert {*QUICK, *THOROUGH} <= proven


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_tool_skips_on_a_desk_and_fails_in_integration(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(outcome, match="Chromium is missing"):
        tools.chromium_path()
