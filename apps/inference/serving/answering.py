"""Answering rows: one way for every door. Checked, answered by the version of the slot, beside it by the one in shadow,
counted, written in the log, with a receipt.

    answered = answer(model=model, rows=[{"age": 41}], by=request.user, channel=Channel.PAGE)
    answered.predictions[0].label, answered.predictions[0].receipt
"""

import logging
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import OUT_OF_REACH, EcluseError
from apps.core.interface import Viewer
from apps.core.problems import SERVER_ERROR, UNAVAILABLE
from apps.inference import receipts
from apps.inference.encoding import Array
from apps.inference.enums import Channel, Slot
from apps.inference.exceptions import NotInService, VersionRefused
from apps.inference.models import Model
from apps.inference.predictors import Answers
from apps.inference.serving import measures
from apps.inference.serving.callers import Caller, of_person
from apps.inference.serving.decoding import Checked
from apps.inference.serving.journal import JOURNAL, Counted, Entry
from apps.inference.serving.quotas import QUOTAS
from apps.inference.serving.slots import SLOTS, Served
from apps.inference.serving.swapping import Loaded
from apps.inference.uuid7 import first_id, twin_of

logger = logging.getLogger(__name__)

# A version in shadow that takes longer than this for a request is not asked for a while: it must slow nobody.
SHADOW_SECONDS = 0.005
SHADOW_RESTS_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to one row: a class, what people call it, the probability of each class (by name, the most probable
    first); or a number. `receipt` is what feedback on it is given with."""

    name: str = ""
    label: str = ""
    probabilities: Mapping[str, float]
    value: float | None = None
    receipt: str

    @property
    def confidence(self) -> float | None:
        """The probability of the answer, if it is a class."""
        return self.probabilities.get(self.name)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a version answered to rows, in their order. `receipt` is that of the first one."""

    served: Served
    version: Loaded
    checked: Checked
    answers: Answers
    receipt: str
    seconds: float

    @cached_property
    def predictions(self) -> list[Outcome]:
        """One for each row, with the probability of every class."""
        told = receipts.for_rows(self.receipt, self.checked.count)
        if self.answers.probabilities is None:
            values = _numbers(self.answers.values)
            return [
                Outcome(value=value, probabilities={}, receipt=each) for value, each in zip(values, told, strict=True)
            ]
        output = self.version.signature.output
        order = (-self.answers.probabilities).argsort(axis=1, kind="stable").tolist()
        return [
            Outcome(
                name=output.classes[ranks[0]],
                label=output.label_of(output.classes[ranks[0]]),
                probabilities={output.classes[rank]: row[rank] for rank in ranks},
                receipt=each,
            )
            for ranks, row, each in zip(order, _numbers(self.answers.probabilities), told, strict=True)
        ]


def answer(
    *,
    model: Model,
    rows: Sequence[Mapping[str, Any]],
    by: Viewer,
    channel: Channel,
    slot: Slot = Slot.CHAMPION,
    address: str = "",
) -> Answered:
    """Answer rows of Python values by the version that is in this slot. `address` is that of whoever has no account.

    Raises RowsRefused with all that is wrong in them, QuotaSpent, NotInService (also where this person may not use the
    slot), VersionUnavailable.
    """
    caller, served = of_person(by, address), SLOTS.get(model.slug)
    with CountingRefusals(served, slot, channel):
        version = version_for(served, caller, slot)
        checked = version.decoder.check(rows, max_rows=served.standing.serving.max_rows)
        return ask(served, version, checked, caller=caller, channel=channel, slot=slot)


class CountingRefusals:
    """Counts a request that ends with an error, by its code, unless no version was there for the caller."""

    __slots__ = ("channel", "served", "slot")

    def __init__(self, served: Served, slot: Slot, channel: Channel) -> None:
        self.served, self.slot, self.channel = served, slot, channel

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        version_id = self.served.standing.versions.get(self.slot)
        if error is None or version_id is None or isinstance(error, NotInService):
            return
        code = _code_of(error)
        measures.REQUESTS.labels(self.served.standing.slug, self.channel, "refused").inc()
        measures.REFUSALS.labels(self.served.standing.slug, self.channel, code).inc()
        JOURNAL.refuse(version_id=version_id, slot=self.slot, channel=self.channel, code=code)


def _code_of(error: BaseException) -> str:
    """As the API tells it: one of those that are declared."""
    if isinstance(error, EcluseError):
        return error.code
    return UNAVAILABLE.code if isinstance(error, OUT_OF_REACH) else SERVER_ERROR.code


def version_for(served: Served, caller: Caller, slot: Slot) -> Loaded:
    """The version that answers this caller in this slot. Raises NotInService, VersionUnavailable."""
    is_allowed = caller.may_use(served.standing.audience) if slot == Slot.CHAMPION else caller.sees_models
    if not is_allowed or slot == Slot.SHADOW:
        raise NotInService(_("No version of this model is in service."))
    return served.version(slot)


def ask(
    served: Served, version: Loaded, checked: Checked, *, caller: Caller, channel: Channel, slot: Slot = Slot.CHAMPION
) -> Answered:
    """Answer rows that were checked, for a caller who may ask. Raises QuotaSpent, VersionRefused."""
    standing = served.standing
    QUOTAS.spend(caller.name, standing.model_id, rows=checked.count, limit=standing.serving.rows_per_hour)
    started = time.perf_counter()
    answers = version.predictor.predict(checked.inputs)
    if not _is_finite(answers):
        # No input that is let through leads there, but what is not a number is no answer.
        raise VersionRefused(_("The model answered something that is not a number."))
    seconds = time.perf_counter() - started
    first = first_id()
    entry = Entry(
        first_id=first,
        model_id=standing.model_id,
        version_id=version.id,
        slot=slot,
        channel=channel,
        by_id=caller.user_id,
        token=caller.token_id,
        columns=checked.columns,
        hidden=version.hidden,
        hashed=version.hashed,
        kept=_sampled(checked.count, standing.serving.sampling),
        counted=Counted(signature=version.signature, profile=version.profile, answers=answers),
        answers=_told(version, answers),
        latency_us=round(seconds * 1e6),
    )
    JOURNAL.add(entry, is_durable=standing.serving.is_durable)
    if slot == Slot.CHAMPION and (shadow := served.loaded.get(Slot.SHADOW)):
        _ask_beside(served, shadow, checked, entry)
    measures.rows(standing.slug, slot).inc(checked.count)
    measures.latency(standing.slug).observe(seconds)
    measures.answered(standing.slug, channel).inc()
    receipt = receipts.write(
        first_id=first,
        model_id=standing.model_id,
        version_id=version.id,
        count=checked.count,
        sha256=version.sha256,
    )
    return Answered(served=served, version=version, checked=checked, answers=answers, receipt=receipt, seconds=seconds)


def _sampled(count: int, sampling: float) -> Sequence[int]:
    """The ranks of the rows that the log keeps."""
    if sampling >= 1:
        return range(count)
    return [rank for rank in range(count) if random.random() < sampling]  # noqa: S311 -- a sample, not a secret


def _ask_beside(served: Served, shadow: Loaded, checked: Checked, heard: Entry) -> None:
    """Ask the version in shadow the same rows, and write down what it says beside what people heard. Nobody hears it,
    and nothing it does may keep the answer: it is left out where it reads other fields, is no ONNX, or was slow a
    moment ago."""
    now = time.monotonic()
    if not (shadow.is_onnx and served.is_shadow_alike) or _RESTING.get(shadow.id, 0.0) > now:
        measures.SHADOWS_LEFT_OUT.labels(served.standing.slug).inc(checked.count)
        return
    try:
        started = time.perf_counter()
        answers = shadow.predictor.predict(checked.inputs)
        seconds = time.perf_counter() - started
        if seconds > SHADOW_SECONDS:
            _RESTING[shadow.id] = now + SHADOW_RESTS_S
        said = replace(
            heard,
            first_id=twin_of(heard.first_id),
            version_id=shadow.id,
            slot=Slot.SHADOW,
            hidden=shadow.hidden,
            hashed=shadow.hashed,
            counted=Counted(signature=shadow.signature, profile=shadow.profile, answers=answers),
            answers=_told(shadow, answers),
            latency_us=round(seconds * 1e6),
            beside=heard,
        )
        JOURNAL.add(said, is_durable=served.standing.serving.is_durable)
    except Exception:
        _RESTING[shadow.id] = now + SHADOW_RESTS_S
        logger.exception("shadow_failed", extra={"subject": f"inference.modelversion:{shadow.id}"})


# Until when each version in shadow is not asked, by its key.
_RESTING: dict[int, float] = {}


def _told(version: Loaded, answers: Answers) -> list[tuple[str, float | None, float | None]]:
    """The answers as the log keeps them: class, number, confidence."""
    if answers.probabilities is None:
        return [("", value, None) for value in _numbers(answers.values)]
    classes = version.signature.output.classes
    positions = answers.positions.tolist()
    return [
        (classes[position], None, row[position])
        for position, row in zip(positions, _numbers(answers.probabilities), strict=True)
    ]


def _numbers(array: Array | None) -> list[Any]:
    numbers: list[Any] = [] if array is None else array.tolist()
    return numbers


def _is_finite(answers: Answers) -> bool:
    import numpy as np

    numbers = answers.values if answers.probabilities is None else answers.probabilities
    return numbers is not None and bool(np.isfinite(numbers).all())
