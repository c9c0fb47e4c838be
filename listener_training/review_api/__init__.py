"""The HTTP calls of reviews."""

from chat.api.endpoint import Endpoint
from listener_training.review.transcript import ReadChat
from listener_training.review_api.admins import MentorAdmins
from listener_training.review_api.desk import MentorDesk
from listener_training.review_api.first_chats import FirstChats
from listener_training.review_api.own import OwnReviews
from listener_training.review_api.reading import Reading


def review_endpoints(read_chat: ReadChat | None = None) -> tuple[Endpoint, ...]:
    """All of them. `read_chat`: where the words of real chats are kept; None: they are not, and can't be reviewed."""
    return (
        *OwnReviews(read_chat).endpoints(),
        *Reading(read_chat).endpoints(),
        *MentorDesk().endpoints(),
        *MentorAdmins().endpoints(),
        *FirstChats().endpoints(),
    )
