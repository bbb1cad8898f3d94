"""What makes a list model a sequence of its items."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Generic, SupportsIndex, TypeVar, overload

from quantcdn.exceptions import ApiTypeError
from quantcdn.models._base import Model

T = TypeVar("T")


class ListModel(Model, Generic[T]):
    """A sequence of its items: ``len``, iteration, index, slice and ``in``; without items it is falsy."""

    # No collections.abc.Sequence, whose method count would be in the way of the field of that name.

    @property
    @abstractmethod
    def _sequence(self) -> list[T]:
        """The items; none where something else came in place of a list."""

    def __len__(self) -> int:
        return len(self._sequence)

    def __iter__(self) -> Iterator[T]:  # type: ignore[override] # pydantic's yields the names of fields with values
        return iter(self._sequence)

    def __reversed__(self) -> Iterator[T]:
        return reversed(self._sequence)

    def __contains__(self, item: object) -> bool:
        return item in self._sequence

    @overload
    def __getitem__(self, key: SupportsIndex) -> T: ...

    @overload
    def __getitem__(self, key: slice) -> list[T]: ...

    def __getitem__(self, key: SupportsIndex | slice) -> T | list[T]:
        try:
            return self._sequence[key]
        except TypeError:
            problem = self._wrong_key(key)
        raise ApiTypeError(problem)

    def _wrong_key(self, key: object) -> str:
        for name, field in type(self).model_fields.items():
            if isinstance(key, str) and key in (name, field.alias):
                return f"{type(self).__name__} has its field {name} as .{name}, and its items by their places, as [0]"
        return (
            f"{type(self).__name__} takes the place of an item, as [0], not {type(key).__name__}; "
            "to_dict() has its fields by their names"
        )
