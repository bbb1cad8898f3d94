"""The API's endpoints as methods."""

from quantcdn.api.ai_tools_api import AIToolsApi as AIToolsApi
