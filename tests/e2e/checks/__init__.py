"""What is asked of every page. Each check takes a `Visit`, answers with its findings, and puts the page back as it was.

A new check is a function in one of these modules and its name in the right tuple below; `test_checks.py` refuses a
check for which nobody has shown a page that it condemns.
"""

from collections.abc import Callable

from tests.e2e.checks.behaviour import errors_are_explained, works_without_script
from tests.e2e.checks.keyboard import every_control_is_reached, skip_link_works
from tests.e2e.checks.layout import (
    doubled_text_fits,
    forced_colours_keep_the_controls,
    narrow_screen_fits,
    prints_its_content,
    spaced_text_fits,
)
from tests.e2e.checks.markup import markup_is_valid
from tests.e2e.checks.network import console_is_clean, policy_holds, stays_on_the_site
from tests.e2e.checks.rules import axe, drawings_can_be_read
from tests.e2e.checks.structure import (
    controls_have_an_id,
    link_names_are_unambiguous,
    one_h1,
    switches_say_their_language,
    table_headers_are_tied,
    title_is_present,
)
from tests.e2e.checks.visit import Finding, Visit

Check = Callable[[Visit], list[Finding]]

# How the page is served and what it loads: also asked of pages that someone else's script draws.
TRANSPORT: tuple[Check, ...] = (stays_on_the_site, console_is_clean, policy_holds, markup_is_valid)
# On every visit: each page, each role.
QUICK: tuple[Check, ...] = (
    *TRANSPORT,
    axe,
    drawings_can_be_read,
    title_is_present,
    one_h1,
    table_headers_are_tied,
    switches_say_their_language,
    link_names_are_unambiguous,
    controls_have_an_id,
    narrow_screen_fits,
)
# Once for each page, as the role that sees most of it: they take seconds, and what they judge is the layout's.
THOROUGH: tuple[Check, ...] = (
    doubled_text_fits,
    spaced_text_fits,
    forced_colours_keep_the_controls,
    prints_its_content,
    skip_link_works,
    every_control_is_reached,
    works_without_script,
    errors_are_explained,  # last: it leaves the page
)

__all__ = ["QUICK", "THOROUGH", "TRANSPORT", "Check", "Finding", "Visit"]
