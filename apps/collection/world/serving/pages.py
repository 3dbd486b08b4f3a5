"""What all pages of the world share: accessible HTML in French, without script, that says that all is invented."""

from collections.abc import Iterable, Sequence
from html import escape

from apps.collection.world import label
from apps.collection.world.town import TOWN

_STYLE = """
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 0 1rem 3rem; color: #1b1b1b;
  background: #fff; }
.mention { border: 2px solid #8a3b00; background: #fff4e8; color: #5c2700; padding: .5rem 1rem; font-weight: 600; }
a { color: #00467a; } a:focus-visible { outline: 3px solid #00467a; outline-offset: 2px; }
table { border-collapse: collapse; } th, td { border: 1px solid #767676; padding: .3rem .6rem; text-align: left; }
dt { font-weight: 600; } code { overflow-wrap: anywhere; }
.evitement { position: absolute; left: -100rem; } .evitement:focus { position: static; }
"""


def page(title: str, content: str, *, navigation: Sequence[tuple[str, str]] = (), head: str = "") -> str:
    """A whole page; `content` is HTML, `title` and `navigation` (address, name) are texts."""
    links = "".join(f'<li><a href="{escape(address)}">{escape(name)}</a></li>' for address, name in navigation)
    menu = f'<nav aria-label="Navigation principale"><ul>{links}</ul></nav>' if links else ""
    return (
        f'<!doctype html>\n<!-- {label.MENTION} -->\n<html lang="fr"><head><meta charset="utf-8">'
        f"<title>{escape(title)} – {TOWN} (données inventées)</title>"
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">{head}'
        f"<style>{_STYLE}</style></head><body>"
        '<a class="evitement" href="#contenu">Aller au contenu</a>'
        f'<header><p class="mention" role="note">{label.MENTION}</p>{menu}</header>'
        f'<main id="contenu"><h1>{escape(title)}</h1>{content}</main>'
        f"<footer><p>{TOWN}, commune imaginaire, pour la démonstration d’Écluse.</p></footer></body></html>\n"
    )


def table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of texts, with its caption."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def listing(links: Iterable[tuple[str, str]], *, css: str = "") -> str:
    """A list of links (address, name)."""
    mark = f' class="{css}"' if css else ""
    return (
        f"<ul{mark}>" + "".join(f'<li><a href="{escape(to)}">{escape(name)}</a></li>' for to, name in links) + "</ul>"
    )
