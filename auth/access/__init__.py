"""The resource side: a token, and the proof of who holds it, become a caller."""
