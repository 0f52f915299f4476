"""What can be measured, each part by itself: a section measures, and says of its figures what they are."""

from typing import Any

from bench.sections.floors import FLOORS
from bench.sections.ledger import LEDGER
from bench.sections.memory import MEMORY
from bench.sections.micro import MICRO
from bench.sections.peers import PEERS
from bench.sections.revocation import REVOCATION
from bench.sections.section import Section
from bench.sections.seeding import SEEDING
from bench.sections.sizes import SIZES
from bench.sections.switches import SWITCHES
from bench.sections.views import VIEWS
from bench.sections.workloads import WORKLOADS

#: In the order in which they are measured, and in which they stand on the page.
SECTIONS: tuple[Section[Any], ...] = (
    SEEDING, PEERS, FLOORS, SWITCHES, WORKLOADS, SIZES, MICRO, MEMORY, LEDGER, REVOCATION, VIEWS,
)  # fmt: skip
