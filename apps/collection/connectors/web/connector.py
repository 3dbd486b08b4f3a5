"""The connector of kind *web*: the pages of a site, visited as its robots.txt, its pace and its terms of use allow."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.collection.connectors.base import Access, Batch, Cursor, Part, Reading, SourceColumn, Stream, Window
from apps.collection.connectors.web.config import URL, StartKind, WebConfig
from apps.collection.connectors.web.exceptions import RobotsForbid, TermsNotRead
from apps.collection.crawler.urls import host_of
from apps.collection.exceptions import CollectionError
from apps.core.declarations import Text
from apps.core.http import guarded_session

# The only part: which pages there are is known once they were visited.
KEY = "site"


class WebConnector:
    """Visits in another process (`apps/collection/crawler`); looks at a page or two in this one."""

    kind: ClassVar[str] = "web"
    label: ClassVar[Text] = gettext_lazy("Website")
    summary: ClassVar[Text] = gettext_lazy("Pages of a site: which ones, and what to read in each.")
    GROUPS: ClassVar[Mapping[str, Text]] = {
        "terms": gettext_lazy("Terms of use"),
        "pages": gettext_lazy("Pages to visit"),
        "items": gettext_lazy("What to read in the pages"),
        "limits": gettext_lazy("At most"),
        "manners": gettext_lazy("Manners"),
    }
    Config = WebConfig

    def check(self, config: WebConfig) -> Access:
        """Whether the site answers and lets these pages be read, by its robots.txt: one request."""
        from apps.collection.connectors.web.fetching import LOOK_SECONDS, read_robots

        start = config.start_urls[0]
        try:
            with guarded_session(total=LOOK_SECONDS, tries=1) as session:
                robots = read_robots(config, session, start)
            if not robots.allows(start):
                raise RobotsForbid(host=host_of(start))
        except CollectionError as error:
            return Access(is_well=False, message=f"{error.message}")
        if robots.delay:
            found = ngettext(
                "%(name)s answers, and lets these pages be read, one every %(seconds)s second.",
                "%(name)s answers, and lets these pages be read, one every %(seconds)s seconds.",
                round(robots.delay),
            )
        else:
            found = _("%(name)s answers, and lets these pages be read.")
        return Access(is_well=True, message=found % {"name": config.name, "seconds": round(robots.delay)})

    def discover(self, config: WebConfig) -> list[Stream]:
        """The fields asked for, with an example of each from the first pages."""
        from apps.collection.connectors.file.values import proposed_type
        from apps.collection.connectors.web.sampling import first_trials, sample_batch

        trials = list(first_trials(config))
        batch = sample_batch(config, iter(trials))
        columns = []
        for name in config.columns:
            values = [value for value in batch.rows.column(name).to_pylist() if value]
            columns.append(
                SourceColumn(
                    name=name,
                    proposed_type="text" if name == URL else proposed_type(values),
                    example=values[0] if values else "",
                    is_key=name == URL and not config.item_selector,
                )
            )
        # Under the names of the settings that they are about, which pages show.
        details = {
            "start_kind": str(StartKind.LISTING if trials[0].listing else StartKind.PAGE),
            "follow": len({*chain.from_iterable(trial.follow for trial in trials)}),
            "item_pages": len({*chain.from_iterable(trial.items for trial in trials)}),
        }
        return [Stream(name=config.name, columns=tuple(columns), details=details)]

    def partitions(self, config: WebConfig, stream: str, window: Window) -> Reading:
        """One part. Sites do not say what changed: the window bounds nothing. Raises TermsNotRead."""
        if not (config.terms_checked and config.terms.strip()):
            raise TermsNotRead(host=host_of(config.start_urls[0]))
        return Reading(parts=(Part(key=KEY, details={"name": config.name}),))

    def read(self, config: WebConfig, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
        from apps.collection.connectors.web.reading import read_site

        return read_site(config, cursor)

    def sample(self, config: WebConfig) -> Iterator[Batch]:
        """The items of the first pages, through the guarded session: a visit takes seconds to start."""
        from apps.collection.connectors.web.sampling import first_trials, sample_batch

        yield sample_batch(config, first_trials(config))
