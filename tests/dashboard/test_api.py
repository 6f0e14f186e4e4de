"""Files over HTTP: who may send them, what comes back, what is refused before it is read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette

from dashboard.api import Api
from metrics import intake, warehouse
from metrics.change import Change
from metrics.register import tokens
from tests.small_workspace import STEPS, Silent, SmallWorkspace

PRODUCTS = "product,name\nforge,Forge\n"
SHOPPING = "fruit,colour\napple,red\n"
BOUNDARY = "boundary"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


class Client:
    """Speaks ASGI to the routes of one company."""

    def __init__(self, folder: Path) -> None:
        self.company = SmallWorkspace(folder)
        with self.company.workspace.register.begin() as connection:
            self.token, self.secret = tokens.create(connection, "nightly", by="test")
        self.app = Starlette(routes=Api(lambda: self.company.workspace).routes())
        self.taken = 0

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        sent: list[dict[str, Any]] = []
        chunks = [body[start : start + 65_536] for start in range(0, len(body), 65_536)] or [b""]
        self.taken = 0

        async def receive() -> dict[str, Any]:
            chunk = chunks[self.taken] if self.taken < len(chunks) else b""
            self.taken += 1
            more = self.taken < len(chunks)
            return {"type": "http.request", "body": chunk, "more_body": more}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
            "scheme": "http", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
            "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
        }  # fmt: skip
        # In a thread of its own: where a browser test ran before, this thread has a running loop.
        with start_blocking_portal() as portal:
            portal.call(self.app, scope, receive, send)
        text = b"".join(message.get("body", b"") for message in sent[1:])
        found = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        return Answer(sent[0]["status"], found, json.loads(text))

    def send(
        self,
        files: dict[str, str | bytes],
        fields: dict[str, str] | None = None,
        secret: str | None = None,
        **headers: str,
    ) -> Answer:
        parts = [
            f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
            f'name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in (fields or {}).items()
        ]
        for name, content in files.items():
            content = content.encode() if isinstance(content, str) else content
            head = f'form-data; name="file"; filename="{name}"'
            parts.append(
                f"--{BOUNDARY}\r\nContent-Disposition: {head}\r\n\r\n".encode() + content + b"\r\n"
            )
        body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
        return self.ask(
            "POST",
            "/api/imports",
            body,
            {
                "Authorization": f"Bearer {secret or self.secret}",
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            }
            | headers,
        )


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client of a company whose jobs run in this process."""
    monkeypatch.setattr(
        intake.jobs, "run", lambda job, on_progress: Change(job, STEPS, Silent()).run()
    )
    return Client(tmp_path / "forge")


def test_files_are_loaded_with_the_report_of_the_command(client, monkeypatch):
    done = client.send({"products.csv": PRODUCTS, "shopping.csv": SHOPPING})
    assert done.status == 422  # one is refused; the other is loaded
    assert [file["status"] for file in done.body["files"]] == ["loaded", "refused"]
    assert done.body["files"][0]["import_id"] == 1
    again = client.send({"products.csv": PRODUCTS})
    assert (again.status, again.body["status"]) == (200, "unchanged")
    assert again.body["files"][0]["rows"]["unchanged"] == 1
    with client.company.workspace.register.connect() as connection:
        [by] = connection.exec_driver_sql("select distinct created_by from imports").scalars()
    assert by == "nightly"
    monkeypatch.setattr(warehouse.shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    full = client.send({"squads.csv": "squad,name\ncore,Core\n"})
    assert (full.status, "no room" in full.body["error"]["problem"]) == (507, True)


def test_a_dry_run_writes_nothing(client):
    done = client.send({"products.csv": PRODUCTS}, {"dry_run": "true"})
    assert (done.status, done.body["dry_run"]) == (200, True)
    assert done.body["files"][0]["rows"]["loaded"] == 1
    assert client.send({"products.csv": PRODUCTS}).body["files"][0]["status"] == "loaded"


def test_without_a_valid_token_nothing_is_read(client):
    with client.company.workspace.register.begin() as connection:
        digests = connection.exec_driver_sql("select digest from tokens").scalars().all()
        assert client.secret not in str(digests)
        tokens.revoke(connection, client.token.id, by="test")
    for secret in (client.secret, "wrong", "vigie_", "é"):
        refused = client.send({"products.csv": PRODUCTS * 50_000}, secret=secret)
        assert refused.status == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert client.taken == 0
    assert client.ask("POST", "/api/imports").status == 401


def test_an_upload_beyond_the_limit_is_stopped_as_it_arrives(client):
    client.company.write("vigie.toml", "upload_megabytes = 1\n")
    client.company = SmallWorkspace.again(client.company.folder)
    refused = client.send({"products.csv": b"x" * (4 << 20)})
    assert refused.status == 413
    assert client.taken <= 18  # of 65 chunks
    promised = client.send({"products.csv": PRODUCTS}, **{"Content-Length": str(2 << 20)})
    assert (promised.status, client.taken) == (413, 0)


@pytest.mark.parametrize(
    ("fields", "choice"),
    [
        ({"profil": "x"}, "profile"),
        ({"profile": "/etc/mine.yml"}, ""),
        ({"observed_at": "yesterday"}, ""),
        ({"observed_at": "0001-01-01"}, ""),
        ({"observed_at": "2026-03-31T18:00+02:00"}, ""),
        ({"dry_run": "perhaps"}, "true"),
        ({"product": "nobody"}, "forge"),
    ],
)
def test_a_bad_field_is_refused_with_the_choices(client, fields, choice):
    client.company.import_files({"products.csv": PRODUCTS})
    events = "Event Name,Time,Distinct ID\nOpen,2026-03-02 09:00:00,u1\n"
    answer = client.send({"Mixpanel events.csv": events}, fields)
    assert answer.status == 422
    assert (not choice) or choice in answer.body["error"]["choices"]


@pytest.mark.parametrize(
    "name", ["../../up.csv", "..\\..\\up.csv", "/etc/up.csv", "..", "a\x00b", "é" * 190 + ".csv"]
)
def test_a_name_never_steers_where_an_upload_lies(client, tmp_path, name):
    before = set(tmp_path.rglob("up.csv"))
    answer = client.send({name: PRODUCTS})
    assert answer.status in (200, 400)
    assert set(tmp_path.rglob("up.csv")) == before


def test_what_is_no_upload_is_refused(client):
    token = {"Authorization": f"Bearer {client.secret}"}
    assert client.ask("POST", "/api/imports", b"x", token).status == 415
    no_boundary = token | {"Content-Type": "multipart/form-data"}
    assert client.ask("POST", "/api/imports", b"x", no_boundary).status == 400
    assert client.send({}).status == 400
    assert client.ask("GET", "/api/else").status == 404
    assert client.ask("GET", "/api/health").body == {"ok": True}
