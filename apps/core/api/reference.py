"""The OpenAPI document as a person reads it: areas, operations, tables of fields, commands to paste. Pure: no I/O."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.text import slugify
from django.utils.translation import gettext as _

METHODS = ("get", "post", "put", "patch", "delete")
MAX_DEPTH = 4

Schema = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One line of a table: a parameter, or a value of a body named by its path (`scopes[]`, `owner.name`)."""

    name: str
    type: str
    description: str
    place: str = ""
    is_required: bool = False
    constraints: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One response: its status, when it comes, and the fields of its body unless it is a problem."""

    status: str
    description: str
    fields: Sequence[Field] = ()
    is_problem: bool = False


@dataclass(frozen=True, kw_only=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    needs_token: bool
    scopes: Sequence[str]
    parameters: Sequence[Field]
    body: Sequence[Field]
    answers: Sequence[Answer]
    curl: str
    python: str

    @property
    def successes(self) -> list[Answer]:
        return [answer for answer in self.answers if not answer.is_problem]

    @property
    def problems(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.is_problem]


@dataclass(frozen=True, kw_only=True)
class Area:
    anchor: str
    title: str
    description: str
    operations: Sequence[Operation]


class Reader:
    """Reads one OpenAPI document, whose addresses are below `site_url` and whose tokens are sent after `scheme`."""

    def __init__(self, document: Schema, *, site_url: str, scheme: str) -> None:
        self.document = document
        self.site_url = site_url
        self.scheme = scheme

    def areas(self) -> list[Area]:
        """The operations, grouped by their first tag, in the order in which the tags are declared."""
        found: dict[str, list[Operation]] = {tag["name"]: [] for tag in self.document.get("tags", [])}
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    found.setdefault(item[method]["tags"][0], []).append(self.operation(path, method, item[method]))
        told = {tag["name"]: tag for tag in self.document.get("tags", [])}
        return [
            Area(
                anchor=f"area-{slugify(name)}",
                title=told.get(name, {}).get("x-displayName", name),
                description=told.get(name, {}).get("description", ""),
                operations=operations,
            )
            for name, operations in found.items()
            if operations
        ]

    def operation(self, path: str, method: str, described: Schema) -> Operation:
        security = described.get("security", [])
        body = self.resolve(self.body_schema(described))
        request = Request(
            method=method.upper(),
            url=self.site_url + self.fill_in(path, described),
            body=self.example(body) if body else None,
            scheme=self.scheme if security and {} not in security else "",
        )
        return Operation(
            anchor=described["operationId"],
            method=method.upper(),
            path=path,
            summary=described.get("summary", ""),
            description=described.get("description", ""),
            needs_token=bool(request.scheme),
            scopes=sorted({scope for option in security for scopes in option.values() for scope in scopes}),
            parameters=[self.parameter(item) for item in described.get("parameters", [])],
            body=list(self.fields(body)),
            answers=[self.answer(status, item) for status, item in described["responses"].items()],
            curl=request.as_curl(),
            python=request.as_python(),
        )

    def parameter(self, described: Schema) -> Field:
        schema = self.resolve(described["schema"])
        return Field(
            name=described["name"],
            type=type_name(schema),
            description=described.get("description", ""),
            place={"path": _("address"), "query": _("query"), "header": _("header")}.get(described["in"], ""),
            is_required=described.get("required", False),
            constraints=constraints(schema),
        )

    def answer(self, status: str, described: Schema) -> Answer:
        described = self.resolve(described)
        content = described.get("content", {})
        is_problem = any("problem" in media for media in content)
        schema: Schema = next((item.get("schema", {}) for item in content.values()), {})
        return Answer(
            status=status,
            description=described.get("description", ""),
            fields=() if is_problem else tuple(self.fields(self.resolve(schema))),
            is_problem=is_problem,
        )

    def fields(self, schema: Schema, prefix: str = "", depth: int = 0) -> Iterator[Field]:
        """The values of a body, nested ones after the one that holds them."""
        if schema.get("type") == "array":
            schema, prefix = self.resolve(schema["items"]), f"{prefix}[]"
        if depth >= MAX_DEPTH:
            return
        start = f"{prefix}." if prefix else ""
        for name, inner in schema.get("properties", {}).items():
            value = self.resolve(inner)
            yield Field(
                name=f"{start}{name}",
                type=type_name(value),
                description=value.get("description", ""),
                is_required=name in schema.get("required", []),
                constraints=constraints(value),
            )
            yield from self.fields(value, f"{start}{name}", depth + 1)

    def resolve(self, schema: Schema) -> Schema:
        """The schema itself, wherever it is written; what surrounds a reference wins over what it refers to."""
        while "$ref" in schema or "allOf" in schema:
            reference = schema.get("$ref") or schema["allOf"][0]["$ref"]
            target: Any = self.document
            for step in reference.removeprefix("#/").split("/"):
                target = target[step]
            schema = target | {key: value for key, value in schema.items() if key not in {"$ref", "allOf"}}
        return schema

    def body_schema(self, described: Schema) -> Schema:
        content = described.get("requestBody", {}).get("content", {})
        schema: Schema = content.get("application/json", {}).get("schema", {})
        examples = content.get("application/json", {}).get("examples", {})
        shown = next((item["value"] for item in examples.values()), None)
        return {**schema, "example": shown} if shown is not None else schema

    def fill_in(self, path: str, described: Schema) -> str:
        """The path with its parameters replaced by their examples, and the query that cannot be left out."""
        query = {}
        for parameter in described.get("parameters", []):
            value = self.example(
                self.resolve(parameter["schema"] | {k: parameter[k] for k in ("example",) if k in parameter})
            )
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", str(value))
            elif parameter["in"] == "query" and parameter.get("required"):
                query[parameter["name"]] = value
        return f"{path}?{urlencode(query)}" if query else path

    def example(self, schema: Schema) -> Any:
        """A value that the schema accepts: the one it shows, or the plainest of its type."""
        schema = self.resolve(schema)
        for key in ("example", "default", "const"):
            if key in schema:
                return schema[key]
        for key in ("enum", "examples"):
            if schema.get(key):
                return schema[key][0]
        kind = type_name(schema)
        if "properties" in schema:
            required = schema.get("required", [])
            return {name: self.example(inner) for name, inner in schema["properties"].items() if name in required}
        if kind.endswith("[]"):
            return [self.example(schema["items"])]
        plain = {"integer": schema.get("minimum", 1), "number": 1.5, "boolean": True, "object": {}}
        formats = {
            "date": "2026-01-31",
            "date-time": "2026-01-31T08:00:00Z",
            "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e",
        }
        return plain.get(kind) if kind in plain else formats.get(schema.get("format", ""), "string")


def type_name(schema: Schema) -> str:
    """`integer`, `string[]`, `string or null`, as programmers write it."""
    kinds = schema.get("type", "object" if "properties" in schema else "")
    if isinstance(kinds, str):
        kinds = [kinds] if kinds else []
    for option in [*schema.get("oneOf", []), *schema.get("anyOf", [])]:
        kinds = [*kinds, *([option["type"]] if isinstance(option.get("type"), str) else [])]
    inner = schema.get("items", {})
    inner_name = inner.get("type", "") if isinstance(inner, Mapping) else ""
    names = [f"{inner_name or 'object'}[]" if kind == "array" else kind for kind in kinds]
    return _(" or ").join(names) or _("any")


def constraints(schema: Schema) -> list[str]:
    """What a value must also satisfy, in words."""
    says = {
        "format": _("format %s"),
        "minLength": _("at least %s characters"),
        "maxLength": _("at most %s characters"),
        "minimum": _("at least %s"),
        "maximum": _("at most %s"),
        "minItems": _("at least %s items"),
        "maxItems": _("at most %s items"),
        "default": _("%s if not given"),
    }
    told = [text % shown(schema[key]) for key, text in says.items() if key in schema]
    if "enum" in schema:
        told.append(_("one of %s") % ", ".join(shown(item) for item in schema["enum"]))
    return told


def shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, written for those who paste it. `scheme` is empty if it takes no token."""

    method: str
    url: str
    body: Any = None
    scheme: str = ""

    def as_curl(self) -> str:
        lines = []
        if self.method != "GET":
            lines.append(f"--request {self.method}")
        if self.scheme:
            lines.append(f'--header "Authorization: {self.scheme} $ECLUSE_TOKEN"')
        if self.body is not None:
            lines.append("--header 'Content-Type: application/json'")
            lines.append("--data '" + json.dumps(self.body, ensure_ascii=False).replace("'", "'\\''") + "'")
        lines.append(f"'{self.url}'")
        return " ".join(["curl", *lines]) if len(lines) == 1 else " \\\n  ".join(["curl", *lines])

    def as_python(self) -> str:
        arguments = [f'"{self.url}"']
        if self.scheme:
            arguments.append(f'headers={{"Authorization": f"{self.scheme} {{os.environ[\'ECLUSE_TOKEN\']}}"}}')
        if self.body is not None:
            arguments.append(f"json={self.body!r}")
        arguments.append("timeout=30")
        imports = "import os\n\nimport requests" if self.scheme else "import requests"
        call = "".join(f"    {argument},\n" for argument in arguments)
        return f"{imports}\n\nanswer = requests.{self.method.lower()}(\n{call})\nanswer.raise_for_status()\n" + (
            "print(answer.json())" if self.method != "DELETE" else "print(answer.status_code)"
        )
