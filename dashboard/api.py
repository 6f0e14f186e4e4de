"""Files over HTTP: `POST /api/imports` with a token, the same report as `vigie import --json`.

Uploads are written to disk as they arrive and never held in memory; nothing of a request without a
valid token is read.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from metrics import intake
from metrics.errors import NoRoom, VigieError
from metrics.importing.report import ImportOptions
from metrics.register import tokens
from metrics.register.tokens import Token
from metrics.workspace import Workspace

MOST_FILES = 200
AT_ONCE = 4  # uploads and imports under way; further ones are asked to come again
FIELDS = ("profile", "product", "squad", "observed_at", "dry_run")


class Refused(Exception):  # noqa: N818 - as elsewhere, a refusal is no error
    """What is answered instead of a report."""

    def __init__(self, status: int, error: VigieError) -> None:
        self.status, self.error = status, error
        super().__init__(error.problem)


@dataclass
class Api:
    """The routes of one workspace."""

    workspace: Callable[[], Workspace]
    _under_way: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/imports", self.imports, methods=["POST"]),
            Route("/api/health", self.health, methods=["GET"]),
            Route("/api/{rest:path}", self.nowhere),
        ]

    async def health(self, request: Request) -> Response:
        """Whether the workspace can be read."""
        try:
            await run_in_threadpool(lambda: self.workspace().settings)
        except VigieError as error:
            return _json({"ok": False, "error": error.as_dict()}, 503)
        return _json({"ok": True})

    async def nowhere(self, request: Request) -> Response:
        error = VigieError(
            f"There is nothing at {request.method} {request.url.path}.",
            choices=["POST /api/imports", "GET /api/health"],
        )
        return _json({"error": error.as_dict()}, 404)

    async def imports(self, request: Request) -> Response:
        """Load the files of a multipart request, or look at them with `dry_run=true`."""
        try:
            workspace = self.workspace()
            token = await run_in_threadpool(_holder, workspace, request)
            if self._under_way.locked():
                raise Refused(
                    503, VigieError("Too many imports are under way.", next_step="Come again soon.")
                )
            async with self._under_way:
                return await _imported(workspace, token, request)
        except Refused as refused:
            headers = {
                401: {"WWW-Authenticate": 'Bearer realm="vigie"'},
                503: {"Retry-After": "30"},
            }.get(refused.status)
            return _json({"error": refused.error.as_dict()}, refused.status, headers)
        except VigieError as error:
            status = 507 if isinstance(error, NoRoom) else 422 if error.exit_code == 2 else 500
            return _json({"error": error.as_dict()}, status)


async def _imported(workspace: Workspace, token: Token, request: Request) -> Response:
    most = workspace.settings.upload_megabytes << 20
    folder = Path(await run_in_threadpool(tempfile.mkdtemp, prefix="vigie-api-"))
    try:
        try:
            options, dry, files = await _received(request, most, folder)
        except OSError as error:
            raise Refused(
                507,
                VigieError(
                    f"The upload could not be kept: {error.strerror}.",
                    next_step="Free some space on the server, then send it again.",
                ),
            ) from error
        if dry:
            reports = await run_in_threadpool(intake.look_at, workspace, files, options)
            return _json(intake.answer_of_look(reports), _status(r.status for r in reports))
        outcome = await run_in_threadpool(intake.load, workspace, files, options, token.name)
        if outcome.status not in ("done", "unchanged"):
            raise Refused(
                507 if outcome.no_room else 422 if outcome.choices else 500,
                VigieError(outcome.problem, choices=outcome.choices, next_step=outcome.next_step),
            )
        return _json(intake.answer_of(outcome), _status(r.status for r in outcome.files))
    finally:
        await run_in_threadpool(shutil.rmtree, folder, ignore_errors=True)


async def _received(
    request: Request, most: int, folder: Path
) -> tuple[ImportOptions, bool, list[Path]]:
    """What is asked, whether as a dry run, and the files, kept in `folder`."""
    form = await _form(request, most)
    try:
        return *_asked(form), await run_in_threadpool(_keep, form, folder)
    finally:
        await form.close()


def _holder(workspace: Workspace, request: Request) -> Token:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    found = None
    if scheme.lower() == "bearer" and secret.strip():
        with workspace.register.connect() as connection:
            found = tokens.holder_of(connection, secret.strip())
    if found is None:
        raise Refused(
            401,
            VigieError(
                "This needs a valid token.",
                next_step="Make one with 'vigie token create NAME' and send it as "
                "'Authorization: Bearer TOKEN'.",
            ),
        )
    return found


async def _form(request: Request, most: int) -> FormData:
    """The parts of a multipart request, files on disk. Raises Refused."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Refused(415, VigieError("Send the files as multipart/form-data, in fields 'file'."))
    too_large = Refused(
        413,
        VigieError(
            f"More than {most >> 20} MB are not taken at once.",
            next_step="Send the files one by one, packed, or raise upload_megabytes in vigie.toml.",
        ),
    )
    promised = request.headers.get("content-length", "0")
    if promised.isdigit() and int(promised) > most:
        raise too_large

    async def limited() -> AsyncGenerator[bytes, None]:
        arrived = 0
        async for chunk in request.stream():
            arrived += len(chunk)
            if arrived > most:
                raise too_large
            yield chunk

    parser = MultiPartParser(
        request.headers, limited(), max_files=MOST_FILES, max_fields=len(FIELDS)
    )
    try:
        return await parser.parse()
    except (MultiPartException, KeyError) as error:
        said = getattr(error, "message", "no boundary")
        raise Refused(400, VigieError(f"The request cannot be read: {said}.")) from error
    except ClientDisconnect as error:
        raise Refused(400, VigieError("The upload stopped before its end.")) from error


def _asked(form: FormData) -> tuple[ImportOptions, bool]:
    """What the fields say; raises Refused for an unknown one or a bad moment."""
    said = {name: value for name, value in form.multi_items() if isinstance(value, str) and value}
    unknown = sorted(set(said) - set(FIELDS))
    if unknown:
        problem = f"There is no field '{unknown[0]}'."
        raise Refused(422, VigieError(problem, choices=("file", *FIELDS)))
    try:
        moment = datetime.fromisoformat(said["observed_at"]) if "observed_at" in said else None
    except ValueError:
        moment = None
        bad = True
    else:
        bad = moment is not None and moment.tzinfo is not None
    if bad:
        raise Refused(
            422,
            VigieError(
                f"observed_at is no moment in local time: {said['observed_at']}.",
                next_step="Write it as 2026-03-31 or 2026-03-31T18:00.",
            ),
        )
    if said.get("profile", "").endswith(".yml"):
        problem = "'profile' is the name of a kind of export; a file of this machine is not read."
        raise Refused(422, VigieError(problem, next_step="'vigie profile list' gives the names."))
    dry = said.get("dry_run", "false").lower()
    if dry not in ("true", "false"):
        raise Refused(422, VigieError("dry_run is 'true' or 'false'.", choices=("true", "false")))
    try:
        options = ImportOptions(said.get("profile"), said.get("product"), said.get("squad"), moment)
    except VigieError as error:
        raise Refused(422, error) from error
    return options, dry == "true"


def _keep(form: FormData, folder: Path) -> list[Path]:
    """The uploads under their own last names, which recognition may need. Raises Refused."""
    kept = []
    for number, (_, upload) in enumerate(form.multi_items()):
        if not isinstance(upload, UploadFile):
            continue
        place = folder / str(number) / intake.last_name(upload.filename or "")
        place.parent.mkdir()
        with place.open("wb") as copy:
            shutil.copyfileobj(upload.file, copy, 1 << 20)
        kept.append(place)
    if not kept:
        raise Refused(
            400, VigieError("The request holds no file.", next_step="curl -F file=@export.csv …")
        )
    return kept


def _status(statuses: Any) -> int:
    """422 when a file was refused: the report says which and why."""
    return 422 if "refused" in set(statuses) else 200


def _json(content: dict[str, Any], status: int = 200, headers: Any = None) -> Response:
    text = json.dumps(content, ensure_ascii=False, indent=2, default=intake.plain)
    return Response(text, status, headers, "application/json")
