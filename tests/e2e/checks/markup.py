"""The HTML as sent, judged by the W3C's checker (RGAA 8.2)."""

from tests.e2e.checks.visit import Finding, Visit


def markup_is_valid(visit: Visit) -> list[Finding]:
    return [
        Finding("vnu", message["message"], f"line {message.get('lastLine', '?')}: {message.get('extract', '').strip()}")
        for message in visit.validate(visit.html)
        if message["type"] in {"error", "non-document-error"}
    ]
