"""The gates that look at the rows: each closes on a fault that was planted, and stays open without it."""

from dataclasses import replace

import numpy as np
import pytest

from apps.core.gates import Severity
from apps.inference.gates import completeness, data_format, duplicates, labels, leakage, splits
from apps.inference.gates.case import CheckName
from apps.inference.gates.normalising import normalised
from tests.inference import package_factories as made


def failing(checks):
    """The names of those that do not hold, with what each is about."""
    return {(check.name, check.subject) for check in checks if not check.passed}


def blocking(checks):
    return {check.name for check in checks if check.blocks}


DATA = (data_format, completeness, labels, leakage, duplicates, splits)


@pytest.mark.parametrize("family", DATA, ids=lambda family: family.__name__.rpartition(".")[2])
@pytest.mark.parametrize("name", ["tumours", "progressions", "reports"])
def test_sound_data_opens_every_gate(family, name, request):
    trained, package = request.getfixturevalue(f"of_{name}"), request.getfixturevalue(f"package_of_{name}")

    checks = list(family.look(made.case_of(trained, package)))

    assert failing(checks) == set()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("texte", "x" * 4_001),
        ("texte", None),
        ("latitude", float("inf")),
        ("latitude", float("nan")),
        ("latitude", 1e39),
        ("latitude", "48.8"),
        ("recu_le", "2025-03-01"),
        ("canal", 3),
    ],
    ids=str,
)
def test_a_value_that_serving_would_refuse_closes_the_gate_of_format(of_reports, package_of_reports, field, value):
    test = of_reports.sets.test
    planted = replace(test, columns={**test.columns, field: [value, *test.columns[field][1:]]})

    checks = list(data_format.look(made.case_of(made.with_rows(of_reports, test=planted), package_of_reports)))

    assert [(check.subject, check.measured, check.blocks) for check in checks] == [(field, "1", True)]


def test_a_number_out_of_its_bounds_closes_the_gate_of_format(of_tumours, package_of_tumours):
    sets = of_tumours.sets
    fields = (replace(sets.signature.fields[0], maximum=20.0), *sets.signature.fields[1:])
    trained = replace(of_tumours, sets=replace(sets, signature=replace(sets.signature, fields=fields)))

    assert blocking(data_format.look(made.case_of(trained, package_of_tumours))) == {CheckName.FORMAT}


def test_a_category_that_the_signature_does_not_list_closes_the_gate_of_format(of_reports, package_of_reports):
    train = of_reports.sets.train
    planted = made.with_column(train, of_reports.sets.signature, "canal", ["pigeon", *train.columns["canal"][1:]])

    checks = data_format.look(made.case_of(made.with_rows(of_reports, train=planted), package_of_reports))

    assert failing(checks) == {(CheckName.FORMAT, "canal")}


def test_a_field_that_is_mostly_missing_is_warned_of(of_reports, package_of_reports):
    sets = of_reports.sets
    hollow = [None if place % 4 else value for place, value in enumerate(sets.train.columns["latitude"])]
    trained = made.with_rows(of_reports, train=made.with_column(sets.train, sets.signature, "latitude", hollow))

    checks = list(completeness.look(made.case_of(trained, package_of_reports)))

    assert failing(checks) == {(CheckName.FILLED, "latitude")}
    assert blocking(checks) == set()


def test_a_row_without_a_target_closes_the_gate_of_completeness(of_progressions, package_of_progressions):
    target = of_progressions.sets.train.target.copy()
    target[3] = np.nan
    trained = made.with_rows(of_progressions, train=replace(of_progressions.sets.train, target=target))

    checks = completeness.look(made.case_of(trained, package_of_progressions))

    assert blocking(checks) == {CheckName.TARGET_FILLED}


@pytest.mark.parametrize(("kept", "severity"), [(2, Severity.BLOCKING), (8, Severity.WARNING)])
def test_a_class_with_few_rows_is_blocked_or_warned_of(of_tumours, package_of_tumours, kept, severity):
    target = of_tumours.sets.train.target.copy()
    target[np.flatnonzero(target == "malignant")[kept:]] = "benign"
    trained = made.with_rows(of_tumours, train=replace(of_tumours.sets.train, target=target))

    checks = list(labels.look(made.case_of(trained, package_of_tumours)))

    assert failing(checks) == {(CheckName.ROWS_OF_CLASS, "malignant")}
    assert [check.severity for check in checks if not check.passed] == [severity]


@pytest.mark.parametrize(("every", "severity"), [(3, Severity.BLOCKING), (20, Severity.WARNING)])
def test_rows_alike_whose_labels_differ_are_blocked_or_warned_of(of_reports, package_of_reports, every, severity):
    train, classes = of_reports.sets.train, of_reports.sets.signature.output.classes
    half = len(train) // 2
    columns = {name: [*values[:half], *values[:half]] for name, values in train.columns.items()}
    again = train.target[:half].copy()
    again[::every] = [classes[classes.index(each) - 1] for each in again[::every]]
    planted = made.rows_of(
        of_reports.sets.signature, columns, np.concatenate([train.target[:half], again]), train.ids[: 2 * half]
    )

    checks = list(labels.look(made.case_of(made.with_rows(of_reports, train=planted), package_of_reports)))

    noise = next(check for check in checks if check.name == CheckName.LABEL_NOISE)
    assert (noise.passed, noise.severity) == (False, severity)


def test_a_target_that_never_changes_closes_the_gate_of_labels(of_progressions, package_of_progressions):
    train = replace(of_progressions.sets.train, target=np.full(len(of_progressions.sets.train), 12.0))

    checks = labels.look(made.case_of(made.with_rows(of_progressions, train=train), package_of_progressions))

    assert blocking(checks) == {CheckName.TARGET_VARIES}


def copied(target):
    codes = {"benign": 7.0, "malignant": 3.0}
    return [codes[each] for each in target]


def test_a_field_that_stands_for_the_class_closes_the_gate_of_leakage(of_tumours, package_of_tumours):
    sets, name = of_tumours.sets, "mean radius"
    train = made.with_column(sets.train, sets.signature, name, copied(sets.train.target))
    test = made.with_column(sets.test, sets.signature, name, copied(sets.test.target))

    checks = leakage.look(made.case_of(made.with_rows(of_tumours, train=train, test=test), package_of_tumours))

    assert failing(checks) == {(CheckName.ONE_FIELD_TELLS, name)}


def test_a_number_computed_from_the_target_closes_the_gate_of_leakage(of_progressions, package_of_progressions):
    sets = of_progressions.sets
    train = made.with_column(sets.train, sets.signature, "bmi", (3 - sets.train.target / 40).tolist())
    test = made.with_column(sets.test, sets.signature, "bmi", (3 - sets.test.target / 40).tolist())

    checks = leakage.look(
        made.case_of(made.with_rows(of_progressions, train=train, test=test), package_of_progressions)
    )

    assert failing(checks) == {(CheckName.ONE_FIELD_TELLS, "bmi")}


def test_a_category_that_stands_for_the_class_closes_the_gate_of_leakage(of_reports, package_of_reports):
    sets = of_reports.sets
    train, test = (
        made.with_column(rows, sets.signature, "canal", [f"bureau de {each}" for each in rows.target])
        for rows in (sets.train, sets.test)
    )

    checks = leakage.look(made.case_of(made.with_rows(of_reports, train=train, test=test), package_of_reports))

    assert (CheckName.ONE_FIELD_TELLS, "canal") in failing(checks)


def test_texts_that_name_their_own_class_are_warned_of(of_reports, package_of_reports):
    sets = of_reports.sets
    texts = [f"{text} [{right}]" for text, right in zip(sets.test.columns["texte"], sets.test.target, strict=True)]
    test = made.with_column(sets.test, sets.signature, "texte", texts)

    checks = list(leakage.look(made.case_of(made.with_rows(of_reports, test=test), package_of_reports)))

    assert failing(checks) == {(CheckName.NAMED_IN_TEXT, "texte")}
    assert blocking(checks) == set()


def test_a_category_that_numbers_the_rows_is_warned_of(of_reports, package_of_reports):
    sets = of_reports.sets
    train, test = (
        made.with_column(rows, sets.signature, "canal", [f"dossier {each}" for each in rows.ids])
        for rows in (sets.train, sets.test)
    )

    checks = leakage.look(made.case_of(made.with_rows(of_reports, train=train, test=test), package_of_reports))

    assert failing(checks) == {(CheckName.NUMBERS_ROWS, "canal")}


def test_a_row_on_both_sides_closes_the_gate_of_duplicates(of_tumours, package_of_tumours):
    test = of_tumours.sets.test
    planted = replace(test, ids=[of_tumours.sets.train.ids[0], *test.ids[1:]])

    checks = duplicates.look(made.case_of(made.with_rows(of_tumours, test=planted), package_of_tumours))

    assert blocking(checks) == {CheckName.SAME_ROWS}


@pytest.mark.parametrize(
    ("rewrite", "found"),
    [
        (str, {CheckName.DUPLICATES, CheckName.NEAR_DUPLICATES}),
        (lambda text: f"  {text.upper()} !!", {CheckName.NEAR_DUPLICATES}),
    ],
    ids=["the same", "nearly the same"],
)
def test_texts_that_were_learnt_are_found_in_the_test_set(of_reports, package_of_reports, rewrite, found):
    sets = of_reports.sets
    columns = {name: list(values) for name, values in sets.test.columns.items()}
    for place in range(20):
        for name in sets.signature.names:
            columns[name][place] = sets.train.columns[name][place]
        columns["texte"][place] = rewrite(columns["texte"][place])
    test = replace(sets.test, columns=columns)

    checks = list(duplicates.look(made.case_of(made.with_rows(of_reports, test=test), package_of_reports)))

    assert {name for name, _subject in failing(checks)} == found
    assert blocking(checks) == found & {CheckName.DUPLICATES}


@pytest.mark.parametrize(
    ("side", "found"),
    [
        ("train", {CheckName.TRAIN_ROWS}),
        ("test", {CheckName.TEST_ROWS}),
    ],
)
def test_sets_that_are_too_small_close_the_gate_of_the_split(of_tumours, package_of_tumours, side, found):
    small = made.first(getattr(of_tumours.sets, side), 20)

    checks = splits.look(made.case_of(made.with_rows(of_tumours, **{side: small}), package_of_tumours))

    assert blocking(checks) == found


def test_a_class_with_few_rows_to_judge_by_is_warned_of(of_tumours, package_of_tumours):
    target = of_tumours.sets.test.target.copy()
    target[np.flatnonzero(target == "malignant")[3:]] = "benign"
    trained = made.with_rows(of_tumours, test=replace(of_tumours.sets.test, target=target))

    checks = list(splits.look(made.case_of(trained, package_of_tumours)))

    assert failing(checks) == {(CheckName.TEST_ROWS_OF_CLASS, "malignant")}


def sorted_by_day(sets):
    """The same sets, the test rows the latest."""
    days = [*sets.train.columns["recu_le"], *sets.test.columns["recu_le"]]
    days.sort()
    return days[: len(sets.train)], days[len(sets.train) :]


def test_a_test_row_from_the_past_closes_the_gate_of_the_split(of_reports, package_of_reports):
    sets = of_reports.sets
    before, after = sorted_by_day(sets)
    spec = {"split": {"by": "time", "column": "recu_le"}}
    in_order = made.with_rows(
        of_reports,
        train=made.with_column(sets.train, sets.signature, "recu_le", before),
        test=made.with_column(sets.test, sets.signature, "recu_le", after),
    )
    mixed = made.with_rows(of_reports)

    assert failing(splits.look(made.case_of(in_order, package_of_reports, **spec))) == set()
    assert failing(splits.look(made.case_of(mixed, package_of_reports, **spec))) == {(CheckName.TIME_ORDER, "recu_le")}


def test_a_group_on_both_sides_closes_the_gate_of_the_split(of_reports, package_of_reports):
    sets, spec = of_reports.sets, {"split": {"by": "group", "column": "quartier"}}
    apart = made.with_rows(
        of_reports,
        train=replace(sets.train, columns={**sets.train.columns, "quartier": ["nord"] * len(sets.train)}),
        test=replace(sets.test, columns={**sets.test.columns, "quartier": ["sud"] * len(sets.test)}),
    )
    shared = made.with_rows(
        apart, test=replace(sets.test, columns={**sets.test.columns, "quartier": ["nord"] * len(sets.test)})
    )

    assert failing(splits.look(made.case_of(apart, package_of_reports, **spec))) == set()
    assert failing(splits.look(made.case_of(shared, package_of_reports, **spec))) == {
        (CheckName.GROUPS_APART, "quartier")
    }


def test_texts_are_normalised_to_their_letters():
    assert normalised("  Où ÊTES-vous ?\n") == normalised("ou etes vous") == "ou etes vous"
