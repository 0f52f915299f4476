"""Where this installation keeps its things: settings, home directory and keys, PostgreSQL, database URLs.

Comes first: the command and `asgi` read it and hand on what they found. It imports nothing else of this repository.
"""
