"""Requests counted: sums, quantiles that hold, what a version in shadow says beside the champion."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.inference import traffic
from apps.inference.drift.counting import add

durations = st.lists(st.integers(1, 100_000_000), min_size=1, max_size=300)


@given(durations, st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_is_within_five_percent_whatever_the_durations(microseconds, share):
    sketch = traffic.answered(("api", 1, each) for each in microseconds)["latency"]

    exact = sorted(microseconds)[int(share * (len(microseconds) - 1))]

    assert traffic.quantile(sketch, share) == pytest.approx(exact, rel=traffic.ACCURACY + 1e-9)


def test_nothing_asked_has_no_quantile():
    assert traffic.quantile({}, 0.5) is None


def test_counts_are_json_and_add_up_in_any_order():
    parts = [
        traffic.answered([("api", 3, 120), ("page", 1, 900)]),
        traffic.answered([("api", 2, 130)]),
        traffic.refused("api", "invalid", count=2),
        traffic.refused("page", "throttled"),
    ]
    totals = []
    for seed in range(3):
        random.Random(seed).shuffle(parts)
        total = {}
        for part in parts:
            total = add(total, json.loads(json.dumps(part)))
        totals.append(total)

    assert totals[0] == totals[1] == totals[2]
    assert totals[0]["answered"] == {"api": {"requests": 2, "rows": 5}, "page": {"requests": 1, "rows": 1}}
    assert totals[0]["refused"] == {"api": {"invalid": 2}, "page": {"throttled": 1}}


def test_classes_that_differ_are_counted_by_what_each_said():
    heard = [("yes", None, 0.9), ("yes", None, 0.8), ("no", None, 0.7), ("no", None, 0.6)]
    said = [("yes", None, 0.6), ("no", None, 0.5), ("no", None, 0.9), ("no", None, 0.9)]

    counted = traffic.beside(7, list(zip(heard, said, strict=True)), [100, 200])["beside"]["7"]

    assert (counted["rows"], counted["same"], counted["apart"]) == (4, 3, {"yes": {"no": 1}})
    assert sum(counted["latency"].values()) == 2


def test_numbers_that_differ_are_counted_by_how_far_they_are():
    pairs = [(("", 1.0, None), ("", 3.0, None)), (("", 5.0, None), ("", 4.0, None))]

    counted = traffic.beside(7, pairs, [100])["beside"]["7"]

    assert (counted["rows"], counted["gap"], counted["squares"]) == (2, 3.0, 5.0)
    assert "same" not in counted
