"""Versions of resources as weak ETags (RFC 7644 §3.14, RFC 9110 §8.8)."""


def etag(version: int) -> str:
    return f'W/"{version}"'


def is_among(version: int, named: str) -> bool:
    """Whether `If-Match` or `If-None-Match` names the version, weakly compared; `*` names every one, nothing none."""
    tags = [one.strip().removeprefix("W/") for one in named.split(",")]
    return "*" in tags or f'"{version}"' in tags
