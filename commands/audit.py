"""`lienthong audit`: the record of what anybody did. Reading it is recorded, too."""

import typer

from commands.asking import As, Json, ask, group, out, show

app = group("The record of acts. Reading it is an act, and recorded.", "lienthong audit list --act grant.revoke")


@app.command("list")
def list_acts(
    actor: str | None = None,
    act: str | None = None,
    target: str | None = None,
    after: str | None = None,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """List acts, the latest first, a hundred at a time: of an actor, of a kind, about a target, or all."""
    document = "query($actor: String, $act: String, $target: String, $after: ID) {"
    document += " acts(actor: $actor, act: $act, target: $target, first: 100, after: $after) {"
    document += " entries { number actorKind actor act proposed target detail evidence actedAt hash } } }"
    found = ask(document, who, actor=actor, act=act, target=target, after=after)["acts"]["entries"]
    columns = {"Act": "number", "When": "actedAt", "Who": "actor", "What": "act", "Of": "proposed", "About": "target"}
    show(found, columns, as_json=as_json)


@app.command()
def verify(*, who: As = None, as_json: Json = False) -> None:
    """Work every hash of the record out again, and every signature. Compare the head with one kept elsewhere."""
    found = ask("{ chain { acts head brokenAt unsigned } }", who)["chain"]
    if as_json:
        show([found], {}, as_json=True)
    elif found["brokenAt"] is None:
        out.print(f"{found['acts']} acts hold together; head {found['head']}", highlight=False, soft_wrap=True)
    if found["unsigned"]:
        out.print(f"No passkey signed what is recorded as act {', '.join(found['unsigned'])}.", highlight=False)
    if found["brokenAt"] is not None:
        out.print(f"The record is broken at act {found['brokenAt']}.", highlight=False)
    if found["brokenAt"] is not None or found["unsigned"]:
        raise typer.Exit(1)
