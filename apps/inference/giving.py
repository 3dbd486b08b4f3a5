"""Giving one's opinion on an answer, which the receipt of the answer proves to be one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.inference import receipts
from apps.inference.enums import FeedbackState
from apps.inference.exceptions import FeedbackRefused, FeedbackReviewed
from apps.inference.models import Feedback, Model, ModelVersion
from apps.inference.models.feedback import LONGEST_COMMENT
from apps.inference.signature import Output, Signature

# Of all that was asked, as JSON: what the largest row of a model may be is bounded by its signature, fields by fields.
LONGEST_INPUT = 100_000


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What somebody thinks of an answer. `is_right` is None if they do not know; `inputs` are what they asked, where
    they let it be read by whoever reviews; `answered` what the model said, where it is known."""

    is_right: bool | None
    right_answer: str = ""
    comment: str = ""
    answered: str = ""
    inputs: Mapping[str, Any] | None = field(default=None)


@transaction.atomic
def give_feedback(*, model: Model, receipt: str, opinion: Opinion, by: User | AnonymousUser) -> Feedback:
    """Keep this opinion on the answer of this receipt, in place of the one that this person had.

    Raises FeedbackRefused if the receipt is not of an answer of this model, or the opinion contradicts itself or what
    the model can answer; FeedbackReviewed if somebody reviewed the one before; and what `receipts` refuses.
    """
    read = receipts.read(receipt)
    version = ModelVersion.objects.filter(pk=read.version_id, model=model).first()
    if version is None:
        raise FeedbackRefused(_("This receipt is not that of an answer of this model."))
    said = {
        "version": version,
        "is_right": opinion.is_right,
        "right_answer": right_answer(version.signed.output, opinion),
        "comment": opinion.comment[:LONGEST_COMMENT],
        "answered": opinion.answered,
        "inputs": _inputs(version.signed, opinion.inputs),
        "given_at": timezone.now(),
    }
    person = by if isinstance(by, User) else None
    whose = {"prediction": read.prediction_id, "has_account": person is not None} | ({"by": person} if person else {})
    before = Feedback.objects.select_for_update().filter(**whose).first()
    if before is None:
        try:
            with transaction.atomic():
                return Feedback.objects.create(**whose, **said)
        except IntegrityError:  # sent twice at the same time: the second one changes the first
            before = Feedback.objects.select_for_update().get(**whose)
    if before.state != FeedbackState.WAITING:
        raise FeedbackReviewed(_("Your opinion was reviewed already: it does not change any more."))
    for name, value in said.items():
        setattr(before, name, value)
    before.save(update_fields=list(said))
    return before


def right_answer(output: Output, opinion: Opinion) -> str:
    """The right answer of this opinion, as it is kept: the name of a class, or a number; "" where it says none.

    Raises FeedbackRefused.
    """
    said = opinion.right_answer.strip()
    if opinion.is_right and said and said != opinion.answered:
        raise FeedbackRefused(_("Say either that the answer is right, or what the right one is."))
    if opinion.is_right or not said:
        return ""
    return checked_answer(output, said)


def checked_answer(output: Output, said: str) -> str:
    """The name of one of the classes, or a number that can be read. Raises FeedbackRefused."""
    if output.classes:
        if said not in output.classes:
            raise FeedbackRefused(_("The right answer must be one of those that the model can give."))
        return said
    try:
        number = float(said)
    except ValueError:
        number = float("nan")
    if not -1e300 < number < 1e300:
        raise FeedbackRefused(_("The right answer must be a number."))
    return repr(number)


def _inputs(signature: Signature, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What was asked, if it is something that this model is asked. Raises FeedbackRefused."""
    if given is None:
        return None
    if unknown := sorted(set(given) - set(signature.names)):
        raise FeedbackRefused(_("The model is not asked “%(name)s”.") % {"name": unknown[0][:60]})
    for name, value in given.items():
        is_plain = value is None or isinstance(value, str | int | float)
        if not is_plain or len(str(value)) > LONGEST_INPUT or "\0" in str(value):
            raise FeedbackRefused(_("What is given for “%(name)s” is nothing that was asked.") % {"name": name})
    return dict(given)
