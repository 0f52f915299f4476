"""What the command `lienthong` does that takes more than one call.

One module for each group of it (`agency.py` is `lienthong agency`), all over `asking.py`, which asks the office of this
process (`office.py`) and prints what comes of it. `running.py` migrates, seeds and serves, in the shape that is said on
the command line (`shape.py`). `demo.py` is the part of demo mode, and knows no terminal.
"""
