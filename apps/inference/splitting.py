"""What is kept apart to judge a model by, and never learnt from.

At random or by group, the side of a row follows from a digest of what identifies it and of the seed: it stays on its
side whatever rows come or go, so that versions trained months apart are judged by the same rows, and none of those is
learnt from. Two rows that say the same thing are on the same side.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

from apps.inference.spec import ModelSpec, Split
from apps.inference.trained import Rows

FOLDS = 3
SCALE = 2**64


def split(rows: Rows, spec: ModelSpec) -> tuple[list[int], list[int]]:
    """The positions of the rows to learn from, and of those to judge by."""
    sides = sides_of(identities(rows, spec), spec.split, seed=spec.seed)
    return [at for at, is_test in enumerate(sides) if not is_test], [at for at, is_test in enumerate(sides) if is_test]


def sides_of(identified: Sequence[Any], split: Split, *, seed: int) -> list[bool]:
    """Whether each row is to judge by, from what identifies it: all its values, its group, its instant.

    By time, the latest rows, `test_share` of them or a little less: those of one instant are on one side. Rows without
    an instant are learnt from.
    """
    if split.by == "time":
        told = sorted(value for value in identified if value is not None)
        if not told:
            return [False] * len(identified)
        last_learnt = told[min(int(len(told) * (1 - split.test_share)), len(told) - 1)]
        return [value is not None and value > last_learnt for value in identified]
    return [draw(value, seed=seed) < split.test_share for value in identified]


def draw(value: Any, *, seed: int) -> float:
    """A number in [0, 1) that always is the same for this value and this seed, here and on any machine."""
    digest = blake2b(f"{seed}\x1f{value!r}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / SCALE


def identities(rows: Rows, spec: ModelSpec) -> list[Any]:
    """What identifies each row: the column that the split names, or all that is learnt from, and the answer."""
    if spec.split.column:
        return list(rows.columns[spec.split.column])
    names = [feature.name for feature in spec.features]
    told = [rows.columns[name] for name in (*names, *filter(None, [spec.target.name]))]
    return list(zip(*told, strict=True))


def folds(rows: Rows, spec: ModelSpec) -> Iterator[tuple[list[int], list[int]]]:
    """Ways to keep apart some of the rows to learn from, to choose parameters by: as the test set is kept from them.

    By time, each fold is judged by what came after what it learnt from; otherwise, a row, or a group, is judged once.
    """
    identified = identities(rows, spec)
    if spec.split.by == "time":
        order = sorted((at for at, value in enumerate(identified) if value is not None), key=identified.__getitem__)
        part = len(order) // (FOLDS + 1)
        for fold in range(1, FOLDS + 1):
            yield order[: fold * part], order[fold * part : (fold + 1) * part]
        return
    # Another seed than that of the test set, all of whose complement is below its share.
    places = [int(draw(value, seed=spec.seed + 1) * FOLDS) for value in identified]
    for fold in range(FOLDS):
        yield (
            [at for at, place in enumerate(places) if place != fold],
            [at for at, place in enumerate(places) if place == fold],
        )
