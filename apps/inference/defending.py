"""The champion, asked the same rows as the candidate that would replace it."""

import logging

from apps.inference.encoding import encode
from apps.inference.enums import Format, Slot
from apps.inference.fitting import in_order
from apps.inference.models import Model, ModelVersion
from apps.inference.predictors import Answers, open_model
from apps.inference.signature import Signature
from apps.inference.trained import Sets

logger = logging.getLogger(__name__)


def champion_answers(model: Model, sets: Sets) -> tuple[int | None, Answers | None]:
    """Its number, and what it answers to the test rows; (None, None) if none is in service, if it reads other fields,
    or if its file does not open: a champion that is broken must not keep its successor from being trained."""
    version: ModelVersion | None = model.deployed(Slot.CHAMPION)
    if version is None or not reads_the_same(version.signed, sets.signature):
        return None, None
    from apps.inference.packaging.store import read

    try:
        predictor = open_model(read(version), format=Format(version.format), signature=version.signed)
        answers = predictor.predict(encode(version.signed, sets.test.columns))
    except Exception:
        logger.exception("champion_not_asked", extra={"subject": f"inference.modelversion:{version.pk}"})
        return None, None
    return version.number, in_order(answers, version.signed.output.classes, sets.signature.output.classes)


def reads_the_same(one: Signature, other: Signature) -> bool:
    """Whether what is given to one can be given to the other, and their answers compared."""
    fields = [[(field.name, field.type) for field in each.fields] for each in (one, other)]
    return fields[0] == fields[1] and bool(one.output.classes) == bool(other.output.classes)
