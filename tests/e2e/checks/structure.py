"""What the document says of itself: titles, headings, tables, links, languages, names of controls."""

from tests.e2e.checks.visit import Finding, Visit

DESCRIBE = "const describe = el => el.outerHTML.replace(/\\s+/g, ' ').slice(0, 140);"
NAME = """const name = el => {
    const label = el.getAttribute('aria-label');
    if (label) return label.trim();
    const by = el.getAttribute('aria-labelledby');
    if (by) return by.split(/\\s+/).map(id => document.getElementById(id)?.textContent ?? '').join(' ').trim();
    const read = node => {
        if (node.nodeType === Node.TEXT_NODE) return node.data;
        if (node.nodeType !== Node.ELEMENT_NODE || node.getAttribute('aria-hidden') === 'true') return '';
        if (node.matches('img')) return node.alt;
        if (node.matches('svg')) return node.querySelector('title')?.textContent ?? '';
        return [...node.childNodes].map(read).join('');
    };
    return read(el).replace(/\\s+/g, ' ').trim() || el.title;
};"""


def title_is_present(visit: Visit) -> list[Finding]:
    return [] if visit.page.title().strip() else [Finding("title", "The page has no title")]


def one_h1(visit: Visit) -> list[Finding]:
    headings = visit.page.evaluate("[...document.querySelectorAll('h1')].map(h => h.textContent.trim())")
    if len(headings) == 1 and headings[0]:
        return []
    return [Finding("h1", f"One non-empty h1 is expected, there are {len(headings)}", "; ".join(headings))]


def table_headers_are_tied(visit: Visit) -> list[Finding]:
    """RGAA 5.7: a header cell says by `scope`, `id` or `role` which cells it heads; axe does not ask it."""
    loose = visit.page.evaluate(
        f"""() => {{ {DESCRIBE}
        return [...document.querySelectorAll('table:not([role=presentation], [role=none]) th')]
            .filter(th => !th.hasAttribute('scope')
                && !['columnheader', 'rowheader'].includes(th.getAttribute('role'))
                && !(th.id && document.querySelector(`td[headers~="${{CSS.escape(th.id)}}"]`)))
            .map(describe); }}"""
    )
    return [Finding("th", "A header cell has no scope, id or role", cell) for cell in loose]


def switches_say_their_language(visit: Visit) -> list[Finding]:
    """RGAA 8.7: « English » on a French page is said with an English voice only if the markup says so."""
    silent = visit.page.evaluate(
        f"""() => {{ {DESCRIBE}
        const languages = {{en: /^(English|EN)\\b/, fr: /^(Français|FR)\\b/}};
        const spoken = el => el.closest('[lang]')?.lang.slice(0, 2);
        return [...document.querySelectorAll('a, button, label')].filter(el =>
            Object.entries(languages).some(([code, words]) => {{
                if (!words.test(el.textContent.trim())) return false;
                const inner = [...el.querySelectorAll('[lang]')].some(part => spoken(part) === code);
                return !inner && spoken(el) !== code;
            }})).map(describe); }}"""
    )
    return [Finding("language switch", "The name of a language is not marked with its `lang`", el) for el in silent]


def link_names_are_unambiguous(visit: Visit) -> list[Finding]:
    """RGAA 6.1: two links of the same name lead to the same place; read in a list, nothing else tells them apart."""
    doubles = visit.page.evaluate(
        f"""() => {{ {NAME}
        const target = link => {{
            const url = new URL(link.href.baseVal ?? link.href, document.baseURI);  // of a drawing, or of the page
            url.searchParams.delete('next');
            return url.href;
        }};
        const targets = new Map();
        for (const link of document.querySelectorAll('a[href]')) {{
            // In a list of the administration, the row tells what its link is about.
            if (!link.checkVisibility() || link.closest('#result_list')) continue;
            // What describes a link is read with it: « Ajouter » beside « Groupes » is not « Ajouter » beside « Clés ».
            const described = (link.getAttribute('aria-describedby') ?? '').split(/\\s+/)
                .map(id => document.getElementById(id)?.textContent.trim() ?? '').join(' ');
            const text = `${{name(link)}} ${{described}}`.trim(), known = targets.get(text) ?? new Set();
            targets.set(text, known.add(target(link)));
        }}
        return [...targets].filter(([, urls]) => urls.size > 1).map(
            ([text, urls]) => [text, [...urls].join(' ')]); }}"""
    )
    return [Finding("link name", f"“{text}” names links to different places", urls) for text, urls in doubles]


def controls_have_an_id(visit: Visit) -> list[Finding]:
    """House rule: focus survives a refreshed fragment only on a control with a stable `id` (measured with htmx)."""
    if visit.is_admin:
        return []
    nameless = visit.page.evaluate(
        f"""() => {{ {DESCRIBE}
        return [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]
            .filter(el => !el.id).map(describe); }}"""
    )
    return [Finding("control without id", "A control has no id", el) for el in nameless]
