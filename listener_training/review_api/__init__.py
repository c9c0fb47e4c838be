"""The HTTP calls of reviews."""

from chat.api.endpoint import Endpoint
from listener_training.review.real_chats import RealChats
from listener_training.review_api.admins import MentorAdmins
from listener_training.review_api.desk import MentorDesk
from listener_training.review_api.first_chats import FirstChats
from listener_training.review_api.own import OwnReviews
from listener_training.review_api.reading import Reading


def review_endpoints(real: RealChats | None = None) -> tuple[Endpoint, ...]:
    """All of them. `real`: where the words of real chats are kept; None: they are not, and can't be reviewed."""
    return (
        *OwnReviews(real).endpoints(),
        *Reading(real).endpoints(),
        *MentorDesk().endpoints(),
        *MentorAdmins().endpoints(),
        *FirstChats().endpoints(),
    )
