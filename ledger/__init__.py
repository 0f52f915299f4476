"""The disclosure ledger: who read what of whom, when and why, durable before the answer leaves (law 5).

`Ledger` is the whole of what the graph sees; `read_disclosures` is what auditors' tools see. The ledger knows no
GraphQL and no register: coordinates, paths and purposes are text to it, and a person is a pseudonym. It never holds a
value.
"""

from ledger.errors import LedgerUnreachable, NotAPersonalNumber, NotRecorded
from ledger.recording.batches import Bounds
from ledger.recording.durability import NotDurable
from ledger.recording.ledger import Ledger
from ledger.recording.writer import Counts
from ledger.segments.chain import ChainBroken, Segment
from ledger.segments.entries import Definition, Marked, Operation, Outcome, Recipient, Step, Subject, Way
from ledger.segments.keyring import KeyRing
from ledger.segments.officers import OFFICER_LENGTH, names_an_officer
from ledger.segments.pseudonyms import Pseudonyms
from ledger.segments.reading import Disclosure, read_disclosures

__all__ = [
    "OFFICER_LENGTH",
    "Bounds",
    "ChainBroken",
    "Counts",
    "Definition",
    "Disclosure",
    "KeyRing",
    "Ledger",
    "LedgerUnreachable",
    "Marked",
    "NotAPersonalNumber",
    "NotDurable",
    "NotRecorded",
    "Operation",
    "Outcome",
    "Pseudonyms",
    "Recipient",
    "Segment",
    "Step",
    "Subject",
    "Way",
    "names_an_officer",
    "read_disclosures",
]
