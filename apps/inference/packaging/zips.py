"""Archives that have the same bytes whenever they are made of the same files."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

# The first that the format can say.
NO_DATE = (1980, 1, 1, 0, 0, 0)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """An archive of these files, by path, in the order of their paths; text is UTF-8."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, NO_DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            # The system that it was made on: Unix, wherever it runs.
            entry.create_system = 3
            written.writestr(entry, files[path])
    return archive.getvalue()
