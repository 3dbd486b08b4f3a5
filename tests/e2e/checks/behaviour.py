"""What the page does: without scripts, and when a form is sent empty."""

import re
from dataclasses import replace

from playwright.sync_api import Page

from tests.e2e.checks.markup import markup_is_valid
from tests.e2e.checks.rules import axe
from tests.e2e.checks.visit import Finding, Visit

HEADINGS = """[...document.querySelectorAll('h1, h2, h3')].filter(h => h.checkVisibility())
    .map(h => h.textContent.trim())"""
NEEDS_SCRIPT = """isAdmin => {
    const describe = el => el.outerHTML.replace(/\\s+/g, ' ').slice(0, 140), found = [];
    const main = document.querySelector('main, [role=main]');
    if (!main?.innerText.trim()) found.push('the content is empty');
    // The administration's « No, take me back » does what the browser's own button does.
    for (const link of document.querySelectorAll(isAdmin ? 'a:not(.cancel-link)' : 'a'))
        if (link.checkVisibility() && (/^javascript:/.test(link.getAttribute('href') ?? '')
            || link.getAttribute('href') === '#')) found.push(`a link that leads nowhere: ${describe(link)}`);
    for (const form of document.forms)
        if ([...form.elements].some(el => el.checkVisibility() && el.matches('input, select, textarea'))
            && ![...form.elements].some(
            el => el.matches('button:not([type=button], [type=reset]), input[type=submit], input[type=image]')))
            found.push(`a form without a button to send it: ${describe(form)}`);
    for (const el of document.querySelectorAll('main button'))
        if (el.checkVisibility() && !el.form && !el.hasAttribute('popovertarget'))
            found.push(`a button that belongs to no form: ${describe(el)}`);
    return found;
}"""

# The first form of the content that has something to refuse; the others (sign out, delete) would simply be obeyed.
FIND_A_FORM = """() => {
    const main = document.querySelector('main, [role=main]');
    return [...(main?.querySelectorAll('form') ?? [])].find(form => form.method === 'post' && form.checkVisibility()
        && form.id !== 'changelist-form'  // the administration's choice of an action on rows: a message answers it
        && [...form.elements].some(el => el.required && el.matches('input:not([type=hidden]), textarea, select')));
}"""
EMPTY = """form => {
    form.noValidate = true;
    for (const el of form.elements) {
        if (el.matches('input[type=hidden], button, input[type=submit], input[type=file]')) continue;
        if (el.matches('[type=checkbox], [type=radio]')) el.checked = false;
        else if (el.matches('select')) el.selectedIndex = [...el.options].findIndex(option => !option.value);
        else el.value = '';
    }
    const sender = [...form.elements].find(el => el.matches('button:not([type=button], [type=reset]), [type=submit]'));
    form.requestSubmit(sender);
}"""
UNTIED = """() => {
    const describe = el => el.outerHTML.replace(/\\s+/g, ' ').slice(0, 140), found = [];
    const invalid = [...document.querySelectorAll('[aria-invalid=true]')];
    if (!invalid.length) found.push('no field is marked aria-invalid');
    for (const el of invalid) {
        // The error of a set of boxes describes the set.
        const describers = [el, el.closest('fieldset, [role=group], [role=radiogroup]')];
        const said = describers.flatMap(one => (one?.getAttribute('aria-describedby') ?? '').split(/\\s+/))
            .map(id => document.getElementById(id));
        if (!said.some(text => text?.textContent.trim())) found.push(`its error is not tied to ${describe(el)}`);
    }
    for (const link of document.querySelectorAll('main [role=alert] a[href^="#"], main .error-summary a[href^="#"]'))
        if (!document.getElementById(link.getAttribute('href').slice(1)))
            found.push(`the summary leads to a field that is not there: ${describe(link)}`);
    return found;
}"""
ERROR_TITLE = re.compile(r"^(Erreur\s*:|Error:)\s")


def works_without_script(visit: Visit) -> list[Finding]:
    """No page needs JavaScript: the same headings are there, every form can be sent, no link leads nowhere."""
    with visit.without_scripts() as page:
        findings = [Finding("without script", message) for message in page.evaluate(NEEDS_SCRIPT, visit.is_admin)]
        missing = set(visit.page.evaluate(HEADINGS)) - set(page.evaluate(HEADINGS))
        if not visit.is_admin:
            findings += [Finding("without script", "A heading is missing", heading) for heading in sorted(missing)]
        return findings + searches_without_script(page)


def searches_without_script(page: Page) -> list[Finding]:
    """Send the content's first filter or search form, as a person without scripts would."""
    button = page.locator("main form:not([method=post]) button:not([type=button]):visible").first
    if not button.count():
        return []
    with page.expect_navigation() as navigation:
        button.click()
    answer = navigation.value
    if answer and answer.ok:
        return []
    return [Finding("without script", f"The form of the page is answered {answer and answer.status}")]


def errors_are_explained(visit: Visit) -> list[Finding]:
    """A form sent empty comes back with « Erreur : » in its title, each error tied to its field, still valid."""
    page = visit.page
    form = page.evaluate_handle(FIND_A_FORM).as_element()
    if form is None:
        return []
    with page.expect_navigation() as navigation:
        form.evaluate(EMPTY)
    answer = navigation.value
    if answer is None or answer.status >= 500:
        return [Finding("form errors", f"The empty form is answered {answer and answer.status}")]
    findings = []
    if not ERROR_TITLE.match(page.title()):
        findings.append(Finding("form errors", "The title does not begin with « Erreur : »", page.title()))
    findings += [Finding("form errors", message) for message in page.evaluate(UNTIED)]
    returned = replace(visit, html=answer.text())
    return findings + axe(returned) + markup_is_valid(returned)
