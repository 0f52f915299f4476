"""What is kept for the next request, bounded in count and in bytes; the least used goes first.

Bytes are estimated by whoever keeps something: what a syntax tree or a plan takes up can be measured, not asked.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """A mapping that forgets. `size` estimates the bytes of a value."""

    def __init__(self, most: int, most_bytes: int, size: Callable[[Value], int]) -> None:
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._most, self._most_bytes, self._size = most, most_bytes, size
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key) -> Value | None:
        """The value, now the most recently used."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: Key, value: Value) -> Value:
        """Keep a value under a key that is not there yet."""
        self._values[key] = value
        self.bytes += self._size(value)
        while len(self._values) > self._most or (self.bytes > self._most_bytes and len(self._values) > 1):
            self.bytes -= self._size(self._values.popitem(last=False)[1])
        return value
