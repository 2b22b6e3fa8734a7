"""Settings on the command line: refused with a sentence before anything starts."""

import json
from pathlib import Path

import pytest

from support.server import catalystctl, environment


def refused(cwd: Path, *arguments: str, **variables: str) -> dict[str, object]:
    """Run a command that the settings forbid and return its error."""
    done = catalystctl(
        *arguments, "--json", env=environment(cwd / "data", **variables), cwd=cwd, expect=78
    )
    assert done.stdout == ""
    assert not (cwd / "data").exists(), "nothing is made before the settings are right"
    error: dict[str, object] = json.loads(done.stderr)["error"]
    return error


@pytest.mark.parametrize(
    ("variable", "value", "key"),
    [
        ("CATALYST_NONSENSE", "1", "nonsense"),
        ("CATALYST_SERVER__PROT", "1", "server.prot"),
        ("CATALYST_SERVER__PORT", "many", "server.port"),
        ("CATALYST_SERVER__PORT", "70000", "server.port"),
        ("CATALYST_SECURITY__ALGORITHMS", "HS256", "security.algorithms"),
        ("CATALYST_SECURITY__ALGORITHMS", "none", "security.algorithms"),
        ("CATALYST_PROFILE", "cloud", "profile"),
        ("CATALYST_LOGGING__LEVEL", "loud", "logging.level"),
    ],
)
def test_a_wrong_variable_is_refused_by_name(
    tmp_path: Path, variable: str, value: str, key: str
) -> None:
    error = refused(tmp_path, "config", "show", **{variable: value})
    assert error["code"] == "configuration.invalid"
    assert error["context"] == {"key": key, "source": f"environment {variable}"}


@pytest.mark.parametrize("command", [("kb", "list"), ("token", "create", "--user", "ana")])
def test_no_command_runs_with_wrong_settings(tmp_path: Path, command: tuple[str, ...]) -> None:
    refused(tmp_path, *command, CATALYST_NONSENSE="1")


@pytest.mark.parametrize(
    "variables",
    [
        {"CATALYST_PROFILE": "cluster"},
        {"CATALYST_VECTORS__API_KEY": "larkspur"},
        {"CATALYST_RECORDS__URL": "mysql://u:larkspur@db/x"},
    ],
)
def test_half_a_configuration_is_refused(tmp_path: Path, variables: dict[str, str]) -> None:
    error = refused(tmp_path, "kb", "list", **variables)
    assert "larkspur" not in json.dumps(error)


def test_a_settings_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = catalystctl(
        "--config", "lost.toml", "config", "show", env=environment(), cwd=tmp_path, expect=78
    )
    assert "lost.toml" in done.stderr


def test_settings_are_shown_with_their_sources_and_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "catalyst.toml").write_text("[server]\nport = 9000\n[logging]\nlevel = 'info'\n")
    secret = "larkspur-token"
    env = environment(tmp_path / "data", CATALYST_CLIENT__TOKEN=secret)
    done = catalystctl("config", "show", "--json", env=env, cwd=tmp_path)
    rows = {row["key"]: row for row in json.loads(done.stdout)}
    assert rows["server.port"]["value"] == 9000
    assert rows["server.port"]["source"] == "file catalyst.toml"
    assert rows["logging.level"]["value"] == "warning", "the environment is over the file"
    assert rows["logging.level"]["source"] == "environment CATALYST_LOGGING__LEVEL"
    assert rows["server.host"]["source"] == "default"
    assert rows["client.token"]["value"] == "********"
    table = catalystctl("config", "show", env=env, cwd=tmp_path).stdout
    assert secret not in done.stdout + table
    assert all(row["meaning"] for row in rows.values()), [
        key for key, row in rows.items() if not row["meaning"]
    ]


def test_the_option_for_the_folder_is_over_all(tmp_path: Path) -> None:
    done = catalystctl(
        "--data-dir", "mine", "config", "show", "--json", env=environment(tmp_path), cwd=tmp_path
    )
    rows = {row["key"]: row for row in json.loads(done.stdout)}
    assert rows["data_dir"]["value"] == "mine"
    assert rows["data_dir"]["source"] == "option --data-dir"


def test_checking_the_settings_starts_nothing(tmp_path: Path) -> None:
    env = environment(tmp_path / "data")
    done = catalystctl("config", "check", "--json", env=env, cwd=tmp_path)
    assert json.loads(done.stdout) == {"valid": True, "profile": "embedded"}
    assert not (tmp_path / "data").exists()


def test_a_model_that_is_not_there_is_found_by_the_check(tmp_path: Path) -> None:
    error = refused(
        tmp_path,
        "config",
        "check",
        CATALYST_EMBEDDING__MODEL_PATH="/no/model.onnx",
        CATALYST_EMBEDDING__TOKENIZER_PATH="/no/tokenizer.json",
    )
    assert str(error["code"]).startswith("configuration.")
