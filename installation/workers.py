"""Of several serving processes: that none outlives the one that started them, which may be killed without a word.

One left behind would hold the port and record what no sealing process seals.
"""

import multiprocessing
import os
import signal
from threading import Thread


def end_with_parent() -> None:
    """This process is told to end when the one that spawned it is gone. Does nothing in one that nobody spawned."""
    if multiprocessing.parent_process() is not None:
        Thread(target=_end_after_parent, name="parent", daemon=True).start()


def _end_after_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
