"""Mapping from keys of the store to keys in Redis; `scripts` describes the layout."""

from __future__ import annotations

from leadway_mock.store.redis.scripts import KEY_PREFIX

NO_NAMESPACE = "."
"""The namespace of keys without a slash; all others end in a slash."""

ESCAPES = (("%", "%25"), ("}", "%7D"))
"""A closing brace in a namespace would end the hash tag."""


def key_location(key: str) -> tuple[str, str]:
    """Return the home of a key and its name there."""
    namespace, slash, name = key.partition("/")
    return (hash_tag(namespace + slash), name) if slash else (hash_tag(""), key)


def hash_tag(namespace: str) -> str:
    """Return the home of all keys in a namespace, which is empty or ends in a slash."""
    return f"{KEY_PREFIX}{{{_escape(namespace) or NO_NAMESPACE}}}"


def prefix_scope(prefix: str) -> tuple[str, str, str]:
    """Return what a prefix of keys covers: a home, a prefix of names there, a prefix of homes.

    The last is empty for a prefix with a slash, which covers names of one home only.
    """
    home, name = key_location(prefix)
    return home, name, "" if "/" in prefix else f"{KEY_PREFIX}{{{_escape(prefix)}"


def full_key(home: str, name: str) -> str:
    """Return the key with that home and name; the inverse of `key_location`."""
    namespace = home.removeprefix(f"{KEY_PREFIX}{{").removesuffix("}")
    if namespace == NO_NAMESPACE:
        return name
    for plain, escaped in reversed(ESCAPES):
        namespace = namespace.replace(escaped, plain)
    return namespace + name


def _escape(text: str) -> str:
    for plain, escaped in ESCAPES:
        text = text.replace(plain, escaped)
    return text
