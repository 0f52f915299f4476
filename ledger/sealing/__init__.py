"""Sealing: behind the serving processes, what they recorded becomes books, leaves of the tree, and signed checkpoints.

`opened` gives the one sealer of a database; `seal_now` seals once and returns; `keep_sealing` is what the process runs.
"""

from ledger.sealing.actions import ActsSource, ActsUnavailable
from ledger.sealing.anchor import SealingRefused
from ledger.sealing.condition import Condition, condition
from ledger.sealing.process import Works, keep_sealing
from ledger.sealing.sealer import Done, Sealer
from ledger.sealing.session import opened, seal_now

__all__ = [
    "ActsSource",
    "ActsUnavailable",
    "Condition",
    "Done",
    "Sealer",
    "SealingRefused",
    "Works",
    "condition",
    "keep_sealing",
    "opened",
    "seal_now",
]
