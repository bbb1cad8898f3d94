"""How settings are copied and pickled."""

from __future__ import annotations

import copy
from typing import Any, Self

from quantcdn.exceptions import ApiTypeError

_CONTEXTS = ("ssl_context", "proxy_ssl_context")


class CopiedSettings:
    """What of settings is shared by copies, and what cannot travel."""

    def __copy__(self) -> Self:
        twin = type(self).__new__(type(self))
        object.__setattr__(twin, "__dict__", self.__dict__.copy())  # each call takes a copy: this is the quickest
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        # OpenSSL's state cannot be copied; a context may be shared.
        contexts = {name: self.__dict__[name] for name in _CONTEXTS}
        rest = {name: value for name, value in self.__dict__.items() if name not in contexts}
        twin.__dict__.update(copy.deepcopy(rest, memo), **contexts)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        for name in _CONTEXTS:
            if self.__dict__[name] is not None:
                raise ApiTypeError(f"a Configuration with {name} cannot be pickled: set it in the other process")
        return self.__dict__.copy()
