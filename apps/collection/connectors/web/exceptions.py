"""What may go wrong with a site as a whole, in words for whoever set the source up."""

from django.utils.translation import gettext_lazy as _

from apps.collection.exceptions import Blocked, ConfigError, Transient


class TermsNotRead(ConfigError):
    """Details: `host`."""

    code = "terms_not_read"
    title = _("Nobody has said that the terms of use of %(host)s allow this collection")
    advice = _("Read them, write in the settings of the source where they are and what they say, and confirm.")


class RobotsForbid(Blocked):
    """Details: `host`."""

    code = "robots_forbid"
    title = _("%(host)s asks programs not to read these pages (robots.txt)")
    advice = _("Ask the site for its agreement, or for another way to get its data; or start from other pages.")


class NothingReadable(ConfigError):
    """Details: `host`."""

    code = "no_page_read"
    title = _("None of the addresses to start from could be read on %(host)s")
    advice = _("Check that they are pages of text, sitemaps or feeds, within the limits of the source.")


class VisitBroken(Transient):
    """The program that visits ended, or said nothing for too long. Details: `host`."""

    code = "visit_broken"
    title = _("The visit of %(host)s stopped halfway")
    advice = _("It goes on from where it was. If it stops again and again, ask for smaller or fewer pages.")


class SelectorTooSlow(ConfigError):
    """Details: `host`."""

    code = "selector_too_slow"
    title = _("A selector or a regular expression takes too long on a page of %(host)s")
    advice = _("Try each on a page of the site. A repetition inside another, as in (a+)+, may never end.")


class SelectorRefused(ConfigError):
    """One that is well written, and makes no sense in a page. Details: `host`, `said` (by the library, in English)."""

    code = "selector_refused"
    title = _("A selector cannot be applied to the pages of %(host)s: %(said)s")
    advice = _("Try each on a page of the site.")


class PageElsewhere(ConfigError):
    """Details: `host`."""

    code = "page_elsewhere"
    title = _("%(host)s is not among the domains that this source visits")
    advice = _("Try a page of its site, or add this domain where the settings say where the data is.")
