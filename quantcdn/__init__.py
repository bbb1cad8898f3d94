"""A client for QuantCDN's AI tools API."""

from importlib import import_module
from typing import TYPE_CHECKING

from quantcdn import models
from quantcdn._version import __version__
from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import ApiClient
from quantcdn.api_response import ApiResponse
from quantcdn.configuration import Configuration
from quantcdn.exceptions import (
    ApiAttributeError,
    ApiConnectionException,
    ApiException,
    ApiKeyError,
    ApiResponseException,
    ApiTimeoutException,
    ApiTypeError,
    ApiValueError,
    BadRequestException,
    ConflictException,
    ExecutionFailedException,
    ForbiddenException,
    NotFoundException,
    OpenApiException,
    OrchestrationFailedException,
    ServiceException,
    TooManyRequestsException,
    UnauthorizedException,
    UnprocessableEntityException,
    WaitCancelledException,
    WaitException,
    WaitTimeoutException,
)
from quantcdn.models import *  # noqa: F403 - one name in models/__init__.py makes a model public here too
from quantcdn.polling import Poll
from quantcdn.retry import RetryPolicy
from quantcdn.timeout import Timeout

if TYPE_CHECKING:
    from quantcdn import chat, images
    from quantcdn._polling.batch import Outcome
    from quantcdn._polling.history import Gap

__all__ = [
    "AIToolsApi",
    "ApiAttributeError",
    "ApiClient",
    "ApiConnectionException",
    "ApiException",
    "ApiKeyError",
    "ApiResponse",
    "ApiResponseException",
    "ApiTimeoutException",
    "ApiTypeError",
    "ApiValueError",
    "BadRequestException",
    "Configuration",
    "ConflictException",
    "ExecutionFailedException",
    "ForbiddenException",
    "Gap",
    "NotFoundException",
    "OpenApiException",
    "OrchestrationFailedException",
    "Outcome",
    "Poll",
    "RetryPolicy",
    "ServiceException",
    "Timeout",
    "TooManyRequestsException",
    "UnauthorizedException",
    "UnprocessableEntityException",
    "WaitCancelledException",
    "WaitException",
    "WaitTimeoutException",
    "__version__",
    "chat",
    "images",
]
__all__ += models.__all__


# Not every program has to do with these, and importing is part of what each costs.
_MODULES = frozenset({"chat", "images"})
_VALUES = {"Gap": "quantcdn._polling.history", "Outcome": "quantcdn._polling.batch"}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f"quantcdn.{name}")
    if name in _VALUES:
        return getattr(import_module(_VALUES[name]), name)
    raise AttributeError(f"module 'quantcdn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
