"""What the command does that takes more than one call. Knows no terminal: it returns what `cli` prints."""
