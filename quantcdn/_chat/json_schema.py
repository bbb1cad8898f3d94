"""Validate a value by a JSON Schema in bounded time; importing this needs jsonschema, from the extra ``chat``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import lru_cache
from itertools import islice
from typing import Any

import attrs
import jsonschema
import jsonschema.validators
import referencing
import referencing.exceptions
from jsonschema.validators import validator_for

from quantcdn._chat.ecma_matcher import search
from quantcdn._chat.ecma_pattern import Node, PatternError, UnsupportedPatternError, parse
from quantcdn._display.text import render_path
from quantcdn._types import is_array, is_object
from quantcdn.exceptions import ApiValueError

_MAX_MESSAGE_LENGTH = 200
_MAX_VIOLATIONS = 100
_TIME_LIMIT = 2.0
_monotonic = time.monotonic

KeywordValidator = Callable[[Any, Any, Any, Any], "Iterable[jsonschema.ValidationError] | None"]


class _DeadlineError(Exception):
    """The deadline of a check has passed."""


class _Check:
    """The state of one check: its deadline, its schema, and the patterns that it has parsed."""

    def __init__(self, schema: object) -> None:
        self.schema = schema
        self.deadline = _monotonic() + _TIME_LIMIT
        self.patterns: dict[str, Node] = {}

    def tick(self) -> None:
        """Raise if the deadline has passed."""
        if _monotonic() > self.deadline:
            raise _DeadlineError

    def parsed(self, pattern: str) -> Node:
        """Parse a pattern, once."""
        if pattern not in self.patterns:
            try:
                self.patterns[pattern] = parse(pattern)
            except PatternError as error:
                raise type(error)(f"{_truncated(repr(pattern))}: {error}") from None
        return self.patterns[pattern]

    def matches(self, pattern: str, text: str) -> bool:
        """Match a pattern anywhere in a text."""
        return search(self.parsed(pattern), text, self.tick)

    def is_pattern(self, value: object) -> bool:
        """Raise PatternError for a pattern that is none; one that is only unsupported is refused where it is used."""
        try:
            return not isinstance(value, str) or bool(self.parsed(value))
        except UnsupportedPatternError:
            return True


_check: ContextVar[_Check] = ContextVar("check")


def violations(schema: dict[str, Any] | bool, value: Any) -> list[str]:
    """Describe the first 100 places where a value does not fit a JSON Schema, of the draft that it names."""
    token = _check.set(_Check(schema))
    try:
        return _found(schema, value)
    except jsonschema.SchemaError as error:
        cause: object = error.cause
        about_pattern = isinstance(cause, PatternError)
        problem = (
            f"has a pattern that is not valid: {cause}"
            if about_pattern
            else f"is not valid: {_truncated(error.message)}"
        )
    except UnsupportedPatternError as error:
        problem = f"has a pattern that cannot be checked: {error}"
    except referencing.exceptions.Unresolvable as error:
        problem = f"refers to what is not in it: {_truncated(str(error))}"
    except _DeadlineError:
        problem = f"takes longer than {_TIME_LIMIT:g} seconds to check these arguments"
    except RecursionError:
        problem = "cannot be used: it, or the arguments, are nested without an end or too deeply"
    except Exception as error:  # a malformed URL, a number beyond all bounds: jsonschema has no class for these
        problem = f"cannot be used: {type(error).__name__}: {_truncated(str(error))}"
    finally:
        _check.reset(token)
    raise ApiValueError(f"the tool's schema {problem}")


def _found(schema: dict[str, Any] | bool, value: Any) -> list[str]:
    # An empty registry: a schema from outside must not make this machine fetch a URL.
    registry: referencing.Registry[Any] = referencing.Registry()
    checker = jsonschema.FormatChecker(formats=())
    checker.checks("regex", raises=PatternError)(_check.get().is_pattern)
    kind = validator_for(schema, default=jsonschema.Draft202012Validator)
    meta = _guarded(validator_for(kind.META_SCHEMA, default=kind))
    for error in meta(kind.META_SCHEMA, registry=registry, format_checker=checker).iter_errors(schema):
        raise jsonschema.SchemaError.create_from(error)
    errors = _guarded(kind)(schema, registry=registry).iter_errors(value)
    lines = sorted(_line(error) for error in islice(errors, _MAX_VIOLATIONS))
    return [*lines, "and more"] if next(errors, None) else lines


def _line(error: jsonschema.ValidationError) -> str:
    path, text = _truncated(render_path(error.absolute_path)), _truncated(error.message)
    return f"{path}: {text}" if path else text


def _truncated(message: str) -> str:
    """Leave out the middle: jsonschema shows the value first, and last what is wrong with it."""
    half = _MAX_MESSAGE_LENGTH // 2
    return message if len(message) <= _MAX_MESSAGE_LENGTH else f"{message[:half]} … {message[-half:]}"


@lru_cache(maxsize=32)
def _guarded(kind: Any) -> Any:
    """Make a validator that keeps to the deadline, of one that has none."""
    replaced = {key: wrap(kind.VALIDATORS[key]) for key, wrap in _REPLACEMENTS.items() if key in kind.VALIDATORS}
    keywords = {**kind.VALIDATORS, **replaced}
    extend: Any = jsonschema.validators.extend  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # untyped
    guarded = extend(kind, {key: _with_deadline(keyword) for key, keyword in keywords.items()})
    guarded.evolve = _evolved  # jsonschema's own goes back to an unguarded validator where a part names its draft
    guarded.is_guarded = True
    return guarded


def _evolved(validator: Any, **changes: Any) -> Any:
    """Make a validator of another part of the schema."""
    same: Any = validator.__class__
    kind = validator_for(changes.get("schema", validator.schema), default=same)
    kind = kind if hasattr(kind, "is_guarded") else _guarded(kind)
    fields = {field.alias: getattr(validator, field.name) for field in attrs.fields(same) if field.init}
    return kind(**{**fields, **changes})


def _with_deadline(keyword: KeywordValidator) -> KeywordValidator:
    def with_deadline(validator: Any, rule: Any, instance: Any, schema: Any) -> Any:
        """Apply the keyword unless the deadline has passed."""
        _check.get().tick()
        return keyword(validator, rule, instance, schema)

    return with_deadline


def _pattern(validator: Any, rule: str, instance: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    if validator.is_type(instance, "string") and not _check.get().matches(rule, instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {rule!r}")


def _pattern_properties(
    validator: Any, rule: dict[str, Any], instance: Any, _schema: Any
) -> Iterator[jsonschema.ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, schema in rule.items():
        for name, value in instance.items():
            if _check.get().matches(pattern, name):
                yield from validator.descend(value, schema, path=name, schema_path=pattern)


def _additional_properties(keyword: KeywordValidator) -> KeywordValidator:
    """Keep patterns from the original keyword, which would use ``re``."""

    def additional(validator: Any, rule: Any, instance: Any, schema: Any) -> Any:
        """Apply the keyword to what no pattern has matched."""
        patterns = schema.get("patternProperties", {})
        if not patterns or not validator.is_type(instance, "object"):
            return keyword(validator, rule, instance, schema)
        matches = _check.get().matches
        rest = {name: value for name, value in instance.items() if not any(matches(p, name) for p in patterns)}
        return keyword(validator, rule, rest, {key: schema[key] for key in schema if key != "patternProperties"})

    return additional


def _unevaluated_properties(keyword: KeywordValidator) -> KeywordValidator:
    """Keep schemas with patterns from the original keyword, which would use ``re``."""

    def unevaluated(validator: Any, rule: Any, instance: Any, schema: Any) -> Any:
        """Apply the keyword to a schema without patterns."""
        if _has_key(_check.get().schema, "patternProperties"):
            raise UnsupportedPatternError("patternProperties beside unevaluatedProperties")
        return keyword(validator, rule, instance, schema)

    return unevaluated


def _has_key(schema: object, key: str) -> bool:
    found = [schema]
    for part in found:  # which grows by what is inside the part
        if is_object(part):
            if key in part:
                return True
            found.extend(part.values())
        elif is_array(part):
            found.extend(part)
    return False


def _unique_items(validator: Any, rule: Any, instance: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    # jsonschema compares each item with each other where they cannot be sorted.
    if rule and validator.is_type(instance, "array") and len({_hashable(item) for item in instance}) < len(instance):
        yield jsonschema.ValidationError(f"{instance!r} has non-unique elements")


def _hashable(value: Any) -> object:
    """Make a value that equals another if JSON Schema says so: true is not 1, and 1.0 is."""
    if isinstance(value, bool):
        return bool, value
    if is_array(value):
        return tuple(_hashable(item) for item in value)
    if is_object(value):
        return frozenset((key, _hashable(inner)) for key, inner in value.items())
    return value


_REPLACEMENTS: dict[str, Callable[[KeywordValidator], KeywordValidator]] = {
    "pattern": lambda _: _pattern,
    "patternProperties": lambda _: _pattern_properties,
    "uniqueItems": lambda _: _unique_items,
    "additionalProperties": _additional_properties,
    "unevaluatedProperties": _unevaluated_properties,
}
