"""Each kind of line as a form: what it shows and is sent back says the same."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from apps.datasets.forms.recipe import KINDS, ItemForm, Surroundings
from tests.datasets.recipes.cleaned import column, entity

DOCS = "".join((Path(settings.BASE_DIR) / "docs" / name).read_text() for name in ("recipes.md", "quality-rules.md"))
STEPS = [yaml.safe_load(each) for each in re.findall(r"`(\{step: .+?\})`", DOCS)]
RULES = [each for text in re.findall(r"```yaml rules\n(.*?)```", DOCS, re.DOTALL) for each in yaml.safe_load(text)]
AROUND = Surroundings(schema=entity(column("name"), column("price")), entities=[("service", "Services")])
NOTED = {"note": "Because."}


def sent_back(form):
    """What a browser would send of this form."""
    data = {}
    for bound in form:
        value = bound.value()
        if value is True:
            data[bound.html_name] = "on"
        elif value not in (None, False):
            data[bound.html_name] = bound.field.prepare_value(value)
    return data


def plain(family, item):
    return KINDS[family][item[family]].model_validate(item)


@pytest.mark.parametrize(
    ("family", "item"),
    [*(("step", each | NOTED) for each in STEPS), *(("rule", each) for each in RULES)],
    ids=lambda value: value if isinstance(value, str) else str(value.get("step") or value.get("rule")),
)
def test_a_line_sent_back_as_it_is_shown_says_the_same(family, item):
    shown = ItemForm(family=family, given=item, around=AROUND)

    form = ItemForm(sent_back(shown), family=family, given=item, around=AROUND)

    assert form.is_valid(), form.errors
    assert plain(family, form.item) == plain(family, item)


@pytest.mark.parametrize("family", ["step", "rule"])
def test_each_kind_has_a_form_in_words(family):
    for name, kind in KINDS[family].items():
        form = ItemForm(family=family, given={family: name}, around=AROUND)

        assert str(kind.label)
        assert all(field.label for field in form)


def test_the_examples_are_of_every_kind():
    assert {each["step"] for each in STEPS} == KINDS["step"].keys()
    assert {each["rule"] for each in RULES} == KINDS["rule"].keys()


def test_what_is_refused_is_said_at_its_field():
    item = {"step": "split", "column": "name", "into": ["a", "b"]}
    form = ItemForm({"l-column": "name", "l-into": "a"}, family="step", given=item, around=AROUND)

    assert not form.is_valid()
    assert form.errors


def test_a_least_value_of_zero_is_a_value():
    item = {"rule": "row_count", "min": 0}

    form = ItemForm({"l-min": "0", "l-severity": "block"}, family="rule", given=item, around=AROUND)

    assert form.is_valid(), form.errors
    assert form.item["min"] == 0
