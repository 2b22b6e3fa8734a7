"""`catalystctl policies`: how kinds of documents are chunked."""

import json
from pathlib import Path
from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, connected, server_part
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.model.policy import PolicyInfo

app = typer.Typer(no_args_is_help=True, help="List, show, check, apply and delete policies.")

Name = Annotated[str, typer.Argument(help="Name of the policy.")]
File = Annotated[Path, typer.Argument(help="Policy (YAML or JSON).", exists=True, dir_okay=False)]
COLUMNS = ("NAME", "REVISION", "OF", "TIERS", "DESCRIPTION")


@app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the product's policies and the workspace's own."""
    with connected(context, creates=True) as client:
        found = client.policies.all()
    if as_json:
        print_json(found)
    else:
        print_table(COLUMNS, [_row(policy) for policy in found])


@app.command("show")
def show(context: typer.Context, name: Name, *, as_json: JsonOption = False) -> None:
    """Show one policy in full."""
    with connected(context, creates=True) as client:
        found = client.policies.get(name)
    if as_json:
        print_json(found)
    else:
        print_lines(json.dumps(found.body, indent=2, ensure_ascii=False))


@app.command("validate")
def validate(file: File, *, as_json: JsonOption = False) -> None:
    """Check a policy without storing it: no server is needed."""
    reader = server_part("catalystindex.documents.chunk.policy_file")
    policy = reader.read_policy(file.read_bytes(), file.name)
    if as_json:
        print_json(policy)
    else:
        print_lines(f"{policy.name} is a valid policy.")


@app.command("apply")
def apply(context: typer.Context, file: File, *, as_json: JsonOption = False) -> None:
    """Store a policy in the workspace, as the next revision of its name."""
    reader = server_part("catalystindex.documents.chunk.policy_file")
    data = file.read_bytes()
    name = reader.read_policy(data, file.name).name
    with connected(context, creates=True) as client:
        stored = client.policies.put(name, data)
    if as_json:
        print_json(stored)
    else:
        print_lines(f"Stored {stored.name}, revision {stored.revision}.")


@app.command("delete")
def delete(context: typer.Context, name: Name, *, as_json: JsonOption = False) -> None:
    """Delete a policy of the workspace; documents cut by it stay as they are."""
    with connected(context) as client:
        client.policies.delete(name)
    if as_json:
        print_json({"deleted": name})
    else:
        print_lines(f"Deleted the policy {name}.")


@app.command("schema")
def schema(*, as_json: JsonOption = False) -> None:
    """Print the JSON Schema of policies."""
    del as_json  # it is JSON in any case
    spec = server_part("catalystindex.documents.chunk.spec")
    print_lines(json.dumps(spec.Policy.model_json_schema(), indent=2))


def _row(policy: PolicyInfo) -> tuple[str, ...]:
    tiers = " ".join(tier["tier"] for tier in policy.body["tiers"])
    owner = "product" if policy.builtin else "workspace"
    return (policy.name, str(policy.revision), owner, tiers, policy.description)
