"""The public site of the town: its works and orders, one page each, a list in pages, a site map, rules for robots."""

import json
from html import escape
from pathlib import Path
from typing import Any

from apps.collection.world import label
from apps.collection.world.serving.messages import Request, Response, html, plain
from apps.collection.world.serving.pages import listing, page
from apps.collection.world.stores.notices import FILE

ROOT = "/travaux/"
CLOSED_AREA = "/interne/"
CRAWL_DELAY_S = 0.2
PAGE_SIZE = 20
_NAVIGATION = [("/", "Le monde de démonstration"), (ROOT, "Travaux et arrêtés"), ("/exports/", "Exports")]
_ROBOTS = f"""# {label.MENTION}
User-agent: *
Disallow: {CLOSED_AREA}
Crawl-delay: {CRAWL_DELAY_S}

Sitemap: {{base}}/sitemap.xml
"""
# Of a notice, what stands in its list of facts: the key of the record, its name on the page.
_FACTS = {
    "numero": "Numéro",
    "nature": "Nature",
    "service": "Service",
    "voie": "Voie",
    "quartier": "Quartier",
    "publie_le": "Publié le",
    "debut": "Début",
    "fin": "Fin",
    "entreprise": "Entreprise",
    "montant": "Montant",
    "contact": "Téléphone",
}


class Site:
    def __init__(self, folder: Path) -> None:
        self._notices: list[dict[str, Any]] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        self._by_address = {notice["adresse"]: notice for notice in self._notices}

    def answer(self, request: Request) -> Response | None:
        """The answer, or None if the site has nothing at this path."""
        match request.path.strip("/").split("/"):
            case ["robots.txt"]:
                return plain(_ROBOTS.format(base=request.base))
            case ["sitemap.xml"]:
                return self._map(request.base)
            case ["interne"]:
                told = "<p>Les robots sont priés de ne pas venir ici : <code>robots.txt</code> le dit.</p>"
                return html(page("Espace interne", told, navigation=_NAVIGATION))
            case ["travaux"]:
                return self._list(request)
            case ["travaux", address] if address in self._by_address:
                return html(_notice_page(self._by_address[address]))
        return None

    def _list(self, request: Request) -> Response | None:
        asked, last = request.parameters().get("page", "1"), -(-len(self._notices) // PAGE_SIZE)
        if not asked.isdecimal() or not 1 <= int(asked) <= last:
            return None
        number = int(asked)
        shown = self._notices[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        near = [("prev", number - 1, "Page précédente"), ("next", number + 1, "Page suivante")]
        links = [(rel, f"{ROOT}?page={other}", name) for rel, other, name in near if 1 <= other <= last]
        content = (
            listing([(f"{ROOT}{notice['adresse']}/", notice["titre"]) for notice in shown], css="avis")
            + f'<nav aria-label="Pagination"><p>Page {number} sur {last}</p><ul>'
            + "".join(f'<li><a rel="{rel}" href="{address}">{name}</a></li>' for rel, address, name in links)
            + f'</ul></nav><p><a href="{CLOSED_AREA}">Espace interne</a></p>'
        )
        title = "Travaux et arrêtés" if number == 1 else f"Travaux et arrêtés, page {number}"
        return html(page(title, content, navigation=_NAVIGATION))

    def _map(self, base: str) -> Response:
        places = [ROOT, *(f"{ROOT}{notice['adresse']}/" for notice in self._notices)]
        entries = "".join(f"<url><loc>{escape(base + place)}</loc></url>\n" for place in places)
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {label.MENTION} -->\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
        )
        return Response(body=body.encode(), kind="application/xml; charset=utf-8")


def _notice_page(notice: dict[str, Any]) -> str:
    facts = "".join(
        f'<dt>{name}</dt><dd class="{key}">{escape(notice[key])}</dd>' for key, name in _FACTS.items() if notice[key]
    )
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in notice["texte"])
    heard = "".join(f"<li><code>{escape(reference)}</code></li>" for reference in notice["signalements"])
    content = f'<article class="avis"><dl class="faits">{facts}</dl><div class="texte">{paragraphs}</div></article>'
    if heard:
        content += f'<h2>Signalements à l’origine de cet avis</h2><ul class="signalements">{heard}</ul>'
    return page(notice["titre"], content, navigation=_NAVIGATION)
