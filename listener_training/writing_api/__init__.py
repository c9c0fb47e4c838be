"""Writing courses, over HTTP (docs/trainers.md)."""

from chat.api.endpoint import Endpoint
from listener_training.learning.shelf import Shelf
from listener_training.writing_api.desk import Desk
from listener_training.writing_api.publishing import Publishing


def writing_endpoints(shelf: Shelf) -> tuple[Endpoint, ...]:
    return (*Desk(shelf).endpoints(), *Publishing(shelf).endpoints())
