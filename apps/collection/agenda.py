"""What the clock will start, and when. Pure, for rows already loaded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.collection.models import Source
from apps.collection.rhythms import Rhythm

# A source that runs more often than this in the time that is shown is one line, with its rhythm.
LINES_OF_ONE_SOURCE = 7


@dataclass(frozen=True, kw_only=True)
class Due:
    """A run to come. `is_first_of_many`: the others are too many to be lines of their own."""

    at: datetime
    source: Source
    rhythm: Rhythm
    is_first_of_many: bool = False


def runs_to_come(sources: Iterable[Source], *, now: datetime, within: timedelta) -> list[Due]:
    """The runs of these sources from `now` on, the nearest first."""
    found: list[Due] = []
    for source in sources:
        rhythm = Rhythm.of(source.cron)
        upcoming = source.upcoming(after=now, count=LINES_OF_ONE_SOURCE + 1)
        soon = [at for at in upcoming if at <= now + within]
        if len(soon) > LINES_OF_ONE_SOURCE:
            found.append(Due(at=soon[0], source=source, rhythm=rhythm, is_first_of_many=True))
        else:
            found += [Due(at=at, source=source, rhythm=rhythm) for at in soon]
    return sorted(found, key=lambda due: (due.at, due.source.name))
