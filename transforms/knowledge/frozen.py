"""The base of every knowledge model: immutable, unknown keys refused."""

from collections.abc import Callable
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Safe, and in C where libyaml is there: eight times as fast."""


class Frozen(BaseModel):
    """A value that cannot change once read; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class KnowledgeError(ValueError):
    """A knowledge file cannot be used as written."""


Model = TypeVar("Model", bound=BaseModel)


def parse(model: type[Model], text: str, source: str) -> Model:
    """Read one YAML document into a model.

    Raises:
        KnowledgeError: names the source, the key, what was found and what is expected.
    """
    return _refusing(source, lambda: model.model_validate(_written(text)))


def _written(text: str) -> object:
    return yaml.load(text, Loader=_Loader)  # noqa: S506 (both loaders are safe)


def parse_json(model: type[Model], text: str, source: str) -> Model:
    """Read one JSON document, as commands write them, into a model.

    Raises:
        KnowledgeError: names the source, the key, what was found and what is expected.
    """
    return _refusing(source, lambda: model.model_validate_json(text))


def _refusing(source: str, read: Callable[[], Model]) -> Model:
    try:
        return read()
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{source}: not YAML: {error}") from error
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
            f" (found {problem['input']!r:.80})"
            for problem in error.errors()
        )
        raise KnowledgeError(f"{source}: {places}") from error
