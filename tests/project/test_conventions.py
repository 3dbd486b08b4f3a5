"""What a reviewer would otherwise say twice about a line: its reason, its arguments, its name."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "apps").rglob("*.py"), *(ROOT / "config").rglob("*.py"), *(ROOT / "requirements").rglob("*.py")]

SET_ASIDE = re.compile(
    r"#\s*(?:noqa:\s*(?P<rules>[A-Z0-9, ]+?)|type:\s*ignore\[(?P<kinds>[\w, -]+)\])\s*(?P<reason>(?:--|#).*)?$"
)

TRANSLATING = {"_", "gettext", "ngettext", "pgettext", "npgettext"}

INSTANT, DAY, BOOLEAN = re.compile(r"(.+_)?at$"), re.compile(r".+_on$"), re.compile(r"(is|has)_.+")
NAMED_BY_OTHERS = {
    "accounts.ApiToken.created": "knox",
    "accounts.ApiToken.expiry": "knox",
    "accounts.User.last_login": "Django",
    "collection.Checkpoint.lease_until": "core.leases",
    "collection.Run.lease_until": "core.leases, where an end is not an instant that passed",
    "datasets.Build.lease_until": "core.leases",
    "inference.Batch.lease_until": "core.leases",
    "inference.TrainingRun.lease_until": "core.leases",
    "inference.DriftTrial.lease_until": "core.leases",
    "inference.Benchmark.lease_until": "core.leases",
}


def without_reason(source: str) -> list[int]:
    """The lines that set a rule aside without saying why; a reason holds for the lines below it in the same file."""
    found = []
    said: set[str] = set()
    for number, line in enumerate(source.splitlines(), start=1):
        if "# noqa" not in line and "# type: ignore" not in line:
            continue
        match = SET_ASIDE.search(line)
        codes = {code.strip() for code in (match["rules"] or match["kinds"]).split(",")} if match else set()
        if match and match["reason"]:
            said |= codes
        elif not codes or not codes <= said:
            found.append(number)
    return found


def unseen_words(source: str) -> list[int]:
    """The lines that translate within an f-string, where no extraction of words looks: they stay in English."""
    return [
        call.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in TRANSLATING
    ]


def positional_acts(source: str) -> list[str]:
    """The acts, which are the functions that open a transaction, that may be called without naming their arguments."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(each).startswith("transaction.atomic") for each in node.decorator_list)
        and (node.args.args or node.args.posonlyargs)
    ]


def ill_named(fields: Iterable["models.Field[object, object]"]) -> Iterator[str]:
    for field in fields:
        shape = {models.DateTimeField: INSTANT, models.DateField: DAY, models.BooleanField: BOOLEAN}.get(type(field))
        if shape and not shape.fullmatch(field.name):
            yield f"{field.model._meta.label}.{field.name}"


def test_every_rule_that_is_set_aside_has_its_reason():
    paths = [path for path in SOURCES if "migrations" not in path.parts]

    assert [f"{path.relative_to(ROOT)}:{line}" for path in paths for line in without_reason(path.read_text())] == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("run()  # noqa: S603", [1]),
        ("run()  # noqa", [1]),
        ("run()  # noqa: S603 -- our own program\nrun()  # noqa: S603", []),
        ("x = y()  # type: ignore[misc]  # no hints\nx = y()  # type: ignore[arg-type]", [2]),
    ],
)
def test_a_rule_set_aside_without_reason_is_found(source, lines):
    assert without_reason(source) == lines


def test_words_are_translated_where_they_are_seen():
    paths = [path for path in SOURCES if "migrations" not in path.parts]

    assert [f"{path.relative_to(ROOT)}:{line}" for path in paths for line in unseen_words(path.read_text())] == []


def test_words_within_a_text_that_is_put_together_are_found():
    assert unseen_words("a = _('Hello')\nb = f\"{_('Hello')}!\"\nc = f'{a}!'") == [2]


def test_sizes_are_written_in_one_way():
    others = [
        path.relative_to(ROOT).as_posix()
        for path in (*SOURCES, *(ROOT / "templates").rglob("*.html"))
        if "filesizeformat" in path.read_text()
    ]

    assert others == ["apps/core/numbers.py"], "core.numbers.format_size writes them, and the filter size in templates."


def test_acts_are_called_by_the_names_of_their_arguments():
    paths = [path for path in (ROOT / "apps").rglob("*.py") if "migrations" not in path.parts]

    assert [f"{path.relative_to(ROOT)}: {name}" for path in paths for name in positional_acts(path.read_text())] == []


def test_an_act_with_a_positional_argument_is_found():
    source = (
        "@transaction.atomic\ndef close(run, *, by): ...\n@transaction.atomic\ndef open(*, run): ...\ndef ask(run): ..."
    )

    assert positional_acts(source) == ["close"]


def test_instants_days_and_booleans_are_named_as_such():
    fields = [
        field
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
        for field in model._meta.concrete_fields
    ]

    assert set(ill_named(fields)) == set(NAMED_BY_OTHERS)


def test_a_field_whose_name_hides_what_it_is_is_found():
    class Trip(models.Model):  # noqa: DJ008 -- nobody reads it
        departure = models.DateTimeField()
        left_at = models.DateTimeField()
        booked = models.DateField()
        paid = models.BooleanField()
        is_open = models.BooleanField()

        class Meta:
            app_label = "planted"
            managed = False

    apps.all_models.pop("planted")

    assert list(ill_named(Trip._meta.concrete_fields)) == [
        "planted.Trip.departure",
        "planted.Trip.booked",
        "planted.Trip.paid",
    ]
