"""The authority of the tests below `tests/auth`, for pages over it."""

from tests.auth.conftest import dsn, here, install, portal

__all__ = ["dsn", "here", "install", "portal"]
