"""A rule set: grades, what each asks for, which clearances it earns, and for how long. Pure values."""

from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

Id = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)", max_length=60)]
Title = Annotated[str, Meta(min_length=1, max_length=300)]
Share = Annotated[float, Meta(ge=0, le=1)]
Hours = Annotated[float, Meta(gt=0, le=10_000)]
Times = Annotated[int, Meta(ge=1, le=100)]
#: What trainers do (docs/trainers.md).
TrainerFunction = Literal["mentor", "verifier", "author"]
FUNCTIONS: tuple[TrainerFunction, ...] = get_args(TrainerFunction)


class Ask(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", kw_only=True):
    """One thing that a grade asks for. `title` is the sentence that people read."""

    title: Title


class ModulesAsk(Ask, frozen=True, tag="modules"):
    """Every lesson of these modules: read, and its test passed with at least `min_score` of the points."""

    course: Id
    modules: Annotated[list[Id], Meta(min_length=1)]
    min_score: Share = 0.0


class PracticeAsk(Ask, frozen=True, tag="practice"):
    """Each of these practice scenarios so many times with a score (0 to 100) of at least `min_score`."""

    scenarios: Annotated[list[Id], Meta(min_length=1)]
    min_score: Annotated[int, Meta(ge=0, le=100)]
    times: Times = 1


class ReviewAsk(Ask, frozen=True, tag="review"):
    """Somebody who may judge it has looked at this and signed it off, so many times."""

    item: Id
    times: Times = 1


class EducationAsk(Ask, frozen=True, tag="education"):
    """So many hours that were signed off, in these subjects together; without subjects: in any."""

    hours: Hours
    subjects: list[Id] = []


class ChatHoursAsk(Ask, frozen=True, tag="chat_hours"):
    """So many hours of real chats. Chats that were held at the same time count each."""

    hours: Hours


AnyAsk = ModulesAsk | PracticeAsk | ReviewAsk | EducationAsk | ChatHoursAsk


class Grade(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One certificate that can be earned. `needs`: grades of the same rule set that must be held, too.

    `clearances` as `kind:value`; `functions` are what its holder may do for other listeners. `lasts_months` None: until
    it is withdrawn. `renewal` is asked again in each period; it may be renewed from `renew_days` before the end on.
    """

    id: Id
    title: Title
    summary: Title
    clearances: list[str] = []
    functions: list[TrainerFunction] = []
    needs: list[Id] = []
    asks: list[AnyAsk] = []
    lasts_months: Annotated[int, Meta(ge=1, le=240)] | None = None
    renewal: list[AnyAsk] = []
    renew_days: Annotated[int, Meta(ge=1, le=366)] = 60

    @property
    def earns(self) -> list[str]:
        """Clearances and functions, each as `kind:value`."""
        return [*self.clearances, *(f"function:{function}" for function in self.functions)]


class RuleSet(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`subjects` of hours and `items` of reviews: id -> what people read. `notice` stands beside it everywhere.

    `is_example`: shipped to show how such rules are written; not in force until an admin says so.
    """

    id: Id
    version: Annotated[str, Meta(min_length=1, max_length=20)]
    title: Title
    summary: Title
    notice: Title
    grades: Annotated[list[Grade], Meta(min_length=1)]
    is_example: bool = False
    subjects: dict[Id, Title] = {}
    items: dict[Id, Title] = {}
    sources: list[Title] = []

    def grade(self, grade_id: str) -> Grade | None:
        """The grade of that id."""
        return next((grade for grade in self.grades if grade.id == grade_id), None)

    def in_order(self) -> Iterator[Grade]:
        """Every grade after those that it needs; those of a circle are left out."""
        given: set[str] = set()
        left = list(self.grades)
        while ready := [grade for grade in left if given.issuperset(grade.needs)]:
            yield from ready
            given |= {grade.id for grade in ready}
            left = [grade for grade in left if grade.id not in given]

    def resting_on(self, grade_id: str) -> set[str]:
        """The grades that need this one, directly or by way of others."""
        found = {grade_id}
        for grade in self.in_order():
            if found.intersection(grade.needs):
                found.add(grade.id)
        return found - {grade_id}


def asks_practice(grade: Grade) -> bool:
    """Does it look at scores of practice chats? What a recogniser of moves finds never decides alone."""
    return any(isinstance(ask, PracticeAsk) for ask in (*grade.asks, *grade.renewal))
