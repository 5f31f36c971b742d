"""Where in a Redis database a key of the store has its place; see `redis_scripts`."""

from __future__ import annotations

from leadway_mock.store.redis.scripts import OURS

NO_NAMESPACE = "."
"""Stands for the namespace of keys without a slash; all others end in one."""

ESCAPES = (("%", "%25"), ("}", "%7D"))
"""A closing brace would end the braces that a home has."""


def key_location(key: str) -> tuple[str, str]:
    """Return the home of a key, and its name there."""
    head, slash, rest = key.partition("/")
    return (hash_tag(head + slash), rest) if slash else (hash_tag(""), key)


def hash_tag(namespace: str) -> str:
    """Return the home of all keys in a namespace, which is empty or ends in a slash."""
    return f"{OURS}{{{_escaped(namespace) or NO_NAMESPACE}}}"


def prefix_scope(prefix: str) -> tuple[str, str, str]:
    """Return what a prefix of keys reaches: a home, a prefix of names there, one of other homes.

    The last is empty where the prefix has a slash, and so reaches one home alone.
    """
    home, name = key_location(prefix)
    return home, name, "" if "/" in prefix else f"{OURS}{{{_escaped(prefix)}"


def full_key(home: str, name: str) -> str:
    """Return the key that has that place."""
    namespace = home.removeprefix(f"{OURS}{{").removesuffix("}")
    if namespace == NO_NAMESPACE:
        return name
    for plain, escaped in reversed(ESCAPES):
        namespace = namespace.replace(escaped, plain)
    return namespace + name


def _escaped(text: str) -> str:
    for plain, escaped in ESCAPES:
        text = text.replace(plain, escaped)
    return text
