"""`catalystctl token`: access tokens, signed with the key of the data folder."""

from datetime import timedelta
from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, server_part, session_of
from catalystindex.cli.output import err, print_json, print_lines
from catalystindex.model.errors import InvalidRequest

app = typer.Typer(no_args_is_help=True, help="Make access tokens.")
MAX_HOURS = 24 * 366


@app.command("create")
def create(
    context: typer.Context,
    user: Annotated[str, typer.Option(help="Who will act, as the audit log names them.")],
    org: Annotated[str, typer.Option(help="Organisation.")] = "local",
    workspace: Annotated[str, typer.Option(help="Workspace of the organisation.")] = "default",
    scope: Annotated[
        list[str] | None, typer.Option(help="A scope; repeatable. Default: all of one workspace.")
    ] = None,
    hours: Annotated[
        float | None, typer.Option(min=0.01, max=MAX_HOURS, help="Lifetime; default: the setting.")
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Make an access token for one tenant. It is printed once and stored nowhere."""
    settings = session_of(context).settings
    issuing = server_part("catalystindex.owner.issuing")
    scopes = server_part("catalystindex.security.scopes")
    wanted = scopes.parse_scopes(" ".join(scope)) if scope else scopes.ALL_SCOPES
    if scope and len(wanted) != len(set(scope)):
        known = ", ".join(sorted(scopes.Scope))
        raise InvalidRequest(f"There is no such scope; the scopes are {known}.", field="scope")
    ttl = timedelta(hours=hours) if hours is not None else None
    issued = issuing.issue_token(settings, (org, workspace, user), wanted, ttl)
    if as_json:
        print_json(
            {
                "token": issued.token,
                "token_id": issued.token_id,
                "expires_in": issued.expires_in,
                "scope": scopes.format_scopes(wanted),
            }
        )
        return
    print_lines(issued.token)
    err.print(f"[dim]Expires in {issued.expires_in} s. Id {issued.token_id}.[/]")
