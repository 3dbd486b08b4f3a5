"""What happened in the town: reports over three years, and who is in them. Pure: a seed and a scale make one story."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from apps.collection.world.handling import PRIORITIES, Step, handle
from apps.collection.world.people import Agent, Person, invent_agent, invent_person
from apps.collection.world.town import Street, town
from apps.collection.world.vocabulary import Service, Topic, vocabulary
from apps.collection.world.writing import Typo, write

# Three whole years; the world is looked at when they end.
BEGINNING, END = date(2023, 10, 1), date(2026, 10, 1)
NOW = datetime.combine(END, time(6), tzinfo=UTC)
# From here on, reports are served by the API; before, they are in the monthly exports.
API_SINCE = date(2025, 10, 1)

CHANNELS = ("site web", "application mobile", "téléphone", "accueil", "courrier")
_CHANNEL_WEIGHTS = (45, 30, 14, 7, 4)
_PRIORITY_WEIGHTS = (22, 55, 17, 6)
# More each year, and from Monday to Sunday.
_GROWTH = 0.12
_WEEK = (1.25, 1.15, 1.05, 1.0, 1.0, 0.7, 0.6)
_DAY_HOURS = (0, 0, 0, 0, 0, 1, 3, 7, 10, 10, 9, 8, 8, 7, 7, 7, 8, 9, 8, 6, 5, 4, 2, 1)
_NIGHT_HOURS = (9, 7, 5, 3, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 10)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one citizen reported, once, as it truly is: no fault but those of the hand that wrote it."""

    reference: str
    created_at: datetime
    topic: Topic
    text: str
    typo: Typo | None
    register: str
    street: Street
    number: int
    latitude: float
    longitude: float
    priority: str
    channel: str
    person: Person
    agent: Agent
    steps: tuple[Step, ...]

    @property
    def service(self) -> Service:
        return self.topic.service

    @property
    def state(self) -> str:
        return self.steps[-1].state

    @property
    def updated_at(self) -> datetime:
        return self.steps[-1].at


@dataclass(frozen=True, kw_only=True)
class Story:
    """Reports in the order in which they came."""

    seed: int
    scale: int
    reports: tuple[Report, ...]
    agents: tuple[Agent, ...]

    def rng(self, subject: str) -> Random:
        """A generator of its own for each subject, so that a change of one leaves the others as they were."""
        return seeded(self.seed, subject)


def seeded(seed: int, subject: str) -> Random:
    return Random(f"{seed}/{subject}")  # noqa: S311 -- invents a world, protects nothing


def tell(*, seed: int, scale: int) -> Story:
    """The story of this seed, in `scale` reports."""
    rng = seeded(seed, "story")
    people = [invent_person(rng) for _ in range(max(10, scale * 2 // 5))]
    agents = tuple(
        invent_agent(rng, rank * 8 + place, service, before=BEGINNING)
        for rank, service in enumerate(vocabulary().services)
        for place in range(8)
    )
    by_service = {
        service.code: [each for each in agents if each.service is service] for service in vocabulary().services
    }
    calendar = _Calendar(rng)
    drawn = sorted((calendar.moment() for _ in range(scale)), key=lambda moment: moment[0])
    reports = tuple(
        _report(index, at, topic, rng.choice(people), rng.choice(by_service[topic.service.code]), rng)
        for index, (at, topic) in enumerate(drawn, start=1)
    )
    return Story(seed=seed, scale=scale, reports=reports, agents=agents)


class _Calendar:
    """When people report what: the seasons of each topic, the days of the week, the hours."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._topics = vocabulary().topics
        self._by_month: dict[date, list[float]] = {}
        days = [BEGINNING + timedelta(days=number) for number in range((END - BEGINNING).days)]
        self._days = days
        self._weights = list(accumulate(self._weight(day) for day in days))

    def _weight(self, day: date) -> float:
        years = (day - BEGINNING).days / 365
        return (1 + _GROWTH * years) * _WEEK[day.weekday()] * self._weights_of(day)[-1]

    def _weights_of(self, day: date) -> list[float]:
        """Of the topics, in that month, each added to those before."""
        month = day.replace(day=1)
        if month not in self._by_month:
            weights = (topic.months[month.month - 1] * (topic.since <= month) for topic in self._topics)
            self._by_month[month] = list(accumulate(weights))
        return self._by_month[month]

    def moment(self) -> tuple[datetime, Topic]:
        day = self._days[bisect_left(self._weights, self._rng.random() * self._weights[-1])]
        topic = self.topic_of(day)
        hour = self._rng.choices(range(24), _NIGHT_HOURS if topic.at_night else _DAY_HOURS)[0]
        at = time(hour, self._rng.randrange(60), self._rng.randrange(60), tzinfo=UTC)
        return datetime.combine(day, at), topic

    def topic_of(self, day: date) -> Topic:
        return self._rng.choices(self._topics, cum_weights=self._weights_of(day))[0]


def _report(number: int, at: datetime, topic: Topic, person: Person, agent: Agent, rng: Random) -> Report:
    street, other_street = rng.sample(town().streets, 2)
    house = rng.randrange(1, max(3, int(street.length / 6)))
    latitude, longitude = street.position(house)
    written = write(
        topic,
        rng.choice(vocabulary().topics),
        rng,
        {
            "number": str(house),
            "street": street.name,
            "la_street": street.with_article,
            "de_street": street.with_of,
            "la_other_street": other_street.with_article,
            "de_other_street": other_street.with_of,
            "district": street.district.name,
            "phone": person.phone,
            "email": person.email,
            "name": person.name,
            "first": person.first_name,
            "hour": str(at.hour),
        },
    )
    priority = rng.choices(PRIORITIES, _PRIORITY_WEIGHTS)[0]
    return Report(
        reference=f"SIG-{at.year}-{number:06}",
        created_at=at,
        topic=topic,
        text=written.text,
        typo=written.typo,
        register=written.register,
        street=street,
        number=house,
        latitude=latitude,
        longitude=longitude,
        priority=priority,
        channel=rng.choices(CHANNELS, _CHANNEL_WEIGHTS)[0],
        person=person,
        agent=agent,
        steps=handle(at, priority, rng, now=NOW),
    )
