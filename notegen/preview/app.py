"""The Starlette door: the addresses of the desk, and what answers them. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from notegen.domain.notification import NotificationKind
from notegen.errors import NotegenError
from notegen.preview import mails, matrix, notes, roster
from notegen.preview.desk import Desk
from notegen.preview.gate import FRAME_POLICY
from notegen.preview.paper import picture
from notegen.preview.visit import Values, Visit
from notegen.preview.words import DeskWords, preferred
from notegen.rendering.template import Templates

_HERE = Path(__file__).parent
ASSETS = {
    "desk.css": "text/css; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "desk.svg": "image/svg+xml",
}
_LONGEST_WISH = 200

Show = Callable[[Visit, Request], Values]
"""What fills a page."""


def make_app(desk: Desk) -> Starlette:
    """The desk as an ASGI application, to be put behind its gate."""
    return Starlette(routes=_Routes(desk).all, exception_handlers={404: _missing_page(desk)})


@dataclass(frozen=True, slots=True)
class _Routes:
    desk: Desk

    @property
    def all(self) -> list[Route]:
        page = self.page
        mail = "/{language}/mails/{kind}"
        return [
            Route("/", self.home),
            Route("/changes", self.changes),
            Route("/assets/{name}", self.asset),
            Route("/notes/{number:int}/note.pdf", self.pdf),
            Route("/notes/{number:int}/pages/{page:int}.png", self.picture),
            Route("/{language}", self.home),
            page("/{language}/notes", "notes", lambda visit, _: notes.list_notes(visit)),
            page("/{language}/notes/{number:int}", "note", _of_note(notes.show_note)),
            page("/{language}/notes/{number:int}/paper", "paper", _of_note(notes.show_paper)),
            page("/{language}/mails", "mails", lambda visit, _: mails.list_mails(visit)),
            page(mail, "mail", lambda visit, request: mails.show_kind(visit, _kind(request))),
            Route(mail + "/{code}/frame", self.frame),
            Route(mail + "/{code}/message.eml", self.message),
            page("/{language}/roster", "roster", lambda visit, _: roster.show_roster(visit)),
            page("/{language}/templates", "matrix", lambda visit, _: matrix.show_matrix(visit)),
            page("/{language}/templates/{code}/{name:path}", "text", _text),
        ]

    def page(self, path: str, name: str, show: Show) -> Route:
        """A page whose material, however broken, is answered with a page."""

        def answer(request: Request) -> Response:
            visit = self.visit(request)
            try:
                values = show(visit, request)
            except NotegenError as error:
                return _html(visit, "trouble", {"reasons": visit.reasons(error)})
            return _html(visit, name, values)

        return Route(path, answer)

    def visit(self, request: Request) -> Visit:
        """Who is visiting, and what; 404 for a language that the desk does not speak."""
        snapshot = self.desk.snapshot
        words = snapshot.words.get(request.path_params["language"])
        if words is None:
            raise HTTPException(404)
        path = request.url.path.removeprefix(f"/{words.code}/")
        wishes = {key: value[:_LONGEST_WISH] for key, value in request.query_params.items()}
        return Visit(snapshot, words, path, wishes)

    def home(self, request: Request) -> Response:
        """To the first thing that there is to see, in the reader's language."""
        words = self.desk.snapshot.words
        code = request.path_params.get("language", "")
        if code and code not in words:
            raise HTTPException(404)
        code = code or preferred(request.headers.get("accept-language", ""), list(words))
        return RedirectResponse(f"/{code}/{self.first()}", 303, {"Vary": "Accept-Language"})

    def first(self) -> str:
        """The only note, the list of notes, or the mails where there is no note."""
        if not self.desk.commission.notes:
            return "mails"
        try:
            return "notes/1" if len(self.desk.snapshot.notes) == 1 else "notes"
        except NotegenError:
            return "notes"

    def asset(self, request: Request) -> Response:
        """A file of the desk itself."""
        name = request.path_params["name"]
        if name not in ASSETS:
            raise HTTPException(404)
        return Response((_HERE / "assets" / name).read_bytes(), media_type=ASSETS[name])

    def pdf(self, request: Request) -> Response:
        """The note as `note render` writes it."""
        headers = {"Content-Disposition": 'inline; filename="note.pdf"'}
        return Response(self.paper(request), media_type="application/pdf", headers=headers)

    def picture(self, request: Request) -> Response:
        """A sheet of the note as a picture."""
        try:
            return Response(picture(self.paper(request), request.path_params["page"]), media_type="image/png")
        except IndexError as error:
            raise HTTPException(404) from error

    def paper(self, request: Request) -> bytes:
        """The PDF of the note that is asked for."""
        number, snapshot = request.path_params["number"], self.desk.snapshot
        try:
            if 1 <= number <= len(snapshot.notes):
                return snapshot.paper(number - 1)
        except NotegenError as error:
            raise HTTPException(404) from error
        raise HTTPException(404)

    def frame(self, request: Request) -> Response:
        """A mail's HTML, for a frame in which nothing runs."""
        visit = self.visit(request)
        try:
            html = mails.frame(visit, _kind(request), request.path_params["code"])
        except NotegenError as error:
            raise HTTPException(404) from error
        return Response(html, media_type="text/html", headers={"Content-Security-Policy": FRAME_POLICY})

    def message(self, request: Request) -> Response:
        """A mail as a file, byte for byte but for the masked link or code."""
        visit = self.visit(request)
        kind, code = _kind(request), request.path_params["code"]
        try:
            mail = mails.compose(visit, kind, code, mails.person(visit))
        except NotegenError as error:
            raise HTTPException(404) from error
        headers = {"Content-Disposition": f'attachment; filename="{kind.value}.eml"'}
        return Response(mail.content, media_type="message/rfc822", headers=headers)

    def changes(self, request: Request) -> Response:
        """The number of the snapshot, again after every change (server-sent events, HTML standard 9.2)."""
        del request
        return StreamingResponse(_events(self.desk), media_type="text/event-stream")


async def _events(desk: Desk) -> AsyncIterator[str]:
    async for number in desk.changes():
        yield ": still here\n\n" if number is None else f"event: snapshot\ndata: {number}\n\n"


def _of_note(show: Callable[[Visit, int], Values]) -> Show:
    def shown(visit: Visit, request: Request) -> Values:
        number = request.path_params["number"]
        if not 1 <= number <= len(visit.snapshot.notes):
            raise HTTPException(404)
        return show(visit, number - 1)

    return shown


def _text(visit: Visit, request: Request) -> Values:
    try:
        return matrix.show_text(visit, request.path_params["name"], request.path_params["code"])
    except KeyError as error:
        raise HTTPException(404) from error


def _kind(request: Request) -> NotificationKind:
    try:
        return NotificationKind(request.path_params["kind"])
    except ValueError as error:
        raise HTTPException(404) from error


def _missing_page(desk: Desk) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        del error
        words = desk.snapshot.words
        code = request.url.path.split("/")[1]
        known = code if code in words else preferred(request.headers.get("accept-language", ""), list(words))
        return _html(Visit(desk.snapshot, words[known], "notes", {}), "missing", {}, status=404)

    return answer


def _html(visit: Visit, name: str, values: Values, status: int = 200) -> Response:
    spoken: list[DeskWords] = list(visit.snapshot.words.values())
    frame = {
        "say": visit.words.say,
        "words": visit.words,
        "number": visit.snapshot.number,
        "page_name": name,
        "home": f"/{visit.words.code}",
        "languages_spoken": [(words, f"/{words.code}/{visit.path}") for words in spoken],
    }
    markup = _PAGES.render(f"{name}.html", {**frame, "visit": visit, "reasons": (), **values})
    return Response(markup, status, {"Content-Language": visit.words.tag}, "text/html")


_PAGES = Templates((_HERE / "pages",))
