"""A fitted pipeline as a file of skops: the same bytes for the same pipeline, and only of classes that we allow.

skops names what it writes by addresses in memory, and dates it: both are taken away.
"""

import json
import zipfile
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _

from apps.inference.exceptions import ModelRefused
from apps.inference.packaging.zips import zipped
from apps.inference.predictors import TRUSTED


def to_skops(pipeline: Any) -> bytes:
    """Raises ModelRefused if it holds a class that we do not allow in such a file."""
    from skops.io import dumps, get_untrusted_types

    written = dumps(pipeline)
    if others := sorted(set(get_untrusted_types(data=written)) - set(TRUSTED)):
        raise ModelRefused(
            _("This model can be packaged neither as ONNX nor as skops, which may not hold: %(classes)s.")
            % {"classes": ", ".join(others)}
        )
    return _without_addresses(written)


def _without_addresses(written: bytes) -> bytes:
    with zipfile.ZipFile(BytesIO(written)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(files.pop("schema.json"))
    numbers: dict[int, int] = {}
    renamed: dict[str, str] = {}
    _renumber(schema, numbers, renamed)
    contents = {renamed[name]: content for name, content in files.items()}
    contents["schema.json"] = json.dumps(schema, separators=(",", ":")).encode()
    return zipped(contents)


def _renumber(node: Any, numbers: dict[int, int], renamed: dict[str, str]) -> None:
    """Number objects, and the files that hold their arrays, in the order in which the schema tells of them."""
    if isinstance(node, list):
        for each in node:
            _renumber(each, numbers, renamed)
    elif isinstance(node, dict):
        if isinstance(address := node.get("__id__"), int):
            node["__id__"] = numbers.setdefault(address, len(numbers) + 1)
        if "__loader__" in node and isinstance(file := node.get("file"), str):
            ending = file.rpartition(".")[2]
            node["file"] = renamed.setdefault(file, f"{len(renamed) + 1}.{ending}")
        for each in node.values():
            _renumber(each, numbers, renamed)
