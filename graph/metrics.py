"""What is counted, for `/metrics`. No label ever holds a name of a person, a value or a document."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

ANSWERS = Counter("lienthong_answers", "Answers by HTTP status.", ["status"])
MEDIA_TYPE = CONTENT_TYPE_LATEST

_by_status: dict[int, Counter] = {}


def count_answer(status: int) -> None:
    """One answer more; the counter of a status is looked up once."""
    counter = _by_status.get(status)
    if counter is None:
        counter = _by_status[status] = ANSWERS.labels(status)
    counter.inc()


def exposition() -> bytes:
    """The metrics of this process in the text format of Prometheus."""
    return generate_latest()
