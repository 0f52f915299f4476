"""The invented nation: people, homes, land and companies that do not exist, for the four registers.

The flow is seed.py -> nation.py (block after block) -> one module per register -> cells.py -> load.py. All follows from
the seed and the number of citizens: no clock, no locale, no set order. Nothing here is imported by the graph.
"""
