"""Names of the federation's machinery, as routers know them: what a subgraph has besides its domain's own schema."""

from domains.kit.types import SEALED_KEY

ENTITIES, SERVICE = "_entities", "_service"  # root fields
REPRESENTATION, ENTITY, SERVICE_TYPE = "_Any", "_Entity", "_Service"

SERVED_TYPES = frozenset({REPRESENTATION, ENTITY, SERVICE_TYPE})
TYPES = SERVED_TYPES | {"_FieldSet", "link__Import", "link__Purpose"}
FIELDS = frozenset({ENTITIES, SERVICE, SEALED_KEY})
