"""axe-core: WCAG 2.2 A and AA, the rules that carry RGAA tags, and its best practices.

What axe cannot decide (*incomplete*) is not left aside: a person looks, and writes the verdict in `axe_reviewed.toml`.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

from tests.e2e.checks.visit import Finding, Visit

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
REVIEWED = Path(__file__).parents[1] / "axe_reviewed.toml"

RUN = """tags => axe.run(document, {
    runOnly: {type: 'tag', values: tags}, resultTypes: ['violations', 'incomplete'],
}).then(({violations, incomplete}) => {
    const flat = results => results.flatMap(rule => rule.nodes.map(node => ({
        rule: rule.id, help: rule.help, target: node.target.flat(Infinity).join(' '), html: node.html,
        reason: [...node.any, ...node.all, ...node.none].map(check => check.message).join('; '),
    })));
    return {violations: flat(violations), incomplete: flat(incomplete)};
})"""

# Axe reads the background of HTML, not the rectangle that a drawing puts below its text.
PALE_ON_SHAPES = """() => {
    const pencil = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const luminance = colour => {
        pencil.clearRect(0, 0, 1, 1);
        pencil.fillStyle = colour;
        pencil.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...pencil.getImageData(0, 0, 1, 1).data].map(v => v / 255)
            .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const pale = [];
    for (const text of document.querySelectorAll('svg text')) {
        const {x, y, width, height} = text.getBoundingClientRect(), [cx, cy] = [x + width / 2, y + height / 2];
        const below = [...text.ownerSVGElement.querySelectorAll('rect')].filter(shape => {
            const box = shape.getBoundingClientRect();
            return box.left <= cx && cx <= box.right && box.top <= cy && cy <= box.bottom
                && shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING
                && !['none', 'rgba(0, 0, 0, 0)'].includes(getComputedStyle(shape).fill)
                && !getComputedStyle(shape).fill.startsWith('url');
        }).at(-1);
        if (!below) continue;
        const [a, b] = [text, below].map(el => luminance(getComputedStyle(el).fill)).sort((p, q) => q - p);
        const ratio = (a + .05) / (b + .05);
        if (ratio < 4.5) pale.push(`${text.textContent.trim()} at ${ratio.toFixed(2)}`);
    }
    return pale;
}"""


@cache
def reviewed() -> list[tuple[str, re.Pattern[str]]]:
    """The doubts a person has looked at: the rule, and the elements (by their HTML) that the verdict is about."""
    entries = tomllib.loads(REVIEWED.read_text(encoding="utf-8")).get("reviewed", [])
    for entry in entries:
        if not entry.get("reason"):
            raise ValueError(f"{REVIEWED.name}: an entry for {entry['rule']} gives no reason.")
    return [(entry["rule"], re.compile(entry["html"])) for entry in entries]


def is_reviewed(rule: str, html: str) -> bool:
    return any(rule == known and pattern.search(html) for known, pattern in reviewed())


def axe(visit: Visit) -> list[Finding]:
    if not visit.page.evaluate("'axe' in window"):
        visit.page.evaluate(visit.axe_source)
    found = visit.page.evaluate(RUN, TAGS)
    findings = [
        Finding(f"axe {node['rule']}", f"{node['help']}: {node['reason']}", f"{node['target']} {node['html'][:160]}")
        for node in found["violations"]
    ]
    findings += [
        Finding(
            f"axe {node['rule']} (undecided)",
            f"{node['help']}: {node['reason']}. Look at it, then mend it or write why it is right in {REVIEWED.name}",
            f"{node['target']} {node['html'][:160]}",
        )
        for node in found["incomplete"]
        if not is_reviewed(node["rule"], node["html"])
    ]
    return findings


def drawings_can_be_read(visit: Visit) -> list[Finding]:
    """RGAA 3.2 in drawings: the numbers of a matrix stand out from their cells."""
    return [Finding("contrast in a drawing", f"“{text}”, 4.5 is due") for text in visit.page.evaluate(PALE_ON_SHAPES)]
