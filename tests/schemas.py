"""Whether JSON has the shape that a schema of the documents says."""

from __future__ import annotations

from typing import Any

JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def misfits(value: Any, schema: dict[str, Any], defs: dict[str, Any]) -> list[str]:  # noqa: ANN401
    """What of a JSON value does not fit the part of JSON Schema that ours uses."""
    if "$ref" in schema:
        return misfits(value, defs[schema["$ref"].removeprefix("#/$defs/")], defs)
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{value!r} is not of {schema['enum']}"]
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(isinstance(value, JSON_TYPES[name]) for name in names):
        return [f"{value!r} is no {names}"]
    if isinstance(value, dict) and "required" in schema:
        keys = [f"keys {list(value)}"] if list(value) != schema["required"] else []
        parts = [misfits(value[key], schema["properties"][key], defs) for key in value]
        return keys + [misfit for part in parts for misfit in part]
    if isinstance(value, list):
        return [misfit for item in value for misfit in misfits(item, schema["items"], defs)]
    return []
