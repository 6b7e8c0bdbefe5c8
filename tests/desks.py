"""People of an org at their desks, as a door of ours would let them in."""

from __future__ import annotations

from dataclasses import replace

from service.access import rights
from service.crm.client import Client
from service.crm.login import AccessToken
from service.domain.permissions import Right, User
from service.plans.desk import Desk
from tests.world import URL, World
from tests.wsgi_transport import WsgiAdapter

RIGHTS = {
    "CSC_Customer_Success": frozenset({Right.CUSTOMER_SUCCESS, Right.FROM_TEMPLATE}),
    "CSC_Participant_User": frozenset({Right.PARTICIPANT}),
}


def employ(world: World, username: str, *sets: str) -> str:
    """Add a user with permission sets to the org, and let the sync meet them; return the CRM's id."""
    user_id = world.org.add_user(username, name=f"{username.partition('@')[0].title()} Tester", permission_sets=sets)
    world.cycle()
    return user_id


def desk_of(world: World, user_id: str, *sets: str) -> Desk:
    """Return the desk of a user who holds these permission sets."""
    held = frozenset[Right]().union(*(RIGHTS[name] for name in sets))
    user = User(crm_id=user_id, id=str(world.our_id(user_id)), name="Tester", rights=held)
    return Desk(org=world.sync, user=user, now=world.clock.now(), zone="Europe/Berlin")


def mirror_rights(world: World) -> None:
    """Read who holds which right, as a sign-in that sees the org's setup does every hour."""
    client = Client(AccessToken(token=world.app.api.sessions.open(world.admin.user_id), instance_url=URL))
    client.session.mount(URL, WsgiAdapter(world.app))
    rights.refresh(replace(world.sync, client=client), now=world.clock.now())
