"""The social-insurance domain: who is insured through whom, and what they are paid. Adds to `Citizen` and `Enterprise`.

An example of a register that attaches to the graph from a package of its own. It imports the kit and nothing else.
"""

from domains.kit.domain import Domain
from social_insurance.queries import Query
from social_insurance.rules import ROWS, SCOPE_SETS
from social_insurance.tables import metadata
from social_insurance.types import Citizen, Enterprise

DOMAIN = Domain(
    name="insurance",
    title="Social insurance register",
    metadata=metadata,
    query=Query,
    types=(Citizen, Enterprise),
    rows=ROWS,
    scope_sets=SCOPE_SETS,
)
