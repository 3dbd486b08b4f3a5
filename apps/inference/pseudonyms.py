"""Pseudonyms of sensitive values, for the log of predictions: equal values are matched without being known.

HMAC-SHA-256 under a key of the model, which follows from that of the instance as those of datasets do: what one model
is asked cannot be linked to another's, nor to a dataset. They stay personal data, kept no longer than the rest.
"""

import hmac
from datetime import date
from typing import Any

from django.conf import settings

from apps.datasets.recipes.pseudonyms import key_of

PREFIX = "hmac-sha256:"


def key_of_model(model_id: int) -> bytes | None:
    """None where the instance has no key: then nothing is kept."""
    return key_of(f"model:{model_id}", secret=settings.PSEUDONYM_KEY) if settings.PSEUDONYM_KEY else None


def pseudonym(value: Any, key: bytes) -> str | None:
    """Of a value that was asked, blanks around a text apart; None if it is missing."""
    return None if value is None else PREFIX + hmac.digest(key, _text(value).encode(), "sha256").hex()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.15g}"
    return value.isoformat() if isinstance(value, date) else str(value).strip()
