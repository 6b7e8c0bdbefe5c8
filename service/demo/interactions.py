"""The drafts of what was said: a kick-off with each customer, and the tickets of its last year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from service.demo.company import Ticket
from service.demo.customers import Customer
from service.demo.drafts import Draft, at, resource_key

_SHOWN = timedelta(days=365)


def interactions(customer: Customer) -> Iterator[Draft]:
    """Yield the interactions with one customer."""
    yield _kickoff(customer)
    for ticket in customer.tickets:
        if customer.today - (ticket.day + customer.shift) < _SHOWN:
            yield _ticket(customer, ticket)


def _kickoff(customer: Customer) -> Draft:
    objectives = "what the plan is for, who takes part and when we look at it again"
    return _interaction(
        customer,
        key="kick-off",
        contact="Sponsor",
        values={
            "Name": f"Kick-off with {customer.account.name}",
            "Type__c": "Meeting",
            "Direction__c": "Outbound",
            "Occurred_At__c": at(customer.started, "10:00"),
            "Notes__c": f"Went through the success plan: {objectives}.",
            "Tags__c": "Onboarding",
            "Source__c": "Plansync demo",
        },
    )


def _ticket(customer: Customer, ticket: Ticket) -> Draft:
    rating = f"rated {ticket.satisfaction:.0f} of 5" if ticket.satisfaction else "not rated"
    return _interaction(
        customer,
        key=ticket.id,
        contact="Administrator",
        values={
            "Name": f"Ticket {ticket.id} ({ticket.priority})",
            "Type__c": "Ticket",
            "Direction__c": "Inbound",
            "Occurred_At__c": at(ticket.day + customer.shift, "09:00"),
            "Notes__c": f"First response after {ticket.first_response_minutes} minutes, solved after "
            f"{ticket.resolution_hours.normalize():f} hours, {rating}.",
            "Tags__c": "Escalation" if ticket.escalated else None,
            "Source__c": "RavenStack support tickets",
        },
    )


def _interaction(customer: Customer, *, key: str, contact: str, values: dict[str, str | None]) -> Draft:
    account_id = customer.account.id
    return Draft(
        sobject="CS_Activity__c",
        key=f"{account_id}/{key}",
        values=values,
        points={
            "Account__c": account_id,
            "Success_Plan__c": f"{account_id}/plan",
            "Contact__c": f"{account_id}/{contact}",
            "Resource__c": resource_key(customer.csm),
        },
        by=customer.csm.username,
    )
