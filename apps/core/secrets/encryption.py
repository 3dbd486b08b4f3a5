"""A secret at rest: its ciphertext, and the keys that open it."""

from datetime import UTC, datetime
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from apps.core.errors import PermanentFailure

VERSION = "v1:"  # MultiFernet; another way of encrypting will have another prefix
MASK = "••••••••"


class Undecipherable(PermanentFailure):
    """No key of this instance opens a stored secret: it must be given again, or its key put back."""

    code = "secret_undecipherable"


class Secret:
    """What was stored, encrypted. Truthy: where there is no secret, there is None.

    Neither its text nor its repr says anything of it, and what it holds is useless without the keys, so that it may
    cross a log, a traceback or a cache without harm.
    """

    __slots__ = ("_subject", "stored")

    def __init__(self, stored: str, *, subject: str = "") -> None:
        self.stored = stored
        self._subject = subject

    @classmethod
    def of(cls, text: str) -> "Secret":
        """Encrypt a text with the first key."""
        return cls(VERSION + fernets()[0].encrypt(text.encode()).decode())

    def named(self, subject: str) -> "Secret":
        """The same secret, whose errors name the row that it comes from."""
        return Secret(self.stored, subject=subject)

    def reveal(self) -> str:
        """The text itself, for whoever is about to use it. Raises Undecipherable."""
        try:
            return MultiFernet(fernets()).decrypt(self._token).decode()
        except InvalidToken:
            raise self._undecipherable() from None

    @property
    def set_at(self) -> datetime | None:
        """When the text was given; renewing its encryption does not change it. None if no key opens it."""
        try:
            return datetime.fromtimestamp(MultiFernet(fernets()).extract_timestamp(self._token), UTC)
        except (InvalidToken, Undecipherable):
            return None

    @property
    def is_current(self) -> bool:
        """Whether it is encrypted with the first key."""
        try:
            fernets()[0].extract_timestamp(self._token)
        except InvalidToken:
            return False
        return True

    def renewed(self) -> "Secret":
        """The same text under the first key. Raises Undecipherable."""
        try:
            return Secret(VERSION + MultiFernet(fernets()).rotate(self._token).decode(), subject=self._subject)
        except InvalidToken:
            raise self._undecipherable() from None

    @property
    def _token(self) -> bytes:
        if not self.stored.startswith(VERSION):
            raise self._undecipherable()
        return self.stored.removeprefix(VERSION).encode()

    def _undecipherable(self) -> Undecipherable:
        return Undecipherable(
            _("No key of this instance opens this stored secret: give it again, or put its key back."),
            subject=self._subject,
        )

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return "<Secret>"


def fernets() -> list[Fernet]:
    """The keys of this instance: the first encrypts, all decrypt. Raises ImproperlyConfigured, without quoting them."""
    return _fernets(tuple(settings.FIELD_ENCRYPTION_KEYS))


@lru_cache(maxsize=8)
def _fernets(keys: tuple[str, ...]) -> list[Fernet]:
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty.")
    found = []
    for position, key in enumerate(keys, start=1):
        try:
            found.append(Fernet(key))
        except ValueError:
            raise ImproperlyConfigured(f"FIELD_ENCRYPTION_KEYS: key {position} is not a Fernet key.") from None
    return found
