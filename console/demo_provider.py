"""The demo identity provider's addresses and its one page. What it decides is `auth.demo.provider`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from auth.demo.provider import PLACE, DemoProvider, ProviderRefused
from console.forms import UnreadableForm, fields
from console.pages import show


class DemoProviderPages:
    """Everything below `/demo/provider`."""

    def __init__(self, provider: DemoProvider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [
            Route(PLACE + "/.well-known/openid-configuration", self.metadata, methods=["GET"]),
            Route(PLACE + "/jwks", self.keys, methods=["GET"]),
            Route(PLACE + "/authorize", self.choose, methods=["GET"]),
            Route(PLACE + "/authorize", self.chosen, methods=["POST"]),
            Route(PLACE + "/token", self.token, methods=["POST"]),
        ]

    async def metadata(self, _: Request) -> Response:
        return JSONResponse(self._provider.metadata())

    async def keys(self, _: Request) -> Response:
        return JSONResponse(self._provider.keys())

    async def choose(self, request: Request) -> Response:
        """Everybody who can be signed in."""
        parameters = dict(request.query_params)
        try:
            self._provider.asked(parameters)
        except ProviderRefused as refused:
            return _refused(refused)
        return show(
            request,
            "demo_provider.html",
            address=PLACE + "/authorize",
            parameters=sorted(parameters.items()),
            personas=self._provider.personas,
        )

    async def chosen(self, request: Request) -> Response:
        """Somebody was clicked. No session is kept here: each sign-in is a click."""
        try:
            form = await fields(request)
            asked, pin = self._provider.asked(form), form.get("persona")
            address = self._provider.signed_in(asked, pin) if pin else self._provider.declined(asked)
        except UnreadableForm:
            return _refused(ProviderRefused("invalid_request", "The form cannot be read."))
        except ProviderRefused as refused:
            return _refused(refused)
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})

    async def token(self, request: Request) -> Response:
        try:
            answer = await self._provider.token(await fields(request))
        except UnreadableForm:
            return _refused(ProviderRefused("invalid_request", "The form cannot be read."))
        except ProviderRefused as refused:
            return _refused(refused)
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _refused(refused: ProviderRefused) -> Response:
    body = {"error": refused.error, "error_description": str(refused)}
    return JSONResponse(body, 400, {"Cache-Control": "no-store"})
