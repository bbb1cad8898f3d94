"""The description of the API in OpenAPI, made from the code."""
