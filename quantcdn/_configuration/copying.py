"""How settings are copied and pickled."""

from __future__ import annotations

import copy
import ssl
from typing import Any, Self

from quantcdn.exceptions import ApiTypeError


class CopiedSettings:
    """What of settings is shared by copies, and what cannot travel."""

    proxy_ssl_context: ssl.SSLContext | None

    def __copy__(self) -> Self:
        twin = type(self).__new__(type(self))
        object.__setattr__(twin, "__dict__", self.__dict__.copy())  # each call takes a copy: this is the quickest
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        context = self.proxy_ssl_context
        rest = {name: value for name, value in self.__dict__.items() if value is not context or value is None}
        # OpenSSL's state cannot be copied; a context may be shared.
        twin.__dict__.update(copy.deepcopy(rest, memo), proxy_ssl_context=context)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        if self.proxy_ssl_context is not None:
            raise ApiTypeError("a Configuration with proxy_ssl_context cannot be pickled: set it in the other process")
        return self.__dict__.copy()
