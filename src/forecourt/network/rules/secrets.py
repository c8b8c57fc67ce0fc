"""Configuration values that nobody may read: a station's own password."""

from typing import Any

MASK = "•••"
# OCPP 1.6 security whitepaper §4: AuthorizationKey; OCPP 2.0.1 SecurityCtrlr: BasicAuthPassword. Compared without case.
_SECRET_KEYS = frozenset({"authorizationkey", "basicauthpassword"})
_VALUES = frozenset({"value", "attributeValue", "variableAttribute"})


def is_secret(key: object) -> bool:
    return isinstance(key, str) and key.strip().lower() in _SECRET_KEYS


def without_secrets(content: Any) -> Any:
    """
    JSON content of a message or an answer with the values of secret keys masked, wherever they stand in it: `{"key", "value"}` of
    OCPP 1.6, `{"variable": {"name"}, "attributeValue"}` and `{"variable": {"name"}, "variableAttribute"}` of 2.0.1.
    """
    if isinstance(content, list):
        return [without_secrets(one) for one in content]
    if not isinstance(content, dict):
        return content
    variable = content.get("variable")
    name = variable.get("name") if isinstance(variable, dict) else content.get("key")
    hides = is_secret(name)
    return {key: MASK if hides and key in _VALUES else without_secrets(value) for key, value in content.items()}
