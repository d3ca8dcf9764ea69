"""A finished call and a worked shift: what a day hands on to be written."""

from dataclasses import dataclass, field
from datetime import datetime

from flows.generate.conversation import Plan, Talk
from flows.generate.identities import Identity
from flows.generate.schedule import Promise
from flows.generate.world import Agent, Customer


@dataclass(slots=True)
class Call:
    """One finished call, before it has a number."""

    agent: Agent
    customer: Customer
    plan: Plan
    talk: Talk
    outbound: bool
    start: float
    started_at: datetime
    ended_at: datetime
    identity: Identity
    call_id: str = ""
    promises: list[Promise] = field(default_factory=list[Promise])

    @property
    def customer_id(self) -> str:
        """The id under which the customer stands in this call."""
        return self.identity.customer_id

    @property
    def direction(self) -> str:
        """Who rang whom, as the exports say it."""
        return "outbound" if self.outbound else "inbound"


@dataclass(slots=True)
class Shift:
    """One agent's shift, as it was worked."""

    agent_id: str
    begins: datetime
    ends: datetime
