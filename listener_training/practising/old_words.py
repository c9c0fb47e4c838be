"""Where practice chats held words in clear before they were sealed."""

import json

from chat.conversation.aftermath import NOTE
from chat.conversation.sealing_old import InClear
from listener_training.practising.playing import DEBRIEF
from listener_training.practising.tables import PracticeChatRow

PRACTICE_PLACES = (
    InClear(PracticeChatRow, "debrief", "sealed", DEBRIEF, "person_id", json.dumps),
    InClear(PracticeChatRow, "note", "sealed_note", NOTE, "person_id"),
)
