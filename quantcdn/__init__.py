"""A client for QuantCDN's AI tools API."""

import warnings
from importlib import import_module
from typing import TYPE_CHECKING

from quantcdn import models as models
from quantcdn._version import __version__
from quantcdn._version import mixed_files as _mixed_files

if TYPE_CHECKING:
    from quantcdn import api as api
    from quantcdn import api_client as api_client
    from quantcdn import api_response as api_response
    from quantcdn import chat, images
    from quantcdn import configuration as configuration
    from quantcdn import exceptions as exceptions
    from quantcdn import hooks as hooks
    from quantcdn import operation as operation
    from quantcdn import polling as polling
    from quantcdn import rate_limit as rate_limit
    from quantcdn import rest as rest
    from quantcdn import retry as retry
    from quantcdn import timeout as timeout
    from quantcdn._polling.batch import Outcome
    from quantcdn._polling.history import Gap
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
    from quantcdn.rate_limit import RateLimit
    from quantcdn.retry import RetryPolicy
    from quantcdn.timeout import Timeout

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
    "RateLimit",
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

if (_mixed := _mixed_files()) is not None:
    warnings.warn(_mixed, RuntimeWarning, stacklevel=2)

# A program pays for what it uses: each module is imported when one of its names is first asked for (PEP 562).
_MODULES = {
    "AIToolsApi": "api.ai_tools_api",
    "ApiClient": "api_client",
    "ApiResponse": "api_response",
    "Configuration": "configuration",
    "Gap": "_polling.history",
    "Outcome": "_polling.batch",
    "Poll": "polling",
    "RateLimit": "rate_limit",
    "RetryPolicy": "retry",
    "Timeout": "timeout",
    **dict.fromkeys(models.__all__, "models"),
}
_SUBMODULES = frozenset(
    {
        "api",
        "api_client",
        "api_response",
        "chat",
        "configuration",
        "exceptions",
        "hooks",
        "images",
        "operation",
        "polling",
        "rate_limit",
        "rest",
        "retry",
        "timeout",
    }
)


if not TYPE_CHECKING:  # or type checkers would take any misspelt name for one that is there

    def __getattr__(name: str) -> object:
        if name in _SUBMODULES:
            return import_module(f"{__name__}.{name}")
        if name not in __all__:
            raise AttributeError(f"module 'quantcdn' has no attribute {name!r}")
        # Nearly all the names that are left are errors.
        value = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'exceptions')}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
