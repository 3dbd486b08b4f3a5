"""Asking a model as people do: one row, its answer, what counted in it, kept for the time of reading it.

    form ──▶ ask ──▶ Reply ──▶ keep ──▶ redirect ──▶ page of the answer (kept) ──▶ feedback

Pages never show an answer at the address that was posted to: reading it again must not ask again. It cannot be read
from the log of predictions either, which samples, and leaves out what is sensitive. So it is kept encrypted in the
cache for half an hour, for the session that asked: its address says nothing, and opens nothing elsewhere.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.utils import timezone

from apps.accounts.models import User
from apps.core.secrets import Secret, Undecipherable
from apps.inference import receipts
from apps.inference.enums import Channel
from apps.inference.explaining import Influence, explain
from apps.inference.models import Model
from apps.inference.serving.answering import answer

KEPT_FOR = timedelta(minutes=30)
# Of one session: those before are forgotten first.
MOST_KEPT = 10
IN_SESSION = "inference_answers"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer, ready to be read again. `row` holds what was asked, a day in ISO 8601; `probabilities` are those of
    the classes in their order, or `value` is the number that was answered."""

    prediction: str
    version: int
    answered_at: str
    row: Mapping[str, Any]
    receipt: str
    probabilities: tuple[float, ...] = ()
    value: float | None = None
    influences: tuple[Influence, ...] = ()

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.answered_at)

    @property
    def answered(self) -> int:
        """The position of the class that was answered. Raises ValueError where there are no classes."""
        return max(range(len(self.probabilities)), key=self.probabilities.__getitem__)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Reply":
        influences = tuple(Influence(**each) for each in stored["influences"])
        return cls(**{**stored, "probabilities": tuple(stored["probabilities"]), "influences": influences})


def ask(*, model: Model, row: Mapping[str, Any], by: User | AnonymousUser, address: str = "") -> Reply:
    """What the version in service answers to these values, by name of field; `address`, of whoever has no account.

    Raises what `answering.answer` raises.
    """
    answered = answer(model=model, rows=[row], by=by, channel=Channel.PAGE, address=address)
    given, version = answered.answers, answered.version
    return Reply(
        prediction=str(receipts.read(answered.receipt).prediction_id),
        version=version.id,
        answered_at=timezone.now().isoformat(),
        row={name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()},
        receipt=answered.receipt,
        probabilities=() if given.probabilities is None else tuple(map(float, given.probabilities[0])),
        value=None if given.values is None else float(given.values[0]),
        influences=tuple(explain(predictor=version.predictor, signature=version.signature, row=row)),
    )


def keep(reply: Reply, *, session: SessionBase) -> None:
    """Let whoever holds this session read it again, for half an hour."""
    sealed = Secret.of(json.dumps(asdict(reply))).stored
    cache.set(_key(reply.prediction), sealed, int(KEPT_FOR.total_seconds()))
    session[IN_SESSION] = [*session.get(IN_SESSION, []), reply.prediction][-MOST_KEPT:]


def kept(prediction: UUID, *, session: SessionBase) -> Reply | None:
    """The answer of this identifier, if this session asked for it less than half an hour ago."""
    if str(prediction) not in session.get(IN_SESSION, []):
        return None
    sealed = cache.get(_key(str(prediction)))
    if sealed is None:
        return None
    try:
        return Reply.from_json(json.loads(Secret(sealed).reveal()))
    except Undecipherable:  # the keys of the instance were changed meanwhile
        return None


def _key(prediction: str) -> str:
    return f"inference:answer:{prediction}"
