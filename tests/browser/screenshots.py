"""Take the README's pictures of the console: `python -m tests.browser.screenshots`.

The demo's customers are synced for a day, edited on both sides; what is to be seen comes of that.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from playwright.sync_api import Page
from sqlalchemy import Connection, select, update

from service.access import admins
from service.app import create_app
from service.config import ROOT
from service.demo.company import read_company
from service.demo.customers import paying_customers
from service.demo.definitions import read_definitions
from service.demo.stage import Stage, stage
from service.localorg.server import Server
from service.store import allowances, orgs
from service.store.database import transaction
from service.store.ledger import links
from service.store.records import RECORDS
from service.sync import doctor
from service.sync.cycle import run_cycle
from tests import filled
from tests.browser.chromium import DESK, chromium, sign_in

IMAGES = ROOT / "docs" / "images"
ACCOUNTS = 60
STEPS, STEP = 46, timedelta(minutes=30)
LUNCH = range(20, 24)
"""Steps in which nothing was synced."""
BEGINNING = datetime.now(UTC) - STEPS * STEP


class Day:
    """A day on both sides of the demo's stage; records are named by our id."""

    def __init__(self, on: Stage) -> None:
        self.stage = on
        self.sync()
        with self.transaction() as connection:
            held = select(links.c.id, links.c.crm_id, links.c.object).order_by(links.c.crm_id)
            rows = connection.execute(held).all()
        self.crm_ids = {row.id: row.crm_id for row in rows}
        self.objectives = [row.id for row in rows if row.object == "objective"]
        self.kpis = [row.id for row in rows if row.object == "objective_kpi"]

    def transaction(self) -> AbstractContextManager[Connection]:
        """Open a transaction of somebody who works in Plansync."""
        return transaction(self.stage.services.engine, self.stage.org.id, by="mia@example.com")

    def there(self, sobject: str, record: UUID, **values: object) -> None:
        """Edit a record in the CRM."""
        org = self.stage.local_org
        org.writer.update(org.admin(), sobject, self.crm_ids[record], values)

    def here(self, noun: str, record: UUID, **values: object) -> None:
        """Edit a record in Plansync."""
        table = RECORDS[noun]
        with self.transaction() as connection:
            connection.execute(update(table).where(table.c.id == record).values(**values))

    def live(self) -> None:
        """Let the day go by: edits, and a sync every half hour but over lunch."""
        for step in range(STEPS):
            self.stage.local_org.clock.advance(STEP)
            for place in range(step % 7):
                self.there(
                    "Objective__c", self.objectives[(step + place) % len(self.objectives)], Current_Value__c=step
                )
            if step % 3 == 0:
                self.here("objective", self.objectives[-1 - step % 5], description=f"Reviewed in step {step}.")
            if step not in LUNCH:
                self.sync()

    def quarrel(self) -> UUID:
        """Edit the same on both sides, and write what the CRM does not take; return a record that has much to tell."""
        for place, (ours, theirs) in enumerate((("85", 90), ("40", 35))):
            self.here("objective_kpi", self.kpis[place], target_value=ours)
            self.stage.local_org.clock.advance(timedelta(minutes=3))
            self.there("Objective_KPI__c", self.kpis[place], Target_Value__c=theirs)
        self.here("objective", self.objectives[4], name="Roll the analytics module out to every region " * 2)
        self.here("objective_kpi", self.kpis[2], description="Seats in use, counted weekly")
        org = self.stage.local_org
        org.writer.delete(org.admin(), self.crm_ids[self.kpis[2]])
        self.sync()
        self.here("objective", self.objectives[6], description="Agreed with the sponsor.")
        return self.kpis[0]

    def sync(self) -> None:
        """Run one cycle."""
        self.stage.pass_time()
        run_cycle(self.stage.sync, now=self.stage.now(), clock=self.stage.now)


def take(page: Page, url: str, org_id: UUID, record: UUID) -> None:
    """Take every picture."""
    org = f"{url}/orgs/{org_id}"
    addresses = {
        "orgs": f"{url}/",
        "org": f"{org}/",
        "conflicts": f"{org}/conflicts",
        "record": f"{org}/records/{record}",
        "doctor": f"{org}/doctor",
    }
    for name, address in addresses.items():
        page.goto(address)
        page.screenshot(path=IMAGES / f"console-{name}.png")


def add_neighbours(on: Stage) -> None:
    """Connect two more orgs: one that is in step, and one whose API calls run short."""
    for name, used in (("acme-sandbox", 12_400), ("northwind", 81_300)):
        org = orgs.save(on.services.engine, replace(on.org, id=uuid4(), name=name))
        with closing((sync := on.services.sync(org)).client.session):
            run_cycle(sync, now=on.now(), clock=on.now)
        paused_until = on.now() + timedelta(minutes=40) if used > 80_000 else None
        with transaction(on.services.engine, org.id) as connection:
            allowances.save(connection, org.id, used=used, allowed=100_000, paused_until=paused_until)


def main() -> None:
    """Set the stage, let a day go by, and take the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    definitions = read_definitions()
    customers = paying_customers(read_company().only(ACCOUNTS), definitions, today=BEGINNING.date())
    with (
        TemporaryDirectory(prefix="plansync-pictures-") as folder,
        stage(filled.settings(Path(folder)), customers, definitions, now=BEGINNING) as ready,
    ):
        day, services = Day(ready), ready.services
        day.live()
        add_neighbours(ready)
        record = day.quarrel()
        doctor.examine(services.patient(ready.org.name), progress=lambda _name: None)
        admins.add(services.engine, "ada@example.com", filled.PASSWORD, admin_id=uuid4(), now=ready.now())
        with Server(create_app(services)) as web, chromium() as browser:
            page = browser.new_page(viewport=DESK, timezone_id="Europe/Paris")
            sign_in(page, web.url)
            take(page, web.url, ready.org.id, record)


if __name__ == "__main__":
    main()
