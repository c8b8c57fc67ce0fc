"""The OpenAPI document, and a page for people that needs no script and no other host."""

import functools
from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI

from forecourt.api.replies import reply

View = Callable[[HttpRequest], HttpResponse]


def openapi(api: NinjaAPI) -> View:
    document = functools.cache(lambda: document_of(api))
    return lambda request: reply(document())


def document_of(api: NinjaAPI) -> dict[str, Any]:
    """OpenAPI 3.1, as plain values."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(dict(api.get_openapi_schema(path_prefix="/api/v1/"))))
    return found


def page(api: NinjaAPI) -> View:
    contents = functools.cache(lambda: _contents(document_of(api)))
    return lambda request: render(request, "api/docs.html", contents())


def _contents(document: dict[str, Any]) -> dict[str, Any]:
    """Operations by tag, and the schemas, in the words of the template."""
    areas: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            areas.setdefault((operation.get("tags") or ["Other"])[0], []).append(_operation(path, method, operation))
    schemas = [_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]
    return {"document": document, "areas": areas, "schemas": schemas}


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = [
        {"status": status, "type": _type(_json_schema(answer)) if _json_schema(answer) else ""}
        for status, answer in operation["responses"].items()
    ]
    parameters = [
        {"name": found["name"], "where": found["in"], "type": _type(found["schema"]), "required": found.get("required")}
        for found in operation.get("parameters", [])
    ]
    prose = operation.get("description", "").split("\n\n")
    return operation | {
        "path": path, "method": method.upper(), "body": _type(body) if body else "", "answers": answers,
        "parameters": parameters, "prose": prose,
    }  # fmt: skip


def _json_schema(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _schema(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    fields = [{"name": key, "type": _type(value), "required": key in required} for key, value in schema.get("properties", {}).items()]
    return {"name": name, "fields": fields, "about": schema.get("description", "")}


def _type(schema: dict[str, Any]) -> str:
    """`Charge or null`, `integer[]`, `"ac" or "dc"`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(part) for part in schema[key]))
    if "enum" in schema:
        return " or ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}[]"
    kind = str(schema.get("format") or schema.get("const") or schema.get("type", "any"))
    return f"map of {_type(schema['additionalProperties'])}" if isinstance(schema.get("additionalProperties"), dict) else kind
