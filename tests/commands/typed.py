"""The command `lienthong ledger`, as somebody types it; without the second that a process of its own takes to start."""

from concurrent.futures import ThreadPoolExecutor
from subprocess import CompletedProcess

from typer.testing import CliRunner

from cli import app
from installation.errors import Refusal


def typed(*arguments: str, **settings: object) -> CompletedProcess[str]:
    """In a thread, as the command runs a loop of its own. A refusal is one line and ends with 1, as in `main`."""
    environment = {f"LIENTHONG_{name.upper()}": str(value) for name, value in settings.items()}
    with ThreadPoolExecutor(1) as beside:
        done = beside.submit(CliRunner().invoke, app, ["ledger", *arguments], env=environment).result()
    if isinstance(done.exception, Refusal):
        return CompletedProcess(arguments, 1, done.stdout, f"{done.exception}\n")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)
