"""The numbers of training for admins: as JSON for the page, as CSV to take along."""

from collections.abc import Mapping

from starlette.routing import Route

from chat.api.deps import ApiDeps
from chat.api.endpoint import ADMINS, Endpoint
from chat.api.files import file_route
from listener_training.curriculum.course import Course
from listener_training.numbers_api.calls import Numbers
from listener_training.numbers_api.shown import NumbersShown

_PATH = "/api/learning/numbers"


def numbers_endpoints(courses: Mapping[str, Course]) -> tuple[Endpoint, ...]:
    """The one call."""
    return (
        Endpoint(
            method="GET",
            path=_PATH,
            act=Numbers(courses).whole,
            answer=NumbersShown,
            who=ADMINS,
            summary="From invitation to first chat, time to competence, how good the questions are; of no small group.",
        ),
    )


def numbers_routes(deps: ApiDeps, courses: Mapping[str, Course]) -> list[Route]:
    """`/api/learning/numbers/steps.csv` and `questions.csv`."""
    numbers = Numbers(courses)
    return [
        file_route(deps, f"{_PATH}/steps.csv", ADMINS, numbers.steps_csv),
        file_route(deps, f"{_PATH}/questions.csv", ADMINS, numbers.questions_csv),
    ]
