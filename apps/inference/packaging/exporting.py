"""A version handed over to the tools of others, as one file; the same version makes the same bytes.

filename, content_type, content = export_version(version, ExportKind.MLFLOW)
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from apps.inference.enums import ExportKind, Format
from apps.inference.exceptions import NotExportable
from apps.inference.models import ModelVersion
from apps.inference.packaging.card import model_card
from apps.inference.packaging.docker import dockerfile
from apps.inference.packaging.kserve import model_repository
from apps.inference.packaging.mlflow_folder import mlflow_folder
from apps.inference.packaging.store import read


class Exported(NamedTuple):
    """A file to be sent: its name, its media type, its bytes."""

    filename: str
    content_type: str
    content: bytes


class _Export(NamedTuple):
    make: Callable[[ModelVersion], bytes]
    ending: str
    content_type: str
    needs_onnx: bool = True


EXPORTS: Mapping[ExportKind, _Export] = {
    ExportKind.FILE: _Export(read, "", "application/octet-stream", needs_onnx=False),
    ExportKind.CARD: _Export(model_card, "-README.md", "text/markdown; charset=utf-8", needs_onnx=False),
    ExportKind.MLFLOW: _Export(mlflow_folder, "-mlflow.zip", "application/zip"),
    ExportKind.KSERVE: _Export(model_repository, "-kserve.zip", "application/zip"),
    ExportKind.DOCKER: _Export(dockerfile, ".Dockerfile", "text/plain; charset=utf-8"),
}


def export_version(version: ModelVersion, kind: ExportKind) -> Exported:
    """Raises NotExportable for what only ONNX can be, and what `store.read` raises."""
    export = EXPORTS[kind]
    if export.needs_onnx and version.format != Format.ONNX:
        raise NotExportable(
            _("This version is packaged as %(format)s, which other servers do not read: only its card, and its file.")
            % {"format": Format(version.format).label},
            subject=f"inference.modelversion:{version.pk}",
        )
    ending = f".{version.format}" if kind == ExportKind.FILE else export.ending
    return Exported(f"{version.model.slug}-v{version.number}{ending}", export.content_type, export.make(version))


def possible_exports(version: ModelVersion) -> list[ExportKind]:
    """Those that this version has, in order."""
    return [kind for kind, export in EXPORTS.items() if version.format == Format.ONNX or not export.needs_onnx]
