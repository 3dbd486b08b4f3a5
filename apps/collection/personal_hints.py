"""Columns that seem to be about people, by their name or their values. A hint for whoever chooses what to collect."""

import re

from apps.collection.connectors.base import SourceColumn
from apps.core.search import fold

# Words of a column's name, without accents or case, in French and in English.
WORDS = frozenset(
    {
        *("nom", "prenom", "patronyme", "name", "firstname", "lastname", "surname", "fullname"),
        *("naissance", "birth", "birthdate", "birthday", "age", "sexe", "sex", "gender"),
        *("courriel", "email", "mail", "telephone", "tel", "phone", "mobile", "portable"),
        *("adresse", "address", "ip", "nir", "iban", "ssn"),
    }
)
VALUES = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+"  # an e-mail
    r"|(?:\+33|0)[1-9](?:[ .-]?\d{2}){4}"  # a French telephone number
    r"|[12]\d{2}(?:0[1-9]|1[0-2])(?:\d{2}|2[AB])\d{6}(?:\d{2})?"  # the number of a person in the French register (NIR)
)


def looks_personal(column: SourceColumn) -> bool:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column.name)  # birthDate is two words
    words = re.split(r"[\W_]+", fold(name))
    return bool(WORDS & set(words)) or VALUES.fullmatch(column.example.strip()) is not None
