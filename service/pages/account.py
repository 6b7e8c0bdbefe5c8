"""Signing in and out, and what an admin chooses for herself."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from service.access import admins, passwords, sessions
from service.access.admins import AdminError, NewPassword
from service.access.sign_in import Admitted, Attempt, Refused, sign_in
from service.pages import asked, gate
from service.store import admins as store
from service.store.admins import Admin
from service.wiring import Services

ZONES = sorted(available_timezones())
TOO_MANY, WRONG = 429, 403


def account(services: Services) -> Blueprint:
    """Return the pages of the sign-in."""
    pages = Blueprint("account", __name__)

    @pages.get("/sign-in", endpoint="sign_in")
    def ask() -> str:
        """Ask who is there; without any admin, say how to make the first one."""
        return _sign_in_page(services)

    @pages.post("/sign-in")
    def admit() -> Response:
        """Let in who knows an admin's password."""
        attempt = Attempt(
            email=asked.word("email"), password=request.form.get("password", ""), address=request.remote_addr or ""
        )
        answer = sign_in(services.engine, attempt, now=services.clock())
        if isinstance(answer, Refused):
            return _refuse(services, answer)
        _remember(services, answer)
        return redirect(gate.way_on(request.form.get("next")), 303)

    @pages.post("/sign-out")
    def sign_out() -> Response:
        """End the session."""
        sessions.end(services.engine, session[gate.TOKEN])
        session.clear()
        flash("You are signed out.")
        return redirect(url_for("account.sign_in"), 303)

    @pages.get("/account")
    def preferences() -> str:
        """Show what an admin may choose."""
        return render_template("account.html", zones=ZONES, shortest=passwords.SHORTEST)

    @pages.post("/account/time-zone")
    def choose_zone() -> Response:
        """Keep the zone in which moments are shown."""
        zone = asked.choice("zone", ZONES)
        with services.engine.begin() as connection:
            store.set_time_zone(connection, gate.admin().id, zone or None)
        flash(f"Moments are shown in {zone or 'the zone of each org'}.")
        return redirect(url_for("account.preferences"), 303)

    @pages.post("/account/password")
    def change_password() -> Response:
        """Keep a new password from whoever knows the present one."""
        flash(_change(services, gate.admin()))
        return redirect(url_for("account.preferences"), 303)

    return pages


def _sign_in_page(services: Services, *, wait: int | None = None, wrong: bool = False) -> str:
    with services.engine.connect() as connection:
        nobody = not store.every(connection)
    return render_template("sign_in.html", nobody=nobody, wait=wait, wrong=wrong, next=request.values.get("next"))


def _refuse(services: Services, answer: Refused) -> Response:
    seconds = int(answer.wait.total_seconds())
    if not answer.wait:
        return make_response(_sign_in_page(services, wrong=True), WRONG)
    response = make_response(_sign_in_page(services, wait=-(-seconds // 60)), TOO_MANY)
    response.headers["Retry-After"] = str(seconds + 1)
    return response


def _remember(services: Services, answer: Admitted) -> None:
    """Begin a new session in the browser; the zone it says it is in counts until another is chosen."""
    session.clear()
    session[gate.TOKEN] = answer.token
    zone = request.form.get("zone")
    if answer.admin.time_zone is None and zone in ZONES:
        with services.engine.begin() as connection:
            store.set_time_zone(connection, answer.admin.id, zone)


def _change(services: Services, admin: Admin) -> str:
    if not passwords.fits(request.form.get("current", ""), admin.password):
        return "The present password is another one; nothing was changed."
    if request.form.get("new") != request.form.get("again"):
        return "The new password was not the same twice; nothing was changed."
    try:
        new = NewPassword(text=request.form.get("new", ""))
    except AdminError as error:
        return f"{error}. Nothing was changed."
    admins.set_password(services.engine, admin.email, new, but=session[gate.TOKEN])
    return "You have a new password; your other sessions have ended."
