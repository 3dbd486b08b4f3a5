"""A connector with a password, which says whether it was given."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr

from apps.collection.connectors.base import Access
from tests.collection.tiny import Tiny


class LockedConfig(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "example.org"
    password: SecretStr | None = None


class Locked(Tiny):
    kind: ClassVar[str] = "locked"
    Config: ClassVar[type[LockedConfig]] = LockedConfig

    def check(self, config):
        return Access(is_well=config.password is not None, message=config.host)
