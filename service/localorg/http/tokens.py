"""The org's word for who a user is, for whoever tests or shows the connector's API on this machine."""

from __future__ import annotations

from werkzeug.wrappers import Request

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.asking import check_near
from service.localorg.http.messages import Answer
from service.localorg.signing import key_pair


def token(api: Api, request: Request) -> Answer:
    """Return a token for a user, signed by the org, as Apex would send it to an audience."""
    check_near(request)
    user, audience = request.args.get("user"), request.args.get("audience")
    if not user or not audience:
        raise Refusal("INVALID_INPUT", "user (a username) and audience (a URL) are required")
    return Answer(body={"token": api.sign_token(user, audience)})


def certificate(api: Api, request: Request) -> Answer:
    """Return the certificate of the org's key as a file, as Setup lets download it."""
    check_near(request)
    pem = key_pair(api.org).certificate.encode()
    return Answer(stream=[pem], headers={"Content-Type": "application/x-pem-file"})
