"""Templates: each is used, each component shows its contract and itself, none holds what a strict CSP forbids."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings
from django.template.utils import get_app_template_dirs

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"

# Django and REST framework look for these by name.
BY_CONVENTION = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "503.html"}
# No reader of e-mail takes a stylesheet from elsewhere, and none of them has our CSP.
WITH_INLINE_STYLE = "emails/"

NAMED = re.compile(r"""["']([\w/.-]+\.(?:html|txt|md|svg))["']""")
EMAIL = re.compile(r"""template=["'](\w+)["']""")  # core.emails.compose takes the name of a pair
COMPONENT = re.compile(r"""{%\s*component\s+["'](\w+)["']""")
CONTRACT = re.compile(r"{%\s*comment\s*%}\s*\S")

FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "inline style": re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.IGNORECASE),
    "inline event": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "javascript address": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
    "asset from elsewhere": re.compile(
        r"<(?:script|link|img|iframe|source|video|audio|object|embed|use|image)\b[^>]*"
        r"\b(?:src|href|srcset|data|poster)\s*=\s*[\"']\s*(?:https?:)?//",
        re.IGNORECASE,
    ),
}


def names_in(text: str) -> set[str]:
    """The templates that this source names."""
    return {
        *NAMED.findall(text),
        *(f"components/{name}.html" for name in COMPONENT.findall(text)),
        *(f"emails/{name}.{kind}" for name in EMAIL.findall(text) for kind in ("html", "txt")),
    }


def orphans(templates: Iterable[str], sources: Iterable[str]) -> list[str]:
    """The templates that no source names, that nothing looks for by convention and that replace none of a library."""
    named = BY_CONVENTION.union(*(names_in(source) for source in sources))
    return sorted(name for name in templates if name not in named and not replaces_a_library(name))


def replaces_a_library(name: str) -> bool:
    return any((Path(folder) / name).exists() for folder in get_app_template_dirs("templates"))


def without_contract(components: dict[str, str]) -> list[str]:
    return [name for name, text in components.items() if not CONTRACT.match(text)]


def reachable(start: str, templates: dict[str, str]) -> set[str]:
    """The templates that this one shows: itself, what it extends and includes, and so on."""
    seen: set[str] = set()
    waiting = {start}
    while waiting:
        seen.add(name := waiting.pop())
        waiting |= names_in(templates.get(name, "")) - seen
    return seen


def forbidden(name: str, text: str) -> list[str]:
    """What a page may not hold, as `template: what`."""
    return [
        f"{name}: {what}"
        for what, pattern in FORBIDDEN.items()
        if pattern.search(text) and not (what == "inline style" and name.startswith(WITH_INLINE_STYLE))
    ]


def all_templates() -> dict[str, str]:
    return {
        str(path.relative_to(TEMPLATES)): path.read_text()
        for path in TEMPLATES.rglob("*")
        if path.is_file() and path.suffix in {".html", ".txt", ".md", ".svg"}
    }


def components() -> dict[str, str]:
    return {name: text for name, text in all_templates().items() if name.startswith("components/")}


def test_every_template_is_used():
    code = [path.read_text() for folder in ("apps", "config") for path in (ROOT / folder).rglob("*.py")]

    assert orphans(all_templates(), [*code, *all_templates().values()]) == []


def test_an_orphan_is_found():
    assert orphans(["x/lost.html", "x/used.html", "admin/base_site.html"], ['render(request, "x/used.html")']) == [
        "x/lost.html"
    ]


def test_every_component_opens_with_its_contract():
    assert without_contract(components()) == []


def test_a_component_without_contract_is_found():
    planted = {
        "a.html": "<p>",
        "b.html": "{% load i18n %}{% comment %}late{% endcomment %}",
        "c.html": "{% comment %}\nC",
    }

    assert without_contract(planted) == ["a.html", "b.html"]


def test_every_component_appears_in_the_gallery():
    assert set(components()) - reachable("core/gallery.html", all_templates()) == set()


def test_a_component_that_the_gallery_does_not_show_is_found():
    templates = {"gallery.html": '{% component "a" %}', "components/a.html": '{% include "components/_b.html" %}'}

    assert reachable("gallery.html", templates) == {"gallery.html", "components/a.html", "components/_b.html"}


def test_no_template_holds_what_the_policy_forbids():
    assert [fault for name, text in all_templates().items() for fault in forbidden(name, text)] == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<script>go()</script>", "inline script"),
        ('<script type="module">go()</script>', "inline script"),
        ("<style>p{}</style>", "inline style"),
        ('<p class="a" style="color:red">', "inline style"),
        ('<button onclick="go()">', "inline event"),
        ('<a href="javascript:go()">', "javascript address"),
        ('<script src="https://cdn.example/x.js"></script>', "asset from elsewhere"),
        ('<link rel="stylesheet" href="//fonts.example/x.css">', "asset from elsewhere"),
        ('<img alt="" src="http://pixel.example/x.gif">', "asset from elsewhere"),
    ],
)
def test_what_the_policy_forbids_is_found(text, what):
    assert forbidden("x.html", text) == [f"x.html: {what}"]


@pytest.mark.parametrize(
    "text",
    [
        '<script src="{% static "js/htmx.js" %}" defer></script>',
        '<a href="https://www.cnil.fr/">CNIL</a>',
        '<img src="{% static "img/sign.svg" %}" alt="">',
        '<p class="styled" data-onload="x">',
    ],
)
def test_what_a_page_may_hold_is_left_alone(text):
    assert forbidden("x.html", text) == []


def test_the_style_of_an_e_mail_is_inside_it():
    assert forbidden("emails/base.html", '<p style="color:red">') == []


def test_templates_are_looked_for_where_this_looks():
    assert settings.TEMPLATES[0]["DIRS"] == [TEMPLATES]
