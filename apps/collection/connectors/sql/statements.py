"""The query that a person wrote: what is refused before anything is sent, and why.

Nothing here reads SQL as a server would: two readings of one text would make a hole between them. Without a semicolon
no system of ours takes two statements out of one text but SQL Server (see `systems/sql_server.py`), so none is let
through, not even in a string: a parameter can hold it. Servers themselves then check that the text, alone, is a whole
query (`Session.check_query`), before it is put between parentheses: what is whole alone cannot close them.
"""

import re

from django.utils.translation import gettext as _

_BEFORE = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*", re.DOTALL)
_BEGINS = re.compile(r"(?:SELECT|WITH|VALUES|TABLE)\b", re.IGNORECASE)
# As SQLAlchemy's `text` reads them.
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


def refuse_what_is_not_one_query(query: str) -> str:
    """The query without what ends it. Raises ValueError, in the reader's language."""
    query = query.strip().rstrip(";").rstrip()
    if not query:
        return ""
    if "\0" in query:
        raise ValueError(_("The query holds a character that no database reads."))
    if ";" in query:
        raise ValueError(
            _("Write one query, without a semicolon. If a text of it holds one, write :name there, and give its value.")
        )
    begins = _BEFORE.match(query)
    if not begins or not _BEGINS.match(query, begins.end()):
        raise ValueError(_("Only what reads is accepted: a query begins with SELECT or WITH."))
    return query


def parameter_names(query: str) -> list[str]:
    """The names that a query writes `:name`, in order."""
    return list(dict.fromkeys(_PARAMETER.findall(query)))
