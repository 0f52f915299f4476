"""Where this installation keeps its things: settings, home directory and keys, PostgreSQL, database URLs.

Comes first: the command and the shapes of a process read it and hand on what they found. It imports nothing else of
this repository.
"""
