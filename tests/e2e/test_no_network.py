"""Nothing is reported to anyone: the product reaches no address but its own socket.

An audit hook in every process of the product (the owner and its workers) notes each connection,
each name that is looked up and each URL that is opened.
"""

import os
import subprocess
import sys
from pathlib import Path

from support.process import CLI, environment

SPY = """
import os, sys

def note(event, arguments):
    local = event == "socket.connect" and isinstance(arguments[1], (str, bytes))
    if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request") and not local:
        with open(os.environ["NETWORK_LOG"], "a") as log:
            log.write(f"{event} {arguments[1:2]}\\n")
    if event == "import" and arguments[0] == "catalystindex":
        with open(os.environ["NETWORK_LOG"] + ".alive", "a") as log:
            log.write(f"{os.getpid()}\\n")

sys.addaudithook(note)
"""


def test_no_command_of_the_product_reaches_for_the_network(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SPY, "utf-8")
    (tmp_path / "memo.md").write_text("# Memo\n\nCash deposits.", "utf-8")
    log = tmp_path / "network.log"
    spied = environment(tmp_path / "data") | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path[1:]]),
        "NETWORK_LOG": str(log),
    }
    for command in (
        ["ingest", str(tmp_path / "memo.md"), "--kb", "bank", "--create"],
        ["search", "cash"],
        ["doctor"],
    ):
        ran = subprocess.run([*CLI, *command], env=spied, capture_output=True, check=False)
        assert ran.returncode == 0, ran.stderr.decode()
    pids = set(log.with_name("network.log.alive").read_text("utf-8").split())
    assert len(pids) > 3, "the hook was not in the workers"
    assert not log.exists(), log.read_text("utf-8")
