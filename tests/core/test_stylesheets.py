"""The two stylesheets: colours that agree, and that can be read in both themes."""

import re

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR / "static" / "css"


def tokens(name):
    """The custom properties of a sheet, each as (light, dark)."""
    found = {}
    for token, value in re.findall(r"(--[\w-]+): (light-dark\([^)]*\)|#\w+);", (FOLDER / name).read_text()):
        colors = re.findall(r"#\w+", value)
        found.setdefault(token, (colors[0], colors[-1]))
    return found


def luminance(color):
    digits = color[1:] if len(color) == 7 else "".join(letter * 2 for letter in color[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_administration_has_the_colours_of_the_site():
    site, admin = tokens("ecluse.css"), tokens("admin.css")

    shared = admin.keys() & site.keys()
    assert len(shared) >= 12
    assert {token: admin[token] for token in shared} == {token: site[token] for token in shared}
    assert admin["--link-fg"] == site["--accent"]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["--ink", "--ink-2", "--accent", "--ok", "--warn", "--bad", "--info"])
@pytest.mark.parametrize("ground", ["--paper", "--sunk"])
def test_text_is_read_on_every_ground(ink, ground, theme):
    found = tokens("ecluse.css")

    assert contrast(found[ink][theme], found[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "ratio"),
    [
        ("--on-accent", "--accent", 4.5),
        ("--on-canal", "--canal", 4.5),
        ("--edge", "--paper", 3),
        ("--focus", "--paper", 3),
    ],
)
def test_controls_stand_out(ink, ground, ratio, theme):
    found = tokens("ecluse.css")

    assert contrast(found[ink][theme], found[ground][theme]) >= ratio
