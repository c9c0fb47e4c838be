"""The HTTP calls of reviews."""

from chat.api.endpoint import Endpoint
from listener_training.review_api.attaching import ATTACHING
from listener_training.review_api.desk import MentorDesk
from listener_training.review_api.first_chats import FirstChats
from listener_training.review_api.own import OwnReviews
from listener_training.review_api.reading import Reading


def review_endpoints() -> tuple[Endpoint, ...]:
    """All of them."""
    return (
        *OwnReviews().endpoints(),
        *Reading().endpoints(),
        *MentorDesk().endpoints(),
        *FirstChats().endpoints(),
        *ATTACHING,
    )
