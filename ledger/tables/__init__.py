"""The ledger's tables: segments are the evidence; everything else is worked out from them by the sealer.

`segments` is written by serving processes, by INSERT only. `books` holds what the segments say, row by row; `log`, the
Merkle tree over it and its signed checkpoints; `usage`, counts. All of those are written by the one sealer.
"""

from ledger.tables.books import acts, answers, events, marks, operations, parties, people, readings
from ledger.tables.columns import metadata
from ledger.tables.guards import READER, SEALER, STATEMENTS, WRITER
from ledger.tables.log import checkpoints, definitions, leaves, nodes, progress, sealing
from ledger.tables.segments import segments
from ledger.tables.usage import usage

__all__ = [
    "READER",
    "SEALER",
    "STATEMENTS",
    "WRITER",
    "acts",
    "answers",
    "checkpoints",
    "definitions",
    "events",
    "leaves",
    "marks",
    "metadata",
    "nodes",
    "operations",
    "parties",
    "people",
    "progress",
    "readings",
    "sealing",
    "segments",
    "usage",
]
