"""The HTTP calls of the learning pages."""

from collections.abc import Mapping

from chat.api.endpoint import Endpoint
from listener_training.curriculum.course import Course
from listener_training.learning_api.attempts import Attempts
from listener_training.learning_api.lessons import Lessons
from listener_training.learning_api.people import LearningPeople
from listener_training.learning_api.practice import Practising


def learning_endpoints(courses: Mapping[str, Course]) -> tuple[Endpoint, ...]:
    """All of them, for these courses."""
    return (
        *Lessons(courses).endpoints(),
        *Attempts(courses).endpoints(),
        *LearningPeople(courses).endpoints(),
        *Practising(courses).endpoints(),
    )
