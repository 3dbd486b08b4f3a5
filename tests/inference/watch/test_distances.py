"""Distances between histograms, judged by scipy's and by what they must be whatever the counts."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, wasserstein_distance

from apps.inference.drift.distances import js_distance, ks_distance, psi, wasserstein

COUNTS = st.lists(st.integers(0, 10_000), min_size=2, max_size=30).filter(any)


@given(counts=COUNTS, times=st.integers(1, 50))
def test_the_same_shares_are_at_no_distance(counts, times):
    more = [each * times for each in counts]

    assert js_distance(counts, more) == pytest.approx(0, abs=1e-6)
    assert ks_distance(counts, more) == pytest.approx(0, abs=1e-9)
    assert psi(counts, counts) == 0


@given(data=st.data(), counts=COUNTS)
def test_distances_are_bounded_and_symmetrical(data, counts):
    other = data.draw(st.lists(st.integers(0, 10_000), min_size=len(counts), max_size=len(counts)).filter(any))

    assert 0 <= js_distance(counts, other) <= 1 + 1e-9
    assert 0 <= ks_distance(counts, other) <= 1 + 1e-9
    assert psi(counts, other) >= 0
    assert js_distance(counts, other) == pytest.approx(js_distance(other, counts), abs=1e-9)
    assert psi(counts, other) == pytest.approx(psi(other, counts), rel=1e-6, abs=1e-9)


@given(data=st.data(), counts=COUNTS)
def test_jensen_shannon_is_that_of_scipy(data, counts):
    other = data.draw(st.lists(st.integers(0, 10_000), min_size=len(counts), max_size=len(counts)).filter(any))

    assert js_distance(counts, other) == pytest.approx(jensenshannon(counts, other, base=2), abs=1e-6)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of its p-value, which nobody asks for
@given(
    one=st.lists(st.integers(0, 20), min_size=1, max_size=200),
    other=st.lists(st.integers(0, 20), min_size=1, max_size=200),
)
def test_on_whole_numbers_the_other_distances_are_those_of_scipy(one, other):
    places = np.arange(21.0)
    p, q = np.bincount(one, minlength=21), np.bincount(other, minlength=21)

    assert ks_distance(p, q) == pytest.approx(ks_2samp(one, other, method="asymp").statistic, abs=1e-9)
    assert wasserstein(p, q, places) == pytest.approx(wasserstein_distance(one, other), abs=1e-9)


@pytest.mark.parametrize("distance", [psi, js_distance, ks_distance])
def test_nothing_is_at_no_known_distance_of_anything(distance):
    assert isnan(distance([0, 0], [1, 2]))
    assert isnan(distance([1, 2], [0, 0]))


@pytest.mark.parametrize("rows", [100, 1_000])
def test_psi_without_drift_is_near_zero_on_few_rows_too(rows):
    rng = np.random.default_rng(7)
    found = [
        psi(
            np.bincount(rng.integers(0, 10, 10_000), minlength=10), np.bincount(rng.integers(0, 10, rows), minlength=10)
        )
        for _time in range(300)
    ]

    # Uncorrected, the mean is 0.096 on 100 rows.
    assert np.mean(found) < 3.5 / rows


def test_psi_of_a_known_shift():
    """Shares 0.5/0.5 then 0.8/0.2: (0.3)ln(1.6) + (-0.3)ln(0.4) = 0.4159, on so many rows that chance is nothing."""
    assert psi([500_000, 500_000], [800_000, 200_000]) == pytest.approx(0.4159, abs=1e-3)
