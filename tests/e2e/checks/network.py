"""What the browser reported while loading: nothing may leave the site, nothing may be refused or fail."""

from tests.e2e.checks.visit import Finding, Visit


def stays_on_the_site(visit: Visit) -> list[Finding]:
    """No request to anyone else: a font or a script from elsewhere tells that site who reads what (GDPR)."""
    return [Finding("external request", url) for url in visit.heard.external]


def console_is_clean(visit: Visit) -> list[Finding]:
    return [Finding("console", message) for message in visit.heard.console]


def policy_holds(visit: Visit) -> list[Finding]:
    """Nothing on the page runs into its content security policy."""
    return [Finding("content security policy", message) for message in visit.heard.violations]
