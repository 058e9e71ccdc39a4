"""The OpenAPI 3.1 document of the provider's API, as the sandbox serves it.

`python -m scalingo_sandbox.openapi` prints it.
"""

from scalingo_sandbox.openapi.document import openapi_document

__all__ = ["openapi_document"]
