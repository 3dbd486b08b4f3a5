"""The OpenAPI document, made once per language in each process: it only changes with the code."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override
from drf_spectacular.settings import spectacular_settings

from apps.core.api.media import encode


@dataclass(frozen=True, kw_only=True)
class Document:
    """An OpenAPI document and the digest that names this very content."""

    content: dict[str, Any]
    digest: str


def openapi_document() -> Document:
    """The document of the whole platform, in the language of the moment."""
    return _document(get_language() or "en", settings.ROOT_URLCONF)


@lru_cache(maxsize=8)
def _document(language: str, urlconf: str) -> Document:
    generator = spectacular_settings.DEFAULT_GENERATOR_CLASS(urlconf=urlconf)
    with override(language):
        content = generator.get_schema(request=None, public=True)
    return Document(content=content, digest=sha256(encode(content)).hexdigest())
