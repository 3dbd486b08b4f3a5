"""The diagrams of a model, drawn once: mocodo is a process of its own, which takes up to seconds."""

import json
from collections.abc import Collection
from dataclasses import replace
from hashlib import sha256

from django.core.cache import cache
from django.utils.translation import gettext as _

from apps.datasets.exceptions import NotDrawn
from apps.datasets.merise.document import DataModel
from apps.datasets.merise.drawing import Diagram, describe_mcd, draw_mcd

# To be raised with what is drawn, or how.
DRAWING = 2
KEPT_SECONDS = 30 * 24 * 3600
# A model that could not be drawn is not tried again at each visit.
FORGOTTEN_AFTER_SECONDS = 10 * 60


def mcd_of(model: DataModel, *, masked: Collection[str] = ()) -> Diagram | None:
    """The diagram of a model, with its words in the language of the moment; None if it cannot be drawn.

    `masked` are the entities whose identifier the reader may not know.
    """
    if (drawn := _drawn(model)) is None:
        return None
    return replace(drawn, title=_("Conceptual model (MCD)"), sentences=describe_mcd(model, masked=masked))


def _drawn(model: DataModel) -> Diagram | None:
    document = json.dumps(model.as_document(), sort_keys=True)
    key = f"datasets:mcd:{DRAWING}:{sha256(document.encode()).hexdigest()}"
    known: Diagram | str | None = cache.get(key)
    if isinstance(known, Diagram):
        return known
    if known == "not drawn":
        return None
    try:
        drawn = draw_mcd(model, title="")
    except NotDrawn:
        cache.set(key, "not drawn", FORGOTTEN_AFTER_SECONDS)
        return None
    cache.set(key, drawn, KEPT_SECONDS)
    return drawn
