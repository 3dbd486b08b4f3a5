"""Each test asks from a process that has loaded nothing yet."""

import pytest

from apps.inference.serving.callers import CALLERS
from apps.inference.serving.journal import JOURNAL
from apps.inference.serving.quotas import QUOTAS
from apps.inference.serving.slots import SLOTS


@pytest.fixture(autouse=True)
def _nothing_remembered(own_cache):
    for each in (SLOTS, QUOTAS, CALLERS):
        each.forget()
    yield
    for each in (SLOTS, QUOTAS, CALLERS):
        each.forget()
    assert not JOURNAL._waiting, "Drain the log before the test ends: there is no database to write it in afterwards."
