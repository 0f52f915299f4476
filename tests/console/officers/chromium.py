"""A real browser, driven over its own pipe (Chrome DevTools Protocol), with passkeys that press their own buttons."""

import asyncio
import base64
import contextlib
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOUND = next((path for path in map(shutil.which, NAMES) if path), None)
PATIENCE_S = 60.0

PASSKEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Chromium:
    """One tab."""

    sending: asyncio.StreamWriter
    session: str = ""
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    answers: dict[int, "asyncio.Future[Any]"] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    authenticators: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    loaded: asyncio.Event = field(default_factory=asyncio.Event)
    signed: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None:
        target = await self.send("Target.createTarget", url="about:blank")
        attached = await self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.send(f"{domain}.enable")
        await self.send("WebAuthn.enable", enableUI=False)

    async def send(self, method: str, **params: Any) -> Any:
        number = next(self.numbers)
        answer = self.answers[number] = asyncio.get_running_loop().create_future()
        said = {"id": number, "method": method, "params": params}
        if self.session:
            said["sessionId"] = self.session
        self.sending.write(json.dumps(said).encode() + b"\0")
        await self.sending.drain()
        return await asyncio.wait_for(answer, PATIENCE_S)

    def hear(self, said: dict[str, Any]) -> None:
        if (waiting := self.answers.pop(said.get("id", 0), None)) is not None:
            if "result" in said:
                waiting.set_result(said["result"])
            else:
                waiting.set_exception(RuntimeError(str(said["error"])))
        elif said.get("method") == "Page.loadEventFired":
            self.loaded.set()
        elif said.get("method") == "WebAuthn.credentialAsserted":
            self.signed.set()
        elif said.get("method") == "Network.requestWillBeSent":
            self.requested.append(said["params"]["request"]["url"])
        elif said.get("method") == "Log.entryAdded" and said["params"]["entry"]["level"] == "error":
            self.complaints.append(said["params"]["entry"]["text"])

    async def go(self, address: str) -> None:
        self.loaded.clear()
        await self.send("Page.navigate", url=address)
        await asyncio.wait_for(self.loaded.wait(), PATIENCE_S)

    async def evaluate(self, expression: str) -> Any:
        answer = await self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def text(self) -> str:
        return str(await self.evaluate("document.querySelector('main').innerText"))

    async def path(self) -> str:
        return str(await self.evaluate("location.pathname"))

    async def press(self, key: str = "Enter") -> None:
        """A key, as a person presses it, and the page that comes of it."""
        self.loaded.clear()
        await self.tap(key)
        await asyncio.wait_for(self.loaded.wait(), PATIENCE_S)

    async def tap(self, key: str) -> None:
        codes = {"Enter": (13, "\r"), "Tab": (9, "\t")}
        code, text = codes[key]
        stroke = {"key": key, "code": key, "windowsVirtualKeyCode": code, "text": text}
        await self.send("Input.dispatchKeyEvent", type="keyDown", **stroke)
        with contextlib.suppress(RuntimeError):  # the page that heard it go down may have left already
            await self.send("Input.dispatchKeyEvent", type="keyUp", **stroke)

    async def focus(self, selector: str) -> None:
        assert await self.evaluate(f"document.querySelector({json.dumps(selector)})?.focus() ?? true")

    async def write(self, text: str) -> None:
        """Text in the place of what stands in the field that has the focus."""
        await self.evaluate("document.activeElement.select()")
        await self.send("Input.insertText", text=text)

    async def alarmed(self) -> None:
        """Wait until the page tells of a trouble."""
        for _ in range(200):
            if await self.evaluate("!document.querySelector('[data-alarm]').hidden"):
                return
            await asyncio.sleep(0.1)
        raise TimeoutError

    async def plug_in(self) -> str:
        """Another passkey; those that were there before stay plugged in and press no button any more."""
        for earlier in self.authenticators:
            await self.present(earlier, enabled=False)
        made = await self.send("WebAuthn.addVirtualAuthenticator", options=PASSKEY)
        self.authenticators.append(made["authenticatorId"])
        return self.authenticators[-1]

    async def present(self, authenticator: str, *, enabled: bool) -> None:
        await self.send("WebAuthn.setAutomaticPresenceSimulation", authenticatorId=authenticator, enabled=enabled)

    async def picture(self, file: Path) -> None:
        shot = await self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        await asyncio.to_thread(file.write_bytes, base64.b64decode(shot["data"]))


@contextlib.asynccontextmanager
async def browsing(profile: Path, trusted: Path | None = None) -> AsyncIterator[Chromium]:
    """A browser of the test's own, that trusts this one certificate besides what it always trusts."""
    to_browser, ours = os.pipe(), os.pipe()
    options = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--remote-debugging-pipe",
        f"--user-data-dir={profile}",
        *([] if trusted is None else [f"--ignore-certificate-errors-spki-list={_pin(trusted)}"]),
        "--window-size=900,1100",
    ]
    # The protocol's pipe is on descriptors 3 and 4.
    line = f'exec "$0" "$@" 3<&{to_browser[0]} 4>&{ours[1]}'
    process = await asyncio.create_subprocess_exec(
        "/bin/bash",
        "-c",
        line,
        str(FOUND),
        *options,
        pass_fds=(to_browser[0], ours[1]),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(to_browser[0])
    os.close(ours[1])
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    reading, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours[0], "rb"))
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), os.fdopen(to_browser[1], "wb")
    )
    browser = Chromium(asyncio.StreamWriter(transport, protocol, None, loop))
    listening = asyncio.create_task(_listen(reader, browser))
    try:
        await browser.open()
        yield browser
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        listening.cancel()
        reading.close()
        transport.close()


async def _listen(reader: asyncio.StreamReader, browser: Chromium) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError):
        while True:
            browser.hear(json.loads((await reader.readuntil(b"\0"))[:-1]))


def _pin(certificate: Path) -> str:
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    public = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()
