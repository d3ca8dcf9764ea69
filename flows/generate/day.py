"""One day at the centre: who rings when, who answers, and what comes of it."""

from datetime import datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from flows.generate.aftermath import Aftermath, latest_second
from flows.generate.bank import Gender, Phrasebook
from flows.generate.call import Call, Shift
from flows.generate.case_mix import goes_on
from flows.generate.conversation import Plan, Talk
from flows.generate.due import Due
from flows.generate.identities import Identity
from flows.generate.line import Line
from flows.generate.plans import handed_on, plan_contact, plan_fresh
from flows.generate.scenes import play
from flows.generate.schedule import Contact, Schedule
from flows.generate.seats import OPENS_AT, Seat, manned_seats, note_breaks, rest, taking
from flows.generate.world import Agent, Customer, World

_HOURS: Final = tuple(range(8, 20))
_HOUR_WEIGHTS: Final = (6, 10, 12, 11, 8, 9, 10, 10, 9, 7, 5, 3)
_LAST_CALL: Final = 19.5 * 3600


class DayMaker:
    """Makes the days of one world in their order; bookings carry over."""

    def __init__(
        self, world: World, schedule: Schedule, zone: ZoneInfo, seed: int
    ) -> None:
        """Bend the phrase banks once for each pair of genders."""
        self.world, self.schedule, self.zone, self.seed = world, schedule, zone, seed
        genders: tuple[Gender, Gender] = (0, 1)
        self.books = {
            (code, agent, customer): Phrasebook(world.banks[code], agent, customer)
            for code in world.languages
            for agent in genders
            for customer in genders
        }
        self.aftermath = Aftermath(schedule, world.banks)

    def make(self, day: int) -> tuple[list[Call], list[Shift]]:
        """Make the calls of one day, in order of time and numbered, and its shifts."""
        self.rng = Random(f"{self.seed}:{day}")
        self.day, self.date = day, self.schedule.date_of(day)
        booked = self.schedule.take(day)
        self.taken = self.schedule.people.pop(day, set())
        fresh = self.schedule.quota[day] - len(booked)
        languages = self.world.languages
        drawn = self.rng.choices(languages, self.world.staff_weights, k=fresh)
        calls: list[Call] = []
        seats: list[Seat] = []
        for code in languages:
            own = [contact for contact in booked if contact.customer.language == code]
            self._language(code, [*own, *[None] * drawn.count(code)], calls, seats)
        calls.sort(key=lambda call: (call.started_at, call.agent.agent_id))
        for number, call in enumerate(calls, 1):
            call.call_id = f"{self.date:%Y%m%d}-{number:05d}"
            for promise in call.promises:
                promise.call_id = call.call_id
        note_breaks(calls)
        return calls, [
            Shift(
                seat.agent.agent_id, self._at(seat.begins), self._at(seat.worked_until)
            )
            for seat in sorted(seats, key=lambda seat: seat.agent.agent_id)
        ]

    def _language(
        self,
        code: str,
        contacts: list[Contact | None],
        calls: list[Call],
        seats: list[Seat],
    ) -> None:
        """Place the contacts of one language; None is somebody who wasn't expected."""
        line = Line([(self._second(contact), contact) for contact in contacts])
        booked = [contact for contact in contacts if contact is not None]
        own = manned_seats(self.world.agents[code], len(contacts), booked, self.rng)
        seats.extend(own)
        hurried: list[Seat] = []
        for second, contact in line:
            customer, plan = self._expected(code, contact)
            if contact is None and len(own) > 1 and line.has_room():
                plan = handed_on(plan, self.rng)
            eager = contact is None and bool(hurried)
            if eager and goes_on(hurried[-1].agent, plan, self.rng):
                seat = hurried.pop()
                start = seat.free
            else:
                seat = taking(own, second, contact, plan, self.rng)
                start = max(second, seat.free)
            call = self._call(customer, plan, seat.agent, start)
            self.aftermath.settle(call, contact, self.day)
            calls.append(call)
            rest(call, seat, hurried, self.rng)
            self._squeeze_in(line)

    def _expected(self, code: str, contact: Contact | None) -> tuple[Customer, Plan]:
        """Say who rings and what the call is to be."""
        bank = self.world.banks[code]
        if contact is not None:
            return contact.customer, plan_contact(contact, self.rng, bank)
        customer = self.world.caller(code, self.rng, self.taken)
        self.taken.add(customer.person_id)
        return customer, plan_fresh(customer, self.date, self.rng, bank)

    def _squeeze_in(self, line: Line) -> None:
        """Let what follows from a call on the same day ring today."""
        for contact in self.aftermath.today:
            earliest, latest = contact.between or (OPENS_AT, _LAST_CALL)
            line.squeeze_in(self.rng.uniform(earliest, latest), contact, self.rng)
        self.aftermath.today.clear()

    def _second(self, contact: Contact | None) -> float:
        latest = _LAST_CALL
        if contact is not None and contact.reason == "callback":
            due = contact.promise and contact.promise.due_at
            if contact.promise is not None and due and due.date() == self.date:
                latest = max(OPENS_AT, latest_second(contact.promise))
            return OPENS_AT + self.rng.random() * (latest - OPENS_AT)
        hour = self.rng.choices(_HOURS, _HOUR_WEIGHTS)[0]
        return min(latest, (hour + self.rng.random()) * 3600)

    def _call(self, customer: Customer, plan: Plan, agent: Agent, start: float) -> Call:
        code, rng = customer.language, self.rng
        plan.due = self.aftermath.due(customer, plan, self._at(start), rng)
        talk = Talk(
            rng=rng,
            book=self.books[code, agent.gender, customer.gender],
            plan=plan,
            skills=agent.skills,
            slots=self._slots(code, agent, plan.due),
        )
        talk.slots |= {
            "issue": talk.issue.about,
            "product": talk.issue.product,
            "recap": talk.issue.recap,
        }
        play(talk)
        return Call(
            agent=agent,
            customer=customer,
            plan=plan,
            talk=talk,
            outbound=plan.kind == "callback",
            start=start,
            started_at=self._at(start),
            ended_at=self._at(start + talk.clock),
            identity=self._identity(customer),
        )

    def _slots(self, code: str, agent: Agent, due: Due | None) -> dict[str, str]:
        bank, rng = self.world.banks[code], self.rng
        return {
            "agent": agent.name.split()[0],
            "supervisor": rng.choice(bank.last_names),
            "amount": rng.choice(bank.amounts),
            "company": bank.company,
            "number": str(rng.randrange(10_000, 100_000)),
            "day": due.say if due else bank.days.tomorrow,
            "time": "",
        }

    def _identity(self, customer: Customer) -> Identity:
        """Choose as whom they call: some people stand in the source under two ids."""
        own, *others = customer.identities
        return others[0] if others and self.rng.random() < 0.4 else own

    def _at(self, second: float) -> datetime:
        midnight = datetime.combine(self.date, time(), self.zone)
        return midnight + timedelta(seconds=round(second))
