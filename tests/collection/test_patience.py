"""How long a run waits for its source, without waiting."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.collection.patience import LONGEST_WAIT_S, next_wait


def wait(**given_):
    return next_wait(**{"tries": 1, "asked": None, "spent": 0, "budget": 1_000, "random": Random(1)} | given_)


@given(tries=st.integers(1, 60), seed=st.integers())
def test_waits_grow_at_random_up_to_a_limit(tries, seed):
    found = wait(tries=tries, random=Random(seed))

    longest = min(LONGEST_WAIT_S, 2 ** (tries - 1))
    assert longest / 2 <= found.seconds <= longest
    assert not found.is_put_off


@pytest.mark.parametrize(("asked", "is_put_off"), [(0, False), (120, False), (121, True)])
def test_what_the_source_asks_for_is_what_is_waited_for(asked, is_put_off):
    found = wait(asked=asked)

    assert (found.seconds, found.is_put_off) == (asked, is_put_off)


@given(spent=st.floats(0, 2_000), asked=st.floats(0, 2_000))
def test_a_run_never_waits_more_than_its_budget(spent, asked):
    found = wait(spent=spent, asked=asked)

    assert (found is None) == (spent + asked > 1_000)
