"""Key files without a folder: what a process is given, for tests that need no home."""

from collections.abc import Callable

from ledger.segments.keyring import KeyRing


class Drawer:
    """Keys by name, for as long as the test lasts."""

    def __init__(self) -> None:
        self.keys: dict[str, bytes] = {}

    def read(self, name: str, make: Callable[[], bytes], /) -> bytes:
        if name not in self.keys:
            self.keys[name] = make()
        return self.keys[name]

    def names(self) -> list[str]:
        return [*self.keys]

    def destroy(self, name: str, /) -> None:
        self.keys.pop(name, None)


def key_ring() -> KeyRing:
    """A ring of its own, without a key as yet."""
    return KeyRing(Drawer())
