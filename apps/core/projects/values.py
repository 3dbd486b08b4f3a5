"""The fields of documents that YAML has no word for: a file of the project, a secret that must not be in it."""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import Any, ClassVar, Protocol

from django.utils.translation import gettext as _
from pydantic import GetCoreSchemaHandler, SerializationInfo, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from apps.core.errors import RuleViolation
from apps.core.projects.folder import Folder

VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


class Keeper(Protocol):
    """What copies the files of an object that is exported, and says how its document names them."""

    def keep(self, file: "ProjectFile") -> str: ...


@dataclass(frozen=True)
class ProjectFile:
    """A file that a document names: `file: files/towns.csv`, from the project's folder.

    `apply` reads it; `export` makes one of any local file, whose content is then copied below `files/`:

        with lake.reading(source.upload) as path:
            yield SourceDocument(slug=source.slug, file=ProjectFile(path, name="towns.csv"))
    """

    path: Path
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.path.name)

    def open(self) -> BufferedReader:
        return self.path.open("rb")

    @cached_property
    def sha256(self) -> str:
        """The digest of its content, in hexadecimal: has it changed since it was applied?"""
        with self.open() as file:
            return file_digest(file, "sha256").hexdigest()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(cls._serialize, info_arg=True),
        )

    @classmethod
    def _validate(cls, value: Any, info: ValidationInfo) -> "ProjectFile":
        if isinstance(value, cls):
            return value
        if not isinstance(value, str) or not isinstance(info.context, Folder):
            raise _refused(_("The name of a file of the project is expected, as files/towns.csv."))
        try:
            return cls(info.context.find(value))
        except RuleViolation as refusal:
            raise _refused(str(refusal)) from refusal

    def _serialize(self, info: SerializationInfo) -> str:
        keeper: Keeper | None = info.context
        return keeper.keep(self) if keeper else self.name


@dataclass(frozen=True)
class ProjectSecret:
    """A secret, which a project only names: `password: {env: TOWNS_PASSWORD}`. Its value is in the environment.

    `export` makes one of a name alone (`ProjectSecret(env="TOWNS_PASSWORD")`): a stored secret is never exported.
    """

    env: str

    must_be_set: ClassVar[bool] = True

    def reveal(self) -> str:
        return os.environ[self.env]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda secret: {"env": secret.env}),
        )

    @classmethod
    def _validate(cls, value: Any) -> "ProjectSecret":
        if isinstance(value, cls):
            return value
        env = value.get("env") if isinstance(value, dict) and len(value) == 1 else None
        if not isinstance(env, str) or not VARIABLE.fullmatch(env):
            raise _refused(_("A secret is not written in a project: name the variable that holds it, as {env: NAME}."))
        if cls.must_be_set and not variable(env):
            raise _refused(_("The environment variable %(name)s is not set: set it, then apply again.") % {"name": env})
        return cls(env)


class KeptSecret(ProjectSecret):
    """A secret that may be stored already: it then stays, and its variable need not be set."""

    must_be_set: ClassVar[bool] = False

    @property
    def value(self) -> str | None:
        """None if the variable is not set."""
        return variable(self.env)


def variable(name: str) -> str | None:
    """What the environment says under this name, which people choose; None if it says nothing."""
    return os.environ.get(name) or None


def _refused(message: str) -> PydanticCustomError:
    """Pydantic fills in templates: what we say is none, and may hold braces."""
    return PydanticCustomError("project_value", "{message}", {"message": message})
