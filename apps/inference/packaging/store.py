"""The files of versions in the lake, named by their digest: kept once, never changed, read only if they are intact."""

from hashlib import sha256

from django.utils.translation import gettext as _

from apps.core import lake
from apps.core.lake import Stored
from apps.inference.exceptions import ArtefactGone, ArtefactTampered
from apps.inference.models import ModelVersion

FOLDER = "models"


def keep(content: bytes) -> Stored:
    """Keep these bytes. Those that are kept already, and intact, are left as they are."""
    digest = sha256(content).hexdigest()
    name = f"{FOLDER}/{digest[:2]}/{digest}"
    stored = Stored(name=name, size=len(content), sha256=digest)
    if _find(name) == content:
        return stored
    with lake.writing(name) as draft:
        draft.path.write_bytes(content)
    return draft.stored


def read(version: ModelVersion) -> bytes:
    """The bytes of a version: those whose digest was checked, which nobody reads again from where they were.

    Raises ArtefactGone if the lake has them no more, ArtefactTampered if they are not those that the training made.
    """
    content = _find(version.file)
    subject = f"inference.modelversion:{version.pk}"
    if content is None:
        raise ArtefactGone(_("The file of this version is no longer in the lake."), subject=subject)
    if sha256(content).hexdigest() != version.sha256:
        raise ArtefactTampered(
            _("The file of this version is not the one that its training made: its digest differs."), subject=subject
        )
    return content


def _find(name: str) -> bytes | None:
    try:
        with lake.reading(name) as path:
            return path.read_bytes()
    except FileNotFoundError:
        return None
