"""Commands to paste that ask one question of the API, in curl, Python, R and JavaScript.

There is nothing to install but R's jsonlite. Pure: what they ask is an address, and the headers that it takes.
"""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.db.models import TextChoices

Head = Mapping[str, str]


class Language(TextChoices):
    CURL = "curl", "curl"
    PYTHON = "python", "Python"
    R = "r", "R"
    JAVASCRIPT = "javascript", "JavaScript"

    def read(self, address: str, head: Head) -> str:
        """Ask, and show the results."""
        return {Language.CURL: _curl, Language.PYTHON: _python, Language.R: _r, Language.JAVASCRIPT: _javascript}[self](
            address, head
        )

    def download(self, address: str, head: Head, name: str) -> str:
        """Ask for a file, and keep it under this name."""
        writers = {
            Language.CURL: _curl_file,
            Language.PYTHON: _python_file,
            Language.R: _r_file,
            Language.JAVASCRIPT: _javascript_file,
        }
        return writers[self](address, head, name)


def address_of(base: str, asked: Mapping[str, str] | Sequence[tuple[str, str]]) -> str:
    return f"{base}?{urlencode(asked, safe=',*')}" if asked else base


def _curl(address: str, head: Head, *options: str) -> str:
    lines = [f"-H {_quoted(f'{name}: {value}')}" for name, value in head.items()]
    if not lines:
        return " ".join(["curl", *options, _quoted(address)])
    return " \\\n  ".join([" ".join(["curl", *options]), *lines, _quoted(address)])


def _curl_file(address: str, head: Head, name: str) -> str:
    return _curl(address, head, "--fail", "-o", name)


def _python(address: str, head: Head) -> str:
    return _lines(
        "import json",
        "from urllib.request import Request, urlopen",
        "",
        f"request = Request({_text(address)}{_python_head(head)})",
        "with urlopen(request, timeout=30) as answer:",
        '    for row in json.load(answer)["results"]:',
        "        print(row)",
    )


def _python_file(address: str, head: Head, name: str) -> str:
    return _lines(
        "from shutil import copyfileobj",
        "from urllib.request import Request, urlopen",
        "",
        f"request = Request({_text(address)}{_python_head(head)})",
        f'with urlopen(request, timeout=600) as answer, open({_text(name)}, "wb") as file:',
        "    copyfileobj(answer, file)",
    )


def _python_head(head: Head) -> str:
    return f", headers={json.dumps(dict(head), ensure_ascii=False)}" if head else ""


def _r(address: str, head: Head) -> str:
    where = f"url({_text(address)}, headers = {_r_head(head)})" if head else _text(address)
    return _lines("library(jsonlite)", "", f"answer <- fromJSON({where})", "print(answer$results)")


def _r_file(address: str, head: Head, name: str) -> str:
    headers = f", headers = {_r_head(head)}" if head else ""
    return f'download.file({_text(address)}, {_text(name)}, mode = "wb"{headers})'


def _r_head(head: Head) -> str:
    return f"c({', '.join(f'{name} = {_text(value)}' for name, value in head.items())})"


def _javascript(address: str, head: Head) -> str:
    return _lines(
        f"const answer = await fetch({_text(address)}{_javascript_head(head)});",
        "if (!answer.ok) throw new Error(await answer.text());",
        "const { results } = await answer.json();",
        "for (const row of results) console.log(row);",
    )


def _javascript_file(address: str, head: Head, name: str) -> str:
    return _lines(
        'import { writeFile } from "node:fs/promises";',
        "",
        f"const answer = await fetch({_text(address)}{_javascript_head(head)});",
        "if (!answer.ok) throw new Error(await answer.text());",
        f"await writeFile({_text(name)}, answer.body);",
    )


def _javascript_head(head: Head) -> str:
    return f", {{ headers: {json.dumps(dict(head), ensure_ascii=False)} }}" if head else ""


def _text(value: str) -> str:
    """As all three languages write a text: addresses have no character that one of them would read in its own way."""
    return json.dumps(value, ensure_ascii=False)


def _quoted(value: str) -> str:
    """As a shell writes a text."""
    return "'" + value.replace("'", "'\\''") + "'"


def _lines(*lines: str) -> str:
    return "\n".join(lines)
