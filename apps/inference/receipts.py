"""The receipt of a prediction: what proves, without anything kept of it, that this instance answered, and with what.

    first 16 bytes   the identifier of the first row of the request, which holds its instant
    8, 8, 4          the model, its version, how many rows were asked about at once
    8                the beginning of the digest of the version's file
    16               BLAKE2b of these, keyed (RFC 7693, section 2.9): HMAC's work at a tenth of its cost

in base64url, then, for a row that is not the first, a point and its rank from 0: whoever asked about many rows may
speak of any of them. So feedback works for a prediction that the log did not keep.
"""

import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.inference.exceptions import ReceiptRefused
from apps.inference.uuid7 import instant_of

_FORM = struct.Struct(">16sqqI8s")
_SEAL_BYTES = 16
_LONGEST = 120
_SALT = b"apps.inference.receipts:"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a receipt says: which prediction, by which version of which model (their keys), when. `digest` is the
    beginning of the SHA-256 of the version's file, in hexadecimal."""

    prediction_id: UUID
    model_id: int
    version_id: int
    digest: str

    @property
    def predicted_at(self) -> datetime:
        return instant_of(self.prediction_id)


def write(*, first_id: int, model_id: int, version_id: int, count: int, sha256: str) -> str:
    """The receipt of a request, which is that of its first row."""
    said = _FORM.pack(first_id.to_bytes(16), model_id, version_id, count, bytes.fromhex(sha256[:16]))
    return urlsafe_b64encode(said + _seal(said, settings.SECRET_KEY)).decode().rstrip("=")


def for_rows(receipt: str, count: int) -> Iterator[str]:
    """The receipts of each row of a request."""
    yield receipt
    for rank in range(1, count):
        yield f"{receipt}.{rank}"


def read(text: str) -> Receipt:
    """What a receipt says. Raises ReceiptRefused if this instance did not write it."""
    written, _point, rank = text.strip().partition(".")
    try:
        sealed = (
            urlsafe_b64decode(written.encode("ascii") + b"=" * (-len(written) % 4)) if len(text) < _LONGEST else b""
        )
        said, seal = sealed[: _FORM.size], sealed[_FORM.size :]
        first_id, model_id, version_id, count, digest = _FORM.unpack(said)
    except (ValueError, struct.error):
        raise _refusal() from None
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(hmac.compare_digest(_seal(said, key), seal) for key in keys):
        raise _refusal()
    if rank and not (rank.isascii() and rank.isdigit() and int(rank) < count):
        raise _refusal()
    identifier = UUID(int=int.from_bytes(first_id) + int(rank or 0))
    return Receipt(prediction_id=identifier, model_id=model_id, version_id=version_id, digest=digest.hex())


def _seal(said: bytes, key: str | bytes) -> bytes:
    return hashlib.blake2b(said, digest_size=_SEAL_BYTES, key=_derived(key)).digest()


@lru_cache(maxsize=8)
def _derived(key: str | bytes) -> bytes:
    """A key for receipts alone."""
    return hashlib.sha256(_SALT + (key.encode() if isinstance(key, str) else key)).digest()


def _refusal() -> ReceiptRefused:
    return ReceiptRefused(_("This is not the receipt of an answer of this site. Copy it whole."))
