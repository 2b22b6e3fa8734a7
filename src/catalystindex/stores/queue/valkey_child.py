"""The process of our own Valkey: started, asked, ended."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SHIM = """\
import ctypes, os, signal, sys
if ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0) != 0:
    sys.exit("prctl(PR_SET_PDEATHSIG) failed")
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Asks the kernel to end this process with the thread that started it, and becomes the server.

Not a ``preexec_fn``: that runs between fork and exec in a copy of a process with many threads.
"""

PASSED_ON = ("LD_LIBRARY_PATH", "PATH", "TZ")
"""Of our environment, which may hold secrets."""

GRACE = 3.0
"""Seconds that a server has to end by itself."""

PAUSE = 0.02


def spawn(binary: Path, config: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start the server; it dies with the calling thread. Raises `OSError`."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    command = [sys.executable, "-I", "-S", "-c", SHIM, str(os.getpid()), str(binary), str(config)]
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  # our own interpreter and binary
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=config.parent,
            env=environment | {"LC_ALL": "C"},
            start_new_session=True,  # Ctrl-C is for us; we end it in order
        )


def answers(path: Path, timeout: float) -> bool:
    """Tell whether a server answers PING at this socket within ``timeout`` seconds."""
    with socket.socket(socket.AF_UNIX) as talk:
        talk.settimeout(timeout)
        try:
            talk.connect(str(path))
            talk.sendall(b"PING\r\n")
            return talk.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def end(child: "subprocess.Popen[bytes]") -> None:
    """Stop our child and reap it; by force if it takes longer than `GRACE`."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


def end_leftover(pid_file: Path, config: Path) -> int | None:
    """Stop the server that a former owner left behind, and return its process id.

    A process that has the number by now and was not started with our configuration is left alone.
    """
    pid = _recorded(pid_file)
    if pid is None or not _is_ours(pid, config):
        return None
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + GRACE
        if _is_ours(pid, config):
            os.kill(pid, number)
        while _is_ours(pid, config) and time.monotonic() < deadline:
            time.sleep(PAUSE)
    return pid


def _recorded(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _is_ours(pid: int, config: Path) -> bool:
    """Tell by the command line, which a zombie has no more."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(config) in words
