"""Where the samples of each app register: what an address takes, what a page of the administration shows."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Model

from apps.accounts.models import User

Arguments = dict[str, Any]
Sample = Callable[[User], Iterator[Arguments]]

SAMPLES: dict[str, Sample] = {}
# Model label in lower case ("accounts.user") → makes one, for the pages of the administration.
OBJECTS: dict[str, Callable[[User], Model]] = {}


def sample(*names: str) -> Callable[[Sample], Sample]:
    """Name the addresses, as the URLconf does, that this function samples: each has one sample."""

    def register(function: Sample) -> Sample:
        taken = SAMPLES.keys() & set(names)
        assert not taken, f"These addresses have a sample already: {', '.join(sorted(taken))}"
        SAMPLES.update(dict.fromkeys(names, function))
        return function

    return register
