"""What visits a site: a program of its own (`python -m apps.collection.crawler`), and what it shares with its reader.

Scrapy cannot be started twice in a process, and a page may take one down: so the visit is another process, that has
neither Django's settings nor our secrets. Nothing here reads a setting or the database. The connector that starts it,
`apps/collection/connectors/web/`, decides which pages are visited; this program fetches them, politely and behind the
same guard as all other calls, and says what each holds.

    in    one line of JSON: the orders (`orders.Orders`); then one a page to visit: {"id", "url", "kind"}
    out   {"ready"}; one line of JSON a page visited (`spider.py` has their shape), in any order; {"stats"}

It ends when its input does, and dies with whoever started it.
"""
