"""A process that reads a site: `python -m tests.collection.connectors.reader <settings> <journal>`.

Each batch is a line of the journal, on the disk before the next is asked for. Started again, it goes on from the last.
"""

import json
import os
import sys
from pathlib import Path

import django


def main(settings: Path, journal: Path) -> None:
    from apps.collection.connectors.web.config import WebConfig
    from apps.collection.connectors.web.reading import read_site

    config = WebConfig.model_validate_json(settings.read_text())
    lines = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
    whole = [line for line in lines if line.endswith(b"\n")]
    journal.write_bytes(b"".join(whole))  # the line that a kill cut is no batch
    cursor = json.loads(whole[-1])["cursor"] if whole else None
    with journal.open("ab") as file:
        for batch in read_site(config, cursor, batch_seconds=0.05):
            rejected = [[each.reason, each.details, each.text] for each in batch.rejected]
            told = {"rows": batch.rows.to_pylist(), "rejected": rejected, "cursor": batch.cursor}
            file.write(json.dumps(told).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


if __name__ == "__main__":
    django.setup()
    main(*map(Path, sys.argv[1:]))
