"""Whether the ledger is still what was recorded, and what of it may be kept no longer.

`verify` reads everything and changes nothing. `erase` empties what is personal when its purpose's time is over, after
the erasure is on record itself.
"""
