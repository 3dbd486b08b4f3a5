"""The page without a mouse: the skip link, the order of the controls, a focus that shows, no trap."""

from tests.e2e.checks.visit import Finding, Visit

# A page of two hundred rows is a table: its first controls tell as much as all of them.
BOUND = 120

SKIP_LINK = """() => {
    const link = document.activeElement;
    const href = link?.getAttribute?.('href') ?? '';
    const box = link?.getBoundingClientRect();
    return {
        skips: link?.tagName === 'A' && href.startsWith('#') && href.length > 1,
        target: href.length > 1 && href.startsWith('#') && !!document.getElementById(href.slice(1)),
        shows: !!box && box.width > 2 && box.height > 2 && box.top >= 0 && box.left >= 0 && box.top < innerHeight,
    };
}"""

# Every stop that the Tab key owes the reader, and how each looks before it is focused.
WATCH = """bound => {
    const describe = el => el.outerHTML.replace(/\\s+/g, ' ').slice(0, 140);
    const look = el => { const s = getComputedStyle(el);
        return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.borderWidth,
                s.backgroundColor, s.textDecorationLine].join('|'); };
    const inGroup = new Set();
    const stops = [...document.querySelectorAll(
        'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')].filter(el => {
        if (el.disabled || el.tabIndex < 0 || !el.checkVisibility({visibilityProperty: true})) return false;
        if (el.matches('fieldset[disabled] *')) return false;
        if (el.type !== 'radio') return true;
        // The arrow keys move inside a group of radio buttons: Tab stops at it once.
        const group = `${el.form?.id}/${el.name}`;
        if (inGroup.has(group)) return false;
        const owed = [...document.getElementsByName(el.name)].find(one => one.checked && one.form === el.form) ?? el;
        inGroup.add(group);
        return owed === el || (inGroup.delete(group), false);
    }).slice(0, bound);
    const seen = window.__stops = {stops, before: stops.map(look), reached: [], unseen: []};
    document.addEventListener('focusin', ({target}) => {
        const index = stops.indexOf(target);
        if (index < 0 || seen.reached.includes(index)) return;
        seen.reached.push(index);
        const box = target.getBoundingClientRect();
        const hidden = box.width < 2 || box.height < 2;
        if (look(target) === seen.before[index] || hidden) seen.unseen.push(describe(target));
    });
    return stops.length;
}"""
OUTCOME = """() => {
    const describe = el => el.outerHTML.replace(/\\s+/g, ' ').slice(0, 140);
    const {stops, reached, unseen} = window.__stops;
    return {
        missed: stops.filter((_, index) => !reached.includes(index)).map(describe),
        disorder: reached.filter((stop, rank) => rank && stop < reached[rank - 1]).map(index => describe(stops[index])),
        unseen,
        last: describe(document.activeElement),
    };
}"""


def skip_link_works(visit: Visit) -> list[Finding]:
    """RGAA 12.7: the first stop leads past the navigation, shows when focused, and moves the focus for real."""
    page = visit.page
    start_at_the_top(visit)
    page.keyboard.press("Tab")
    first = page.evaluate(SKIP_LINK)
    if not first["skips"]:
        return [Finding("skip link", "The first stop of the Tab key is not a link into the page")]
    findings = []
    if not first["target"]:
        findings.append(Finding("skip link", "It leads to an element that is not there"))
    if not first["shows"]:
        findings.append(Finding("skip link", "It stays out of sight when it has the focus"))
    target = page.evaluate("document.activeElement.getAttribute('href').slice(1)")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate(
        """id => { const target = document.getElementById(id), now = document.activeElement;
        return !target || target.contains(now) || now === document.body
            || !!(target.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING); }""",
        target,
    )
    if not inside:
        findings.append(Finding("skip link", "After it, the Tab key is still in the navigation"))
    start_at_the_top(visit)
    return findings


def every_control_is_reached(visit: Visit) -> list[Finding]:
    """RGAA 12.8, 12.9, 10.7: Tab visits every control in the order of the page, each shows it, none holds it."""
    page = visit.page
    start_at_the_top(visit)
    owed = page.evaluate(WATCH, BOUND)
    # A date field takes several stops; the margin covers them and the passage through the browser's own frame.
    dates = page.locator("input[type=date], input[type=datetime-local], input[type=time]").count()
    for _ in range(owed + 3 * dates + 3):
        page.keyboard.press("Tab")
    outcome = page.evaluate(OUTCOME)
    start_at_the_top(visit)
    findings = [Finding("focus not visible", "Nothing changes when it gets the focus", el) for el in outcome["unseen"]]
    findings += [Finding("tab order", "It comes before what precedes it", el) for el in outcome["disorder"]]
    if outcome["missed"]:
        findings.append(
            Finding(
                "keyboard",
                f"The Tab key never reaches {len(outcome['missed'])} controls; it stopped at {outcome['last']}",
                " … ".join(outcome["missed"][:3]),
            )
        )
    return findings


def start_at_the_top(visit: Visit) -> None:
    """Put the focus, and the place from which Tab goes on, back at the start of the document."""
    visit.page.evaluate(
        """() => { document.activeElement?.blur(); history.replaceState(null, '', location.pathname + location.search);
        const start = document.body; start.tabIndex = -1; start.focus(); start.removeAttribute('tabindex');
        start.blur(); scrollTo(0, 0); }"""
    )
