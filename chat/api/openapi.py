"""The OpenAPI 3.1 description, made from the table of endpoints: what is written there is what is checked."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from chat.accounts.directory import cookie_name
from chat.api.endpoint import Endpoint
from chat.api.problems import ProblemDetails

_REF = "#/components/schemas/{name}"
_IN_PATH = re.compile(r"{(\w+)}")
_PROBLEM = {"application/problem+json": {"schema": {"$ref": _REF.format(name="ProblemDetails")}}}


def describe(endpoints: Sequence[Endpoint], version: str) -> bytes:
    """The description as JSON."""
    types = _types(endpoints)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    schema_of = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schema_of, components)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Tealight", "version": version, "license": {"name": "AGPL-3.0-only"}},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"cookie": {"type": "apiKey", "in": "cookie", "name": cookie_name}},
        },
    }
    return msgspec.json.encode(document)


def _types(endpoints: Iterable[Endpoint]) -> list[type]:
    named = (kind for e in endpoints for kind in (e.answer, e.body, e.query) if kind is not None)
    return list(dict.fromkeys([ProblemDetails, *named]))


def _operation(endpoint: Endpoint, schema_of: dict[type, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "summary": endpoint.summary,
        "responses": _responses(endpoint, schema_of),
    }
    parameters = [*_path_parameters(endpoint), *_query_parameters(endpoint, schema_of, components)]
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": not endpoint.may_omit_body,
            "content": {"application/json": {"schema": schema_of[endpoint.body]}},
        }
    if endpoint.who:
        operation["security"] = [{"cookie": []}]
        operation["description"] = f"For: {', '.join(endpoint.who)}."
    return operation


def _operation_id(endpoint: Endpoint) -> str:
    words = re.findall(r"[a-z0-9]+", endpoint.path.removeprefix("/api/").replace("_", ""))
    return "_".join((endpoint.method.lower(), *words))


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[!-.0-~]{1,100}$"},
        }
        for name in _IN_PATH.findall(endpoint.path)
    ]


def _query_parameters(
    endpoint: Endpoint, schema_of: dict[type, Any], components: dict[str, Any]
) -> list[dict[str, Any]]:
    name = schema_of[endpoint.query]["$ref"].rpartition("/")[2]
    shape = components[name]
    return [
        {"name": field, "in": "query", "required": field in shape.get("required", ()), "schema": _of_query(schema)}
        for field, schema in shape["properties"].items()
    ]


def _of_query(schema: dict[str, Any]) -> dict[str, Any]:
    """A query can leave a field out, but has no word for null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        return dict(kinds[0])
    return schema


def _responses(endpoint: Endpoint, schema_of: dict[type, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if endpoint.answer is not None:
        done["content"] = {"application/json": {"schema": schema_of[endpoint.answer]}}
    refused = {503, *endpoint.refusals}
    if endpoint.who:
        refused |= {401, 403}
    if endpoint.method != "GET":
        refused.add(403)
    if endpoint.body is not None:
        refused |= {400, 413, 415, 422}
    if endpoint.query.__struct_fields__:
        refused.add(422)
    if "{" in endpoint.path:
        refused.add(404)
    problems = {str(code): {"description": HTTPStatus(code).phrase, "content": _PROBLEM} for code in sorted(refused)}
    return {str(endpoint.status): done, **problems}
