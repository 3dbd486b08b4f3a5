"""What each step does, by DuckDB (see `samples`), then what steps object to, and how they are told."""

import hmac
import random

import phonenumbers
import pytest
from stdnum import luhn
from stdnum.fr import siren, siret

from apps.datasets.engine import Landed, Making, clean, rejects_page
from apps.datasets.engine.connecting import connect, to_sql
from apps.datasets.enums import ColumnType
from apps.datasets.exceptions import RecipeRefused
from apps.datasets.recipes.checking import check
from apps.datasets.recipes.patterns import NotPortable, portable
from apps.datasets.recipes.pseudonyms import key_of
from apps.datasets.recipes.steps import STEPS
from apps.datasets.recipes.telling import tell
from apps.datasets.schema import EntitySchema
from tests.datasets.recipes.cleaned import column, entity, mapped, read_cells, recipe, write_segment
from tests.datasets.recipes.samples import KEY, SAMPLES, outcome


@pytest.mark.parametrize("name", SAMPLES)
def test_a_step_gives_what_it_says(name, settings, tmp_path):
    settings.DATASETS_WORK_DIR = tmp_path
    sample = SAMPLES[name]

    with connect() as connection:

        def run(expression):
            done = connection.execute(to_sql(expression))
            names = [each[0] for each in done.description]
            return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

        found = outcome(connection.register, run, "arrived", sample)

    assert dict(zip(sample.rows, found, strict=True)) == dict(sample.rows)


def test_each_step_has_a_sample():
    shown = {step["step"] for sample in SAMPLES.values() for step in sample.steps} | {
        "map",
        "deduplicate",
        "compute",
        "filter",
    }

    assert shown == {step.model_fields["step"].annotation.__args__[0] for step in STEPS}


# --- Judged by others -----------------------------------------------------------------------------
def test_siren_and_siret_numbers_are_those_that_stdnum_accepts(tmp_path):
    chance = random.Random(14)
    sirens = [f"{chance.randrange(10**9):09}" for _ in range(300)]
    sirens += [each[:8] + luhn.calc_check_digit(each[:8]) for each in sirens]
    sirets = [
        each[:13] + luhn.calc_check_digit(each[:13])
        for each in (f"{one}{chance.randrange(10**5):05}" for one in sirens)
    ]
    sirets += [f"356000000{chance.randrange(10**5):05}" for _ in range(300)]

    for kind, judge, numbers in (("siren", siren, sirens), ("siret", siret, sirets)):
        step = {"step": f"normalize_{kind}", "columns": ["value"]}
        found = read_cells(tmp_path, ColumnType.TEXT, numbers, step)
        wanted = [number if judge.is_valid(number) else "<not_a_company_number>" for number in numbers]
        assert found == wanted


def test_phone_numbers_are_those_that_libphonenumber_reads(tmp_path):
    chance = random.Random(33)
    regions = {"FR": 100, "GP": 20, "RE": 20, "MQ": 20, "GF": 20, "GB": 20, "US": 20, "DE": 20, "BE": 20}
    numbers = [
        phonenumbers.example_number_for_type(region, kind)
        for region in regions
        for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    ]
    written, wanted = [], []
    for number in filter(None, numbers):
        shapes = [phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164]
        if number.country_code in (33, 590, 262, 596, 594):
            shapes.append(phonenumbers.PhoneNumberFormat.NATIONAL)
        for shape in shapes:
            written.append(phonenumbers.format_number(number, shape).replace(" ", chance.choice([" ", ".", "\u00a0"])))
            wanted.append(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    step = {"step": "normalize_phone", "columns": ["value"]}

    assert read_cells(tmp_path, ColumnType.TEXT, written, step) == wanted


# --- Pseudonyms -----------------------------------------------------------------------------------
def pseudonymised(directory, key):
    schema = entity(column("value"))
    making = Making(
        schema=schema,
        recipe=mapped(schema, {"step": "pseudonymise", "columns": ["value"]}),
        inputs=(Landed(files=(write_segment(directory, {"value": ["Ada", " "]}),)),),
        rows_to=directory / "rows.parquet",
        rejects_to=directory / "rejects.parquet",
    )
    return making, clean(makings=[making], others={}, pseudonym_key=key)


def test_what_is_told_of_pseudonyms_does_not_hold_their_key(tmp_path):
    import pyarrow.parquet as pq

    making, cleaning = pseudonymised(tmp_path, KEY)

    assert pq.read_table(making.rows_to)["value"].to_pylist() == [hmac.new(KEY, b"Ada", "sha256").hexdigest(), None]
    assert "pseudonym__inner" in cleaning.sql
    assert KEY.hex() not in cleaning.sql
    assert bytes(each ^ 0x36 for each in KEY).hex() not in cleaning.sql
    assert bytes(each ^ 0x5C for each in KEY).hex() not in cleaning.sql


def test_no_pseudonym_is_made_without_a_key(tmp_path):
    with pytest.raises(RecipeRefused, match="PSEUDONYM_KEY"):
        pseudonymised(tmp_path, None)


def test_the_pseudonyms_of_two_datasets_are_made_with_two_keys():
    keys = {key_of("a", secret="s"), key_of("b", secret="s"), key_of("a", secret="t")}

    assert len(keys) == 3
    assert key_of("a", secret="s") in keys


# --- Other rows -----------------------------------------------------------------------------------
def test_rows_are_completed_from_others_and_never_multiplied(tmp_path):
    import pyarrow.parquet as pq

    service = EntitySchema(name="service", columns=(column("code", is_key=True), column("label")))
    agent = EntitySchema(name="agent", columns=(column("number"), column("service_code"), column("town")))
    cells = {"number": ["1", "2", "3", "4"], "s": ["voirie", "Eau", "?", None], "z": ["1000", "2000", "1000", None]}
    files = {
        "service": write_segment(tmp_path, {"code": ["a", "b", "c"], "label": ["Voirie", "Eau", "eau"]}, run=1),
        "agent": write_segment(tmp_path, cells, run=2),
        "places": write_segment(tmp_path, {"zip": ["1000", "1000"], "name": ["Bourg", "Bourg"]}, run=3),
    }
    recipes = {
        service: mapped(service),
        agent: recipe(
            {"step": "map", "columns": {"number": "number", "_s": "s", "_z": "z"}},
            {
                "step": "lookup",
                "entity": "service",
                "by": {"label": "_s"},
                "set": {"service_code": "code"},
                "is_near": True,
            },
            {"step": "join", "source": "places", "by": {"zip": "_z"}, "set": {"town": "name"}},
        ),
    }
    makings = [
        Making(
            schema=schema,
            recipe=rules,
            inputs=(Landed(files=(files[schema.name],)),),
            rows_to=tmp_path / f"{schema.name}.rows",
            rejects_to=tmp_path / f"{schema.name}.rejects",
        )
        for schema, rules in recipes.items()
    ]

    clean(makings=makings, others={"source:places": Landed(files=(files["places"],))})

    rows = [(row["number"], row["service_code"], row["town"]) for row in pq.read_table(makings[1].rows_to).to_pylist()]
    faults = {
        each.row: [(reason.code.value, reason.column, reason.value) for reason in each.reasons]
        for each in rejects_page(makings[1].rejects_to, limit=10).rejects
    }
    assert rows == [("1", "a", "Bourg"), ("4", None, None)]
    assert faults == {2: [("ambiguous_reference", "_s", "Eau")], 3: [("unknown_reference", "_s", "?")]}


# --- Patterns -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "read", "groups"),
    [
        (r"^(?P<a>\d+)[.\w-]*$", "^([0-9]+)[.A-Za-z0-9_-]*\\z", ("a",)),
        (r"(a|b)??.(?:c{2,3})", "(a|b)??[^\\n](?:c{2,3})", ("",)),
        (r"[^\d\]]\S\.é", "[^0-9\\]][^ \\t\\n\\f\\r]\\.é", ()),
        (r"(?<n>x)?", "(x)?", ("n",)),
    ],
)
def test_a_pattern_is_made_into_what_engines_read_alike(written, read, groups):
    if "(?<" in written:
        written = written.replace("(?<", "(?P<")

    found = portable(written)

    assert (found.text, found.groups) == (read, groups)


@pytest.mark.parametrize(
    "written",
    [
        r"(?=a)",
        r"(?<!a)b",
        r"(a)\1",
        r"\ba",
        r"(?i)a",
        r"\p{L}",
        r"[[:alpha:]]",
        r"[a&&b]",
        r"\Aa\Z",
        r"(?P<a>x)(?P=a)",
    ],
)
def test_what_engines_read_differently_is_refused(written):
    with pytest.raises(NotPortable):
        portable(written)


@pytest.mark.parametrize("written", [r"(a+)+", r"(?:a*b?)*", r"((a{2,})c){3}", r"(?:(?:a|b+))+$"])
def test_what_may_never_end_is_refused(written):
    with pytest.raises(NotPortable, match="repeats what is repeated already"):
        portable(written)


@pytest.mark.parametrize(("written", "said"), [("(a", "no regular expression"), ("a{1001}", "1000 times at most")])
def test_what_is_no_pattern_is_refused(written, said):
    with pytest.raises(NotPortable, match=said):
        portable(written)


# --- What steps object to -------------------------------------------------------------------------
SCHEMA = entity(
    column("name"),
    column("code", max_length=10),
    column("sex", choices=("F", "M")),
    column("height", ColumnType.FLOAT, unit="m"),
    column("price", ColumnType.DECIMAL),
)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"step": "case", "columns": ["height"], "to": "upper"}, "this step is not for a column of type “Number”."),
        ({"step": "coalesce", "columns": ["name"], "into": "_x"}, "name at least two columns to choose from."),
        ({"step": "coalesce", "columns": ["name", "_y"], "into": "_x"}, "it has no value yet"),
        ({"step": "coalesce", "columns": ["name", "code"], "into": "sex"}, "a step before already gives it a value."),
        ({"step": "coalesce", "columns": ["name", "code"], "into": "zzz"}, "the dataset has no such column"),
        ({"step": "join_text", "columns": ["name"], "into": "_x"}, "name at least two columns to put together."),
        ({"step": "join_text", "columns": ["name", "code"], "into": "height"}, "this step makes a text"),
        ({"step": "split", "column": "name", "separator": ";", "into": ["_a", "code"]}, "a step before already gives"),
        ({"step": "extract", "column": "name", "pattern": "a"}, "put brackets around what is to be taken out"),
        ({"step": "extract", "column": "name", "pattern": "(a)"}, "name each group after a column"),
        ({"step": "extract", "column": "name", "pattern": "(a)", "into": ["_a", "_b"]}, "as many columns as there are"),
        ({"step": "map_values", "columns": ["sex"], "values": {"X": ["x"]}}, "“X” is not one of the values that the"),
        (
            {"step": "convert_unit", "columns": ["height"], "unit": "zorg", "to": "m"},
            "“zorg” is no unit that is known.",
        ),
        ({"step": "convert_unit", "columns": ["height"], "unit": "m*", "to": "m"}, "“m*” is no unit that is known."),
        ({"step": "convert_unit", "columns": ["height"], "unit": "kg", "to": "m"}, "do not measure the same thing."),
        (
            {"step": "convert_unit", "columns": ["height"], "unit": "ft", "to": "km"},
            "the dataset has it in “m”, and this",
        ),
        ({"step": "convert_unit", "columns": ["price"], "unit": "ft", "to": "m"}, "is not for a column of type “Exact"),
        ({"step": "pseudonymise", "columns": ["code"]}, "a pseudonym has 64 characters: the column holds fewer."),
        ({"step": "lookup", "entity": "visit", "by": {"a": "name"}, "set": {"_x": "b"}}, "not looked up in itself"),
        (
            {"step": "lookup", "entity": "town", "by": {"zip": "name"}, "set": {"_x": "b"}},
            "no such column. It has: “zip”.",
        ),
        (
            {"step": "join", "source": "places", "by": {"x": "name"}, "set": {"_x": "zip"}},
            "no such column. It has: “zip”.",
        ),
        ({"step": "normalize_siret", "columns": ["height"]}, "this step is not for a column of type “Number”."),
        ({"step": "repair_text", "columns": ["height"]}, "this step is not for a column of type “Number”."),
    ],
)
def test_a_step_that_does_not_fit_is_told_why(step, said):
    known = {"entity:town": ("zip",), "source:places": ("zip",)}

    with pytest.raises(RecipeRefused) as refused:
        check(mapped(SCHEMA, step), SCHEMA, [SCHEMA.names], known)

    assert any(str(fault).startswith("Step 2") and said in str(fault) for fault in refused.value.faults)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_step_is_told_in_a_sentence(name):
    sample = SAMPLES[name]

    told = [str(each.sentence) for each in tell(sample.recipe, sample.schema)]

    assert all(each.endswith((".", "…")) and "%(" not in each for each in told)
