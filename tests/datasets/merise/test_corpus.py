"""Classic exercises: our tables are those of mocodo, which teaches them."""

import re
from pathlib import Path

import pytest

from apps.datasets.merise.logical import to_logical
from apps.datasets.merise.notation import read, write
from tests.datasets.merise.mocodo import shapes_by_mocodo, shapes_of

GUIDE = Path(__file__).parents[3] / "docs" / "merise.md"
EXERCISES = sorted(Path(__file__).parent.joinpath("corpus").glob("*.mcd"))


@pytest.fixture(params=EXERCISES, ids=lambda path: path.stem)
def text(request):
    return request.param.read_text(encoding="utf-8")


def test_our_tables_are_those_of_mocodo(text):
    assert shapes_of(to_logical(read(text))) == shapes_by_mocodo(text)


def test_what_we_write_is_read_the_same_by_us_and_by_mocodo(text):
    model = read(text)

    assert read(write(model)) == model
    assert shapes_by_mocodo(write(model)) == shapes_by_mocodo(text)


def test_the_example_of_the_guide_gives_the_tables_that_it_tells():
    guide = GUIDE.read_text(encoding="utf-8")
    example = guide.split("```")[1]
    told = re.findall(r"^- (\w+) \((.*?)\)", guide, re.MULTILINE)

    schema = to_logical(read(example))

    made = []
    for entity in schema.entities:
        foreign = {name for each in entity.foreign_keys for name in each.columns}
        columns = [f"#{each.name}" if each.name in foreign else each.name for each in entity.columns]
        keys = [f"**{said}**" if each.is_key else said for said, each in zip(columns, entity.columns, strict=True)]
        made.append((entity.name, ", ".join(keys)))
    assert made == told
