"""Files of versions in the lake: found again intact, or not at all."""

import pytest

from apps.core import lake
from apps.core.errors import PermanentFailure
from apps.inference.exceptions import ArtefactGone, ArtefactTampered
from apps.inference.packaging.store import keep, read
from tests.inference import package_factories as made

pytestmark = pytest.mark.django_db


def path_of(name):
    with lake.reading(name) as path:
        return path


def test_a_file_is_kept_under_its_digest_and_read_again(of_tumours, package_of_tumours):
    version = made.version_of(of_tumours, package_of_tumours)

    assert version.file == f"models/{version.sha256[:2]}/{version.sha256}"
    assert version.size == len(package_of_tumours.content)
    assert read(version) == package_of_tumours.content


def test_the_same_bytes_are_kept_once():
    first = keep(b"the same model")
    written = path_of(first.name).stat()

    again = keep(b"the same model")

    assert again == first
    assert path_of(first.name).stat().st_ino == written.st_ino


def test_a_damaged_file_is_kept_whole_again():
    stored = keep(b"a model that a disk damaged")
    path_of(stored.name).write_bytes(b"a mode")

    keep(b"a model that a disk damaged")

    assert path_of(stored.name).read_bytes() == b"a model that a disk damaged"


def test_a_file_that_was_changed_is_not_read(of_tumours, package_of_tumours):
    version = made.version_of(of_tumours, package_of_tumours)
    path = path_of(version.file)
    path.write_bytes(package_of_tumours.content[:-1] + b"\0")

    with pytest.raises(ArtefactTampered) as refusal:
        read(version)

    assert isinstance(refusal.value, PermanentFailure)
    assert refusal.value.subject == f"inference.modelversion:{version.pk}"
    path.unlink()


def test_a_file_that_is_gone_is_told(of_progressions, package_of_progressions):
    version = made.version_of(of_progressions, package_of_progressions)
    lake.delete([version.file])

    with pytest.raises(ArtefactGone):
        read(version)
