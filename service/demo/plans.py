"""The drafts of everything: the team, and per customer the account, its plan, objectives and KPIs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from service.demo.customers import Customer
from service.demo.definitions import Definitions, Member, Objective
from service.demo.drafts import Draft, number, resource_key, span
from service.demo.interactions import interactions
from service.demo.measures import measure
from service.demo.playbooks import playbook
from service.demo.template import template

_REVIEW_EVERY = timedelta(days=91)


def drafts(customers: Iterable[Customer], definitions: Definitions) -> Iterator[Draft]:
    """Yield every record that the CRM has before Plansync comes."""
    yield from _team(definitions)
    yield from template(definitions)
    for customer in customers:
        yield from _account(customer)
        yield _plan(customer)
        for place, objective in enumerate(definitions.tiers[customer.account.tier]):
            yield from _objective(customer, objective, place)
        yield from interactions(customer)


def _team(definitions: Definitions) -> Iterator[Draft]:
    yield _resource(definitions.lead, {})
    for member in definitions.team:
        yield _resource(member, {"Line_Manager__c": resource_key(definitions.lead)})


def _resource(member: Member, points: dict[str, str]) -> Draft:
    return Draft(
        sobject="CS_Resource__c",
        key=resource_key(member),
        values={"Name": member.name, "Email__c": member.username, "Role__c": member.role, "Active__c": True},
        points={"User__c": member.username, **points},
        by=member.username,
    )


def _account(customer: Customer) -> Iterator[Draft]:
    account = customer.account
    yield Draft(
        sobject="Account",
        key=account.id,
        values={
            "Name": account.name,
            "Industry": account.industry,
            "Lifecycle_Phase__c": customer.phase,
            "Tags__c": customer.tags,
            "Renewal_Date__c": customer.renewal.isoformat(),
            "CSM_Pulse__c": customer.health,
        },
        points={"OwnerId": customer.csm.username},
    )
    domain = f"{account.name.lower().replace('_', '-')}.example.com"
    for role, tags in (("Sponsor", "Sponsor;Decision maker"), ("Administrator", "Technical")):
        yield Draft(
            sobject="Contact",
            key=f"{account.id}/{role}",
            values={"LastName": f"{account.name} {role}", "Email": f"{role.lower()}@{domain}", "Tags__c": tags},
            points={"AccountId": account.id, "OwnerId": customer.csm.username},
        )


def _plan(customer: Customer) -> Draft:
    account = customer.account
    reviews = (customer.today - customer.started) // _REVIEW_EVERY + 1
    return Draft(
        sobject="Success_Plan__c",
        key=f"{account.id}/plan",
        values={
            "Name": f"{account.name}: success plan {customer.started.year}",
            "Status__c": "Active",
            "Next_Business_Review__c": (customer.started + reviews * _REVIEW_EVERY).isoformat(),
            "Summary__c": f"<p><b>{account.name}</b> ({account.industry}, {account.country}) is on the {account.tier} plan "
            f"with {account.seats} seats. The next renewal is on {customer.renewal.isoformat()}.</p>",
            "Health__c": customer.health,
            **span(customer.started, 365),
        },
        points={"Account__c": account.id, "Resource__c": resource_key(customer.csm)},
        by=customer.csm.username,
    )


def _objective(customer: Customer, objective: Objective, place: int) -> Iterator[Draft]:
    account, key = customer.account, f"{customer.account.id}/objective {place}"
    start = customer.started + timedelta(days=objective.after)
    words = {"account": account.name, "industry": account.industry, "seats": account.seats}
    yield Draft(
        sobject="Objective__c",
        key=key,
        values={
            "Name": objective.name,
            "Title__c": f"{objective.name} at {account.name}",
            "Description__c": f"<p>{objective.description.format(**words)}</p>",
            "Type__c": "Customer",
            "Status__c": "In Progress" if start <= customer.today else "Not Started",
            "Priority__c": objective.priority,
            "Risk_Level__c": objective.risk,
            "Health__c": customer.health,
            "Tags__c": objective.tag,
            "Portal_Shared__c": True,
            **span(start, objective.days),
        },
        points={
            "Account__c": account.id,
            "Success_Plan__c": f"{account.id}/plan",
            "Resource__c": resource_key(customer.csm),
        },
        by=customer.csm.username,
    )
    yield from _kpis(customer, objective, key)
    yield from playbook(customer, objective.playbook, objective_key=key, start=start)


def _kpis(customer: Customer, objective: Objective, objective_key: str) -> Iterator[Draft]:
    due = customer.started + timedelta(days=objective.after + objective.days - 1)
    for kpi in objective.kpis:
        baseline = measure(kpi.measure, customer.before)
        yield Draft(
            sobject="Objective_KPI__c",
            key=f"{objective_key}/{kpi.measure}",
            values={
                "Description__c": kpi.description,
                "Category__c": kpi.category,
                "Unit__c": kpi.unit,
                "Direction__c": kpi.direction,
                "Source_Attribute__c": kpi.measure,
                "Baseline_Value__c": number(baseline),
                "Current_Value__c": number(measure(kpi.measure, customer.now)),
                "Target_Value__c": number(kpi.target_from(baseline)),
                "Target_Date__c": due.isoformat(),
                "Customer_Success_Metric__c": True,
            },
            points={"Objective__c": objective_key},
            by=customer.csm.username,
        )
