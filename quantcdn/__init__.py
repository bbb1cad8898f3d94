"""A client for QuantCDN's AI tools API."""

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
    ForbiddenException,
    NotFoundException,
    OpenApiException,
    ServiceException,
    TooManyRequestsException,
    UnauthorizedException,
    UnprocessableEntityException,
)
from quantcdn.models import *  # noqa: F403 - one name in models/__init__.py makes a model public here too
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
    "ForbiddenException",
    "NotFoundException",
    "OpenApiException",
    "RetryPolicy",
    "ServiceException",
    "Timeout",
    "TooManyRequestsException",
    "UnauthorizedException",
    "UnprocessableEntityException",
    "__version__",
]
__all__ += models.__all__
