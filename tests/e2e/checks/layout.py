"""The page under other conditions: a narrow screen, larger or wider-spaced text, forced colours, paper."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.e2e.checks.visit import Finding, Visit

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 800}

# What sticks out of the window, and text cut by its own box. A region that scrolls by itself may be wider.
MISFITS = """() => {
    const describe = el => el.outerHTML.replace(/\\s+/g, ' ').slice(0, 140);
    const root = document.documentElement, width = root.clientWidth, found = [];
    if (root.scrollWidth > width + 1) {
        const scrolls = el => {
            for (let box = el.parentElement; box && box !== document.body; box = box.parentElement)
                if (getComputedStyle(box).overflowX !== 'visible' && box.getBoundingClientRect().right <= width + 1)
                    return true;
            return false;
        };
        const wide = [...document.body.querySelectorAll('*')].filter(
            el => el.checkVisibility() && el.getBoundingClientRect().right > width + 1 && !scrolls(el));
        found.push(`the page is ${root.scrollWidth} px wide in ${width}: ` + wide.slice(-3).map(describe).join(' … '));
    }
    for (const el of document.body.querySelectorAll('*')) {
        const style = getComputedStyle(el);
        if (style.overflowY !== 'hidden' && style.overflowY !== 'clip' && style.overflowX !== 'hidden'
            && style.overflowX !== 'clip') continue;
        // Visually hidden on purpose, or pushed out of sight to leave an icon, or holding no text.
        if (parseFloat(style.textIndent) < -500 || style.clipPath !== 'none' || style.clip !== 'auto') continue;
        if (el.clientWidth <= 1 || el.clientHeight <= 1 || !el.innerText?.trim() || el.closest('svg')) continue;
        if (el.scrollHeight > el.clientHeight + 2 || el.scrollWidth > el.clientWidth + 2)
            found.push(`text is cut in ${describe(el)}`);
    }
    return found;
}"""

# A constructed sheet: the content security policy rightly refuses an inline one.
DRESS = """css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
UNDRESS = "document.adoptedStyleSheets = document.adoptedStyleSheets.slice(0, -1)"


@contextmanager
def window(page: Page, size: dict[str, int]) -> Iterator[None]:
    before = page.viewport_size or WIDE
    page.set_viewport_size(size)
    try:
        yield
    finally:
        page.set_viewport_size(before)


@contextmanager
def dressed(page: Page, css: str) -> Iterator[None]:
    page.evaluate(DRESS, css)
    try:
        yield
    finally:
        page.evaluate(UNDRESS)


def narrow_screen_fits(visit: Visit) -> list[Finding]:
    """RGAA 10.11, WCAG 1.4.10: at 320 px, which is also 1280 px zoomed to 400 %, nothing scrolls sideways."""
    with window(visit.page, NARROW):
        return [Finding("320 px", message) for message in visit.page.evaluate(MISFITS)]


def doubled_text_fits(visit: Visit) -> list[Finding]:
    """RGAA 10.4, WCAG 1.4.4: text at 200 % stays whole."""
    size = visit.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    with dressed(visit.page, f":root {{ font-size: {2 * size}px !important }}"):
        return [Finding("text at 200 %", message) for message in visit.page.evaluate(MISFITS)]


def spaced_text_fits(visit: Visit) -> list[Finding]:
    """RGAA 10.12, WCAG 1.4.12: the reader's own spacing loses nothing."""
    spacing = (
        "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
        "p { margin-block-end: 2em !important }"
    )
    with dressed(visit.page, spacing):
        return [Finding("text spacing", message) for message in visit.page.evaluate(MISFITS)]


def forced_colours_keep_the_controls(visit: Visit) -> list[Finding]:
    """In forced colours backgrounds vanish: a control shows by its border, and nothing keeps its own by force."""
    page = visit.page
    page.emulate_media(forced_colors="active")
    try:
        lost = page.evaluate(
            """() => {
            const describe = el => el.outerHTML.replace(/\\s+/g, ' ').slice(0, 140);
            const framed = el => { const s = getComputedStyle(el);
                return ['Top', 'Bottom', 'Left', 'Right'].some(
                    side => s[`border${side}Style`] !== 'none' && parseFloat(s[`border${side}Width`]) > 0)
                    || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0)
                    || s.textDecorationLine.includes('underline'); };
            const controls = 'button, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio], '
                + '[type=range], [type=file], [type=color], [type=image])';
            const found = [...document.querySelectorAll(controls)]
                .filter(el => el.checkVisibility() && el.getBoundingClientRect().width > 1 && !framed(el))
                .map(el => `no border shows ${describe(el)}`);
            for (const el of document.body.querySelectorAll('*'))
                if (!el.closest('svg') && el.innerText?.trim() && getComputedStyle(el).forcedColorAdjust === 'none')
                    found.push(`colours kept by force on ${describe(el)}`);
            return found; }"""
        )
    finally:
        page.emulate_media(forced_colors="none")
    return [Finding("forced colours", message) for message in lost]


def prints_its_content(visit: Visit) -> list[Finding]:
    """On paper: the content, in dark on light, without the navigation."""
    page = visit.page
    page.emulate_media(media="print")
    try:
        lost = page.evaluate(
            """isAdmin => {
            const found = [], main = document.querySelector('main, [role=main]');
            if (!main || !main.checkVisibility() || !main.innerText.trim()) found.push('the content is not printed');
            else {
                const channels = getComputedStyle(main).color.match(/[\\d.]+/g).map(Number).slice(0, 3);
                const scale = getComputedStyle(main).color.startsWith('rgb') ? 255 : 1;
                if (channels.reduce((sum, value) => sum + value, 0) / 3 / scale > .6)
                    found.push(`the text is printed too light: ${getComputedStyle(main).color}`);
            }
            if (!isAdmin) for (const nav of document.querySelectorAll('header nav'))
                if (nav.checkVisibility() && nav.getBoundingClientRect().height > 1)
                    found.push('the navigation is printed');
            return found; }""",
            visit.is_admin,
        )
    finally:
        page.emulate_media(media="null")
    return [Finding("print", message) for message in lost]
