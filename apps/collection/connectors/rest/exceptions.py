"""What may go wrong with an API beyond the call itself, in words for whoever wrote the settings.

Details hold hosts, counts and the names of the structure of answers; never a value, a path or a query of an address.
"""

from django.utils.translation import gettext_lazy as _

from apps.collection.exceptions import AuthError, ConfigError


class CredentialsMissing(AuthError):
    """Details: `host`."""

    code = "credentials_missing"
    title = _("Nothing is given to enter %(host)s with")
    advice = _("The settings choose an authentication without its password, key or token: give it.")


class TokenRefused(AuthError):
    """Details: `host`, and `reason`: a code of RFC 6749, or a status."""

    code = "access_token_refused"
    title = _("%(host)s gives no access token (%(reason)s)")
    advice = _("Check the identifier of the application, its secret, its scopes and the address that gives tokens.")


class AnswerNotJson(ConfigError):
    """Details: `host`, `found`: the type that the answer says it has."""

    code = "answer_not_json"
    title = _("%(host)s answered something other than JSON (%(found)s)")
    advice = _("Check that the address is the API's, and that it is asked for JSON.")


class AnswerIsAPage(ConfigError):
    """Details: `host`."""

    code = "answer_is_a_page"
    title = _("%(host)s answered a page for people rather than data")
    advice = _("It is often a sign-in page: check the key or the password, and that the address is the API's.")


class RecordsNotThere(ConfigError):
    """Details: `host`, `path`: as far as it leads, `found`: what is there."""

    code = "records_not_there"
    title = _("The answer of %(host)s has no records at “%(path)s”")
    advice = _("What it has there: %(found)s. Correct where the records are.")


class RecordsUnclear(ConfigError):
    """Details: `host`, `found`: the lists that could be the records."""

    code = "records_unclear"
    title = _("It is unclear where the records are in the answer of %(host)s")
    advice = _("Say which it is in the settings. What was found: %(found)s.")


class PagesUnclear(ConfigError):
    """Details: `host`, `count`, `total`."""

    code = "pages_unclear"
    title = _("%(host)s says that it has %(total)s records, gave %(count)s, and nothing says how to ask for the others")
    advice = _("Choose how its pages follow one another, as its documentation says.")


class NextNotUsable(ConfigError):
    """Details: `host`, `path`: where the next link or cursor was looked for, `found`: the kind of value there."""

    code = "next_not_usable"
    title = _("What %(host)s gives at “%(path)s” does not lead to a next page (%(found)s)")
    advice = _("Correct where the next link or the cursor is.")


class NextElsewhere(ConfigError):
    """Details: `host`, `other`."""

    code = "next_elsewhere"
    title = _("%(host)s sends us to %(other)s for its next page")
    advice = _("What the request holds is not sent to another site. Give that site's address if you trust it.")


class PageRepeated(ConfigError):
    """Details: `host`, `page`: its rank, from 1."""

    code = "page_repeated"
    title = _("%(host)s gives the same page again and again (page %(page)s)")
    advice = _("It does not heed how we ask for the next one: correct the settings of its pages.")


class TooManyPages(ConfigError):
    """Details: `host`, `limit`."""

    code = "too_many_pages"
    title = _("%(host)s has more than %(limit)s pages")
    advice = _("Ask for larger pages, or allow more of them in the settings.")


class FewerThanAnnounced(ConfigError):
    """Details: `host`, `count`, `total`."""

    code = "fewer_than_announced"
    title = _("%(host)s stopped after %(count)s records, and says that it has %(total)s")
    advice = _("Many APIs do not give more than so many pages: ask for less at a time, or use its cursor.")


class CursorFieldMissing(ConfigError):
    """Details: `field`, `found`."""

    code = "cursor_field_missing"
    title = _("No record has the field “%(field)s” that should say what is new")
    advice = _("Correct its name. The records have: %(found)s.")


class CursorFieldUnclear(ConfigError):
    """Details: `field`."""

    code = "cursor_field_unclear"
    title = _("The values of “%(field)s” are neither dates, instants nor numbers that we can compare")
    advice = _("Choose another field, or say what its values are.")


class BoundNotUsable(ConfigError):
    """Details: `bound`."""

    code = "bound_not_usable"
    title = _("“%(bound)s” is not written as the field that says what is new")
    advice = _("Write it as the records do.")
