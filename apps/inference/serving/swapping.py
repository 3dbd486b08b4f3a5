"""Putting in place, in a process, the versions that are deployed: looked up, opened, asked what they must answer.

A version takes its place only once its file was found to be the one that was packaged, and once it gave the answers
that it gave then. One that does not is refused: the version before goes on, and it is tried again later.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.inference.encoding import Array, encode
from apps.inference.enums import FieldType, Format, Slot
from apps.inference.exceptions import VersionRefused
from apps.inference.models import Deployment, ModelVersion
from apps.inference.predictors import Answers, Predictor, open_model
from apps.inference.serving.decoding import Decoder
from apps.inference.signature import Field, Signature
from apps.inference.spec import Serving

logger = logging.getLogger(__name__)

# Between the answers that were kept and those of the same file here: another processor rounds otherwise.
TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A version that answers, in this process. `size` is that of its file, in bytes."""

    id: int
    number: int
    sha256: str
    size: int
    is_onnx: bool
    signature: Signature
    decoder: Decoder = field(repr=False)
    predictor: Predictor = field(repr=False)
    hidden: frozenset[int]
    hashed: frozenset[int]
    # What its training rows looked like: see `drift`.
    profile: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A model with what is deployed of it, as the database says: the version of each slot, by their keys."""

    model_id: int
    slug: str
    name: str
    audience: str
    serving: Serving
    versions: Mapping[Slot, int]


def look_up(slugs: Iterable[str]) -> dict[str, Standing]:
    """What is deployed now of each of these models; those of which nothing is are left out. One query."""
    rows = (
        Deployment.objects.current()
        .filter(model__slug__in=list(slugs), model__archived_at=None)
        .values_list(
            "slot",
            "version_id",
            "model_id",
            "model__slug",
            "model__name",
            "model__audience",
            "model__spec__serving",
        )
    )
    found: dict[str, Standing] = {}
    for slot, version_id, model_id, slug, name, audience, serving in rows:
        before = found[slug].versions if slug in found else {}
        found[slug] = Standing(
            model_id=model_id,
            slug=slug,
            name=name,
            audience=audience,
            serving=Serving.model_validate(serving or {}),
            versions={**before, Slot(slot): version_id},
        )
    return found


def load(version_id: int) -> Loaded:
    """Open a version and ask it its golden rows, which also warms it up. Raises VersionRefused."""
    from apps.inference.packaging import store

    version = ModelVersion.objects.defer("libraries").get(pk=version_id)
    subject = f"inference.modelversion:{version.pk}"
    try:
        content = store.read(version)
        signature = Signature.from_json(version.signature)
        predictor = open_model(content, format=Format(version.format), signature=signature)
        agrees = _agrees(predictor, signature, version.golden)
    except Exception as error:
        # Whatever a library raises of a file that is not what it should be.
        logger.exception("version_not_opened", extra={"subject": subject})
        raise VersionRefused(
            _("Its file cannot be opened, or is not the one that was packaged."), subject=subject
        ) from error
    if not agrees:
        raise VersionRefused(_("It does not answer its golden rows as it did when it was packaged."), subject=subject)
    return Loaded(
        id=version.pk,
        number=version.number,
        sha256=version.sha256,
        size=len(content),
        is_onnx=version.format == Format.ONNX,
        signature=signature,
        decoder=Decoder(signature),
        predictor=predictor,
        hidden=frozenset(position for position, each in enumerate(signature.fields) if each.is_sensitive),
        hashed=frozenset(position for position, each in enumerate(signature.fields) if each.is_hashed),
        profile=version.profile,
    )


def _agrees(predictor: Predictor, signature: Signature, golden: Mapping[str, Any]) -> bool:
    """Whether it answers its golden rows as it did. Raises what comes of rows that are not of its signature."""
    import numpy as np

    columns = {each.name: [_value(each, row[each.name]) for row in golden["rows"]] for each in signature.fields}
    told = _numbers(predictor.predict(encode(signature, columns)))
    kept = np.asarray(golden.get("probabilities") or golden["values"], np.float32)
    return told.shape == kept.shape and bool(np.allclose(told, kept, rtol=TOLERANCE, atol=TOLERANCE))


def _value(field: Field, value: Any) -> Any:
    """A value as JSON kept it."""
    return date.fromisoformat(value) if field.type == FieldType.DATE and value else value


def _numbers(answers: Answers) -> Array:
    """Probabilities or values, whichever it answers with."""
    import numpy as np

    return np.asarray(answers.values if answers.probabilities is None else answers.probabilities)
