"""Rows to judge by stay apart, from one training to the next."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from apps.inference.spec import ModelSpec, Split
from apps.inference.splitting import draw, folds, sides_of, split
from apps.inference.trained import Rows

ROWS = st.lists(st.tuples(st.text(max_size=5), st.integers(-5, 5)), min_size=1, max_size=60)


def spec(**split):
    return ModelSpec.model_validate(
        {
            "task": "regression",
            "data": {"dataset": "d", "entity": "e"},
            "features": [{"name": "a"}],
            "target": {"name": "y"},
            "estimator": {"name": "ridge"},
            "split": split,
        }
    )


def rows(**columns):
    count = len(next(iter(columns.values())))
    return Rows(columns=columns, inputs={}, target=np.zeros(count), ids=range(count))


@given(ROWS, ROWS, st.integers(0, 1000))
def test_a_row_stays_on_its_side_whatever_rows_come_or_go(first, others, seed):
    together = dict(zip(first + others, sides_of(first + others, Split(), seed=seed), strict=True))

    assert sides_of(first, Split(), seed=seed) == [together[row] for row in first]


def test_about_the_share_that_is_said_is_kept_apart():
    sides = sides_of(range(10_000), Split(test_share=0.3), seed=1)

    assert 2_850 < sum(sides) < 3_150
    assert sides != sides_of(range(10_000), Split(test_share=0.3), seed=2)


def test_the_side_of_a_row_is_the_same_on_any_machine():
    assert draw(("rue des Lilas", 12, None), seed=7) == 0.00711358847476296


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=100))
def test_a_group_is_whole(groups):
    sides = sides_of(groups, Split(by="group", column="g"), seed=3)

    assert len(set(zip(groups, sides, strict=True))) == len(set(groups))


@given(st.lists(st.one_of(st.none(), st.dates()), min_size=1, max_size=100))
def test_what_judges_came_after_all_that_was_learnt(days):
    sides = sides_of(days, Split(by="time", column="d", test_share=0.25), seed=0)

    learnt = [day for day, is_test in zip(days, sides, strict=True) if not is_test and day]
    judged = [day for day, is_test in zip(days, sides, strict=True) if is_test]
    assert None not in judged
    assert not judged or max(learnt) < min(judged)
    assert len(judged) <= 0.25 * len(days) + 1


def test_all_rows_are_on_one_side_or_the_other():
    of = rows(a=list(range(100)), y=[0.0] * 100)

    learnt, judged = split(of, spec())

    assert sorted(learnt + judged) == list(range(100))
    assert 10 <= len(judged) <= 30


def test_folds_judge_each_row_once():
    of = rows(a=list(range(90)), y=[0.0] * 90)

    parts = list(folds(of, spec()))

    assert sorted(at for _learnt, judged in parts for at in judged) == list(range(90))
    assert all(not set(learnt) & set(judged) and len(learnt) + len(judged) == 90 for learnt, judged in parts)


def test_folds_by_time_judge_by_what_came_after():
    days = [date.fromordinal(738_000 + at * 7 % 40) for at in range(40)]

    for learnt, judged in folds(rows(a=[1] * 40, y=[0.0] * 40, d=days), spec(by="time", column="d")):
        assert max(days[at] for at in learnt) <= min(days[at] for at in judged)
