"""What is counted, for `/metrics`. No label ever holds a name of a person, a value or a document."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, generate_latest

ANSWERS = Counter("lienthong_answers", "Answers by HTTP status.", ["status"])
REFUSALS = Counter(
    "lienthong_refusals",
    "Requests refused, started over (rights_changed) or given up (client_left), by the reason: a code of the graph, or "
    "of RFC 6750 and 9449.",
    ["reason"],
)
EMERGENCIES = Counter("lienthong_emergency_disclosures", "Disclosures that used an emergency grant.")
LEAVES = Gauge("lienthong_ledger_leaves", "Leaves of the ledger's tree.")
UNSEALED = Gauge("lienthong_ledger_unsealed_seconds", "For how long something recorded may have waited to be sealed.")
TROUBLES = Gauge("lienthong_ledger_troubles", "Streams set aside, and other things that are not sealed.")
MEDIA_TYPE = CONTENT_TYPE_LATEST

_by_status: dict[int, Counter] = {}


def count_answer(status: int) -> None:
    """One answer more; the counter of a status is looked up once."""
    counter = _by_status.get(status)
    if counter is None:
        counter = _by_status[status] = ANSWERS.labels(status)
    counter.inc()


def count_refusal(reason: str) -> None:
    """One refusal more. A reason is one of a closed list, never what a caller sent."""
    REFUSALS.labels(reason.lower()).inc()


def count_emergency() -> None:
    """One disclosure more that an emergency grant supplied."""
    EMERGENCIES.inc()


def tell_sealing(leaves: float, unsealed: float, troubles: float) -> None:
    """How sealing stands, in the whole installation; not a number where nobody knows."""
    LEAVES.set(leaves)
    UNSEALED.set(unsealed)
    TROUBLES.set(troubles)


def exposition() -> bytes:
    """The metrics of this process in the text format of Prometheus."""
    return generate_latest()
