"""What stands in a segment: entries, their bytes, the chain that binds them, and persons as pseudonyms. Pure."""
