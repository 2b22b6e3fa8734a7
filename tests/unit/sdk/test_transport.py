"""The SDK against servers that misbehave. Each is a real one, on a socket of this machine."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from catalystindex.model.errors import CatalystError, DocumentNotFound, InvalidRequest, Unavailable
from catalystindex.model.stream import SeekRequest
from catalystindex.sdk import Client
from catalystindex.sdk.requests import validated

PROBLEM = "application/problem+json"


@contextmanager
def answering(status: int, kind: str, body: bytes, **headers: str) -> Iterator[str]:
    """Run a server that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815  # the names of the library

        def log_message(self, *arguments: object) -> None:
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


CALLS: dict[str, Callable[[Client], object]] = {
    "health": lambda client: client.health(),
    "get": lambda client: client.documents.get("x"),
    "text": lambda client: client.documents.text("x"),
    "list": lambda client: list(client.documents.all()),
    "search": lambda client: client.search("x"),
    "ingest": lambda client: client.ingest("bank", "x"),
    "delete": lambda client: client.documents.delete("x"),
    "verify": lambda client: client.audit.verify(),
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.mark.parametrize("call", CALLS)
def test_nobody_listening_is_unavailable(call: str) -> None:
    with (
        Client(f"http://127.0.0.1:{free_port()}", "token", retries=0) as client,
        pytest.raises(Unavailable) as caught,
    ):
        CALLS[call](client)
    assert "cannot be reached" in caught.value.detail


def test_no_socket_there_is_unavailable() -> None:
    with (
        Client("http://x", "token", socket="/nonexistent/api.sock", retries=0) as client,
        pytest.raises(Unavailable),
    ):
        client.health()


def test_a_server_that_never_answers_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            Client(url, "token", timeout=0.1) as client,
            pytest.raises(Unavailable, match="did not answer in time"),
        ):
            client.health()


def test_a_server_that_hangs_up_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with (
            Client(f"http://127.0.0.1:{listener.getsockname()[1]}", "token", retries=0) as client,
            pytest.raises(Unavailable),
        ):
            client.health()
        thread.join()


@pytest.mark.parametrize("status", [301, 400, 404, 500, 502, 503])
@pytest.mark.parametrize("call", ["get", "search", "delete"])
def test_an_error_without_a_problem_is_still_ours(status: int, call: str) -> None:
    with (
        answering(status, "text/html", b"<h1>Bad Gateway</h1>", X_Request_Id="abc") as url,
        Client(url, "token", retries=0) as client,
        pytest.raises(CatalystError) as caught,
    ):
        CALLS[call](client)
    assert str(status) in caught.value.detail
    assert caught.value.context["status"] == status
    assert caught.value.context["request_id"] == "abc"


def test_a_problem_comes_back_as_the_error_it_was() -> None:
    body = (
        b'{"type": "urn:x", "title": "t", "status": 404, "detail": "There is no document.", '
        b'"code": "document.not_found", "context": {"document": "x"}, "errors": []}'
    )
    with (
        answering(404, PROBLEM, body, X_Request_Id="abc") as url,
        Client(url, "token", retries=0) as client,
        pytest.raises(DocumentNotFound) as caught,
    ):
        client.documents.get("x")
    assert caught.value.detail == "There is no document."
    assert caught.value.context == {
        "document": "x",
        "status": 404,
        "request_id": "abc",
        "attempts": 1,
    }


def test_a_problem_of_a_newer_server_is_at_least_an_error_of_ours() -> None:
    body = b'{"detail": "The moon is full.", "code": "moon.full", "context": {}}'
    with (
        answering(409, PROBLEM, body) as url,
        Client(url, "token", retries=0) as client,
        pytest.raises(CatalystError) as caught,
    ):
        client.documents.get("x")
    assert caught.value.detail == "The moon is full."


@pytest.mark.parametrize(
    "body",
    [
        b'{"type": "about:blank", "title": "Bad Gateway", "status": 502}',  # RFC 9457, no code
        b'{"detail": null, "code": 7}',
        b'{"code": "document.not_found"}',
        b'{"code": "document.not_found", "detail": "x", "errors": [{}]}',
        b'{"code": "document.not_found", "detail": "x", "context": null}',
        b"[]",
        b"{broken",
        b"",
    ],
)
def test_a_problem_of_another_shape_is_still_ours(body: bytes) -> None:
    with (
        answering(502, PROBLEM, body) as url,
        Client(url, "token", retries=0) as client,
        pytest.raises(CatalystError) as caught,
    ):
        client.documents.get("x")
    assert caught.value.context["status"] == 502


@pytest.mark.parametrize("call", ["health", "get", "list", "search", "ingest", "verify"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/html", b"<h1>Log in to the network</h1>"), ("application/json", b'{"a": 1}')],
)
def test_a_success_that_is_not_ours_is_an_error_of_ours(call: str, kind: str, body: bytes) -> None:
    with (
        answering(200, kind, body) as url,
        Client(url, "token", retries=0) as client,
        pytest.raises(CatalystError),
    ):
        CALLS[call](client)


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://x", "http://", "http://[::1", "x y"])
def test_a_url_that_is_none_is_an_error_of_ours(url: str) -> None:
    with pytest.raises(CatalystError):
        Client(url, "token", retries=0).health()


@pytest.mark.parametrize("token", ["se\ncret", "secret\r", "secr\u00e9t", "secret\x00"])
def test_a_token_that_no_header_can_hold_is_an_error_that_does_not_show_it(token: str) -> None:
    with answering(200, "application/json", b'{"status": "ok", "version": "1"}') as url:
        try:
            with Client(url, token) as client:
                client.health()
        except CatalystError as error:
            shown = f"{error.detail} {error.context}"
            assert "secr" not in shown
            assert "se\\n" not in shown


def test_a_client_closes_its_connections() -> None:
    with answering(200, "application/json", b'{"status": "ok", "version": "1"}') as url:
        with Client(url, "token", retries=0) as client:
            client.health()
        with pytest.raises(RuntimeError, match="closed"):
            client.health()


def test_a_client_closes_when_the_block_fails() -> None:
    client = Client("http://127.0.0.1:1", None)
    with pytest.raises(ZeroDivisionError), client:
        raise ZeroDivisionError
    assert client._http.is_closed


def test_without_a_token_none_is_sent() -> None:
    with Client("http://x", None) as client:
        assert "authorization" not in client._http.headers


def test_a_request_that_is_wrong_as_a_whole_says_why() -> None:
    with pytest.raises(InvalidRequest, match="not valid: give exactly one of to, time") as caught:
        validated(SeekRequest, {})
    assert caught.value.context == {}
    with pytest.raises(InvalidRequest, match="not valid at: to"):
        validated(SeekRequest, {"to": "nowhere"})
