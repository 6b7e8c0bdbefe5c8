"""People of an org at their desks, as a door of ours would let them in."""

from __future__ import annotations

from dataclasses import replace

from service.access import rights
from service.crm.client import Client
from service.crm.login import AccessToken
from service.domain.permissions import Right, User
from service.localorg.schema.model import Sharing
from service.plans.desk import Desk
from service.store import field_security
from service.store.assignments import replace_sharing
from service.store.field_security import Closed
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


def mirror_sharing(world: World) -> None:
    """Know how the org shares its objects, as the look of every hour does."""
    schema = world.org.access._schema.objects
    models = {mapping.name: schema[mapping.sobject].sharing.value for mapping in world.mappings or ()}
    with world.transaction() as connection:
        replace_sharing(connection, world.org_id, models)


def know_fields(desk: Desk) -> Desk:
    """Know that no field is closed to whoever sits there, as after a look of theirs within the hour."""
    with desk.org.writing(by="") as connection:
        for mapping in desk.org.mappings:
            closed = Closed(asked_at=desk.now, shown=True)
            field_security.keep(connection, desk.org.org_id, desk.user.crm_id, mapping.name, closed)
    return desk


def see_setup(world: World) -> None:
    """Let the connector sign in as somebody who sees the org's setup, and so who may see which field."""
    world.sync = replace(world.sync, client=_admin_client(world))


def close_field(world: World, noun: str, column: str, *, readable: bool = False) -> None:
    """Let no permission set give access to a field, or only to read it."""
    assert world.mappings
    name = f"{world.crm(noun)}.{world.mappings[noun].field(column).crm}"
    change = 'UPDATE "FieldPermissions" SET "PermissionsEdit" = 0' if readable else 'DELETE FROM "FieldPermissions"'
    with world.org.transaction():
        world.org.storage.execute(f'{change} WHERE "Field" = ?', (name,))


def make_private(world: World, *nouns: str, sharing: Sharing = Sharing.PRIVATE) -> None:
    """Let the org share records of these nouns with nobody but their owners and whoever sees all, or only to be read."""
    schema = world.org.access._schema
    private = {world.crm(noun): replace(schema.objects[world.crm(noun)], sharing=sharing) for noun in nouns}
    world.org.access._schema = replace(schema, objects={**schema.objects, **private})
    mirror_sharing(world)


def make_open(world: World) -> None:
    """Let the org share its records as it was installed."""
    world.org.access._schema = world.org.schema
    mirror_sharing(world)


def mirror_rights(world: World) -> None:
    """Read who holds which right, as a sign-in that sees the org's setup does every hour."""
    rights.refresh(replace(world.sync, client=_admin_client(world)), now=world.clock.now())


def _admin_client(world: World) -> Client:
    token = world.app.api.sessions.open(world.admin.user_id)
    client = Client(AccessToken(token=token, instance_url=URL), sleep=world.wait)
    client.session.mount(URL, WsgiAdapter(world.app))
    return client
