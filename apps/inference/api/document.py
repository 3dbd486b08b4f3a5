"""The OpenAPI document of one model: its fields with their types and bounds, its answers, in the reader's language.

Pure: made of the signature of the version in service. Give it to a generator of clients.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.api.media import PROBLEM_JSON
from apps.inference.enums import FieldType, Period, Task
from apps.inference.explaining import MAX_ROWS
from apps.inference.models import Model
from apps.inference.serving.checking import bounds_of, is_closed
from apps.inference.serving.decoding import MOST_EXPLAINED, MOST_TOP_K, TOP_K
from apps.inference.signature import Field, Output, Signature
from apps.inference.spec import Serving

Schema = dict[str, Any]

TEXT, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}
TYPES: dict[FieldType, Schema] = {
    FieldType.NUMBER: {"type": "number", "format": "float"},
    FieldType.INTEGER: {"type": "integer", "format": "int64"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.CATEGORY: TEXT,
    FieldType.TEXT: TEXT,
}
PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}


def document_of(model: Model, signature: Signature, *, version: int, is_public: bool) -> Schema:
    """What may be asked of the version of a model that is in service, in the language of the moment."""
    serving, is_forecast = model.declared.serving, signature.task == Task.FORECASTING
    return {
        "openapi": "3.1.0",
        "info": {"title": model.name, "version": str(version), "description": model.purpose or model.description},
        "servers": [{"url": settings.SITE_URL}],
        "security": [{}, {"token": []}] if is_public else [{"token": []}],
        "paths": {
            f"/api/v1/models/{model.slug}/predict/": {"post": _operation(model, serving)},
            **({f"/api/v1/models/{model.slug}/forecast/": {"get": _foretelling(model)}} if is_forecast else {}),
        },
        "components": {
            "schemas": {
                "Row": _row(signature),
                "Asked": _asked(serving),
                "Prediction": _prediction(signature.output),
                "Influence": _influence(signature.output),
                "Answer": _answer(),
                "Problem": _problem(),
                **({"Forecast": _forecast(signature.output)} if is_forecast else {}),
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(model: Model, serving: Serving) -> Schema:
    problem = {"content": {PROBLEM_JSON: {"schema": _reference("Problem")}}}
    limit = _("At most %(limit)d rows in an hour; Retry-After says when to ask again.")
    return {
        "operationId": f"predict_{model.slug.replace('-', '_')}",
        "summary": _("Ask the model"),
        "description": model.limits or _("Each row is answered, in order, by the version in service."),
        "requestBody": {"required": True, "content": {"application/json": {"schema": _reference("Asked")}}},
        "responses": {
            "200": {
                "description": _("One answer for each row."),
                "content": {"application/json": {"schema": _reference("Answer")}},
            },
            "400": {"description": _("Some values are refused: “errors” names each field and row."), **problem},
            "429": {"description": limit % {"limit": serving.rows_per_hour}, **problem},
            "4XX": {"description": _("Why it failed."), **problem},
            "5XX": {"description": _("Why it failed."), **problem},
        },
    }


def _foretelling(model: Model) -> Schema:
    """The next periods, that nobody has to say anything of."""
    problem = {"content": {PROBLEM_JSON: {"schema": _reference("Problem")}}}
    periods = {
        "name": "periods",
        "in": "query",
        "schema": INTEGER | {"minimum": 1},
        "description": _("How many; as many as the model foretells if left out, or if it foretells fewer."),
    }
    return {
        "operationId": f"forecast_{model.slug.replace('-', '_')}",
        "summary": _("The next periods that a model foretells"),
        "parameters": [periods],
        "responses": {
            "200": {
                "description": _("The periods that follow, in order."),
                "content": {"application/json": {"schema": _reference("Forecast")}},
            },
            "4XX": {"description": _("Why it failed."), **problem},
            "5XX": {"description": _("Why it failed."), **problem},
        },
    }


def _row(signature: Signature) -> Schema:
    return {
        "type": "object",
        "title": "Row",
        "additionalProperties": False,
        "properties": {each.name: _member(each) for each in signature.fields},
        "required": [each.name for each in signature.fields if each.is_required],
    }


def _member(field: Field) -> Schema:
    """A field as a member of a row: what it may hold, and what is said of it."""
    told = dict(TYPES[field.type])
    if field.type in {FieldType.NUMBER, FieldType.INTEGER}:
        bounds = bounds_of(field)
        told |= {"minimum": bounds.lowest, "maximum": bounds.highest}
    elif is_closed(field):
        told |= {"enum": list(field.choices)}
    elif told["type"] == "string" and field.type != FieldType.DATE:
        told |= {"minLength": 1 if field.is_required else 0, "maxLength": field.max_length}
    if not field.is_required:
        told["type"] = [told["type"], "null"]
        if "enum" in told:
            told["enum"].append(None)
    said = ". ".join(filter(None, [field.said, field.help, field.unit and f"({field.unit})"]))
    told |= {"description": said} if said else {}
    return told | ({"examples": [field.example]} if field.example is not None else {})


def _asked(serving: Serving) -> Schema:
    rows = {"type": "array", "items": _reference("Row"), "minItems": 1, "maxItems": serving.max_rows}
    told = _("How many of the most probable classes are told.")
    top_k = {"type": "integer", "minimum": 1, "maximum": MOST_TOP_K, "default": TOP_K, "description": told}
    costs = _("Whether to tell what counted in each answer: of %(most)d rows at most, each counting for %(cost)d more.")
    facts = {"most": MOST_EXPLAINED, "cost": MAX_ROWS}
    explain = {"type": "boolean", "default": False, "description": costs % facts}
    return {
        "type": "object",
        "title": "Asked",
        "additionalProperties": False,
        "properties": {"rows": rows, "top_k": top_k, "explain": explain},
        "required": ["rows"],
    }


def _prediction(output: Output) -> Schema:
    said = output.title + (f" ({output.unit})" if output.unit else "")
    receipt = TEXT | {"description": _("Keep it to give feedback on this answer, or to contest it.")}
    if not output.classes:
        properties: Schema = {"value": NUMBER | {"description": said}, "receipt": receipt}
    else:
        properties = {
            "class": {"type": "string", "enum": list(output.classes), "description": said},
            "label": TEXT | {"description": _("What people call the class.")},
            "probability": PROBABILITY | {"description": _("That of the class.")},
            "probabilities": {
                "type": "object",
                "properties": dict.fromkeys(output.classes, PROBABILITY),
                "additionalProperties": False,
            },
            "receipt": receipt,
        }
    required = list(properties)
    properties["explanation"] = {
        "type": "array",
        "items": _reference("Influence"),
        "description": _("What counted, the most first, if it was asked for."),
    }
    return {"type": "object", "title": "Prediction", "properties": properties, "required": required}


def _forecast(output: Output) -> Schema:
    said = output.title + (f" ({output.unit})" if output.unit else "")
    day, number = {"type": "string", "format": "date"}, {"type": ["number", "null"]}
    expected: Schema = {
        "day": day | {"description": _("Its first day.")},
        "value": number | {"description": said},
        "low": number | {"description": _("Seldom less than this.")},
        "high": number | {"description": _("Seldom more than this.")},
        "receipt": TEXT,
    }
    properties: Schema = {
        "model": TEXT,
        "version": INTEGER,
        "dataset": TEXT,
        "dataset_version": INTEGER,
        "period": {"type": "string", "enum": Period.values},
        "last": day | {"description": _("The first day of the last period whose number is known.")},
        "coverage": number,
        "past": INTEGER,
        "forecasts": {
            "type": "array",
            "items": {"type": "object", "properties": expected, "required": list(expected)},
        },
    }
    return {"type": "object", "title": "Forecast", "properties": properties, "required": list(properties)}


def _influence(output: Output) -> Schema:
    of_answer = (
        _("By how much it moved the probability of the class.") if output.classes else _("By how much it moved it.")
    )
    properties: Schema = {
        "field": TEXT,
        "word": TEXT | {"description": _("Of a text, the word that counted; empty for the whole field.")},
        "effect": NUMBER | {"description": of_answer},
        "weight": NUMBER | {"description": _("The same in log-odds for a class, by which they are in order.")},
        "towards": TEXT | {"description": _("The class that it leaned to instead, if it did.")},
    }
    return {"type": "object", "title": "Influence", "properties": properties, "required": list(properties)}


def _answer() -> Schema:
    predictions = {"type": "array", "items": _reference("Prediction")}
    properties = {"model": TEXT, "version": INTEGER, "predictions": predictions}
    return {"type": "object", "title": "Answer", "properties": properties, "required": list(properties)}


def _problem() -> Schema:
    """RFC 9457, as far as every problem goes."""
    fault = {"pointer": TEXT, "field": TEXT, "code": TEXT, "message": TEXT}
    properties: Schema = {"type": TEXT, "title": TEXT, "status": INTEGER, "code": TEXT, "detail": TEXT}
    errors = {"type": "array", "items": {"type": "object", "properties": fault}}
    return {"type": "object", "properties": properties | {"errors": errors}, "required": list(properties)}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
