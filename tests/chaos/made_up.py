"""Made-up histories in which every promise was kept, to be spoiled by tests of the checker."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.chaos.history import Accepted, Asked, Closed, Done, Event, Got, Held, History, Opened, Sent

EPOCH = "e"


@dataclass
class _Chat:
    """One chat as an ideal service would keep it. Each of the two holds what was pushed to them."""

    name: str
    seeker: str
    listener: str
    log: list[tuple[int, str, str, int]] = field(default_factory=list)
    pushed: dict[str, int] = field(default_factory=dict)

    @property
    def request(self) -> str:
        return f"r-{self.name}"


@st.composite
def good_histories(draw: st.DrawFn) -> History:
    """One to three chats; messages by either side, repeats, connections lost and caught up, by one clock."""
    history = History()
    clock = iter(range(1, 100_000))
    connections: dict[str, int] = {}

    def note(event: Event) -> None:
        history.events.append(event)

    chats = []
    for number in range(draw(st.integers(1, 3))):
        chat = _Chat(f"c{number}", f"s{number}", f"l{draw(st.integers(0, 1))}")
        chats.append(chat)
        people = ((chat.seeker, "seeker"), (chat.listener, "listener"))
        note(Asked(next(clock), chat.seeker, chat.request))
        for is_done in (False, True):
            note(Accepted(next(clock), chat.listener, f"{chat.name}.1", chat.request, is_done))
        for who in (chat.seeker, chat.listener):
            note(Opened(next(clock), who, chat.name, chat.request, people))

    def push(chat: _Chat, who: str) -> None:
        for seq, message, sender, words in chat.log[chat.pushed.get(who, 0) :]:
            connection = connections.get(who, 1)
            note(Got(next(clock), who, connection, chat.name, EPOCH, seq, message, sender, words))
        chat.pushed[who] = len(chat.log)

    steps = draw(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 9)), min_size=3, max_size=30))
    for which, is_seeker, luck in [(0, True, 9), (0, False, 9), *steps]:
        chat = chats[which % len(chats)]
        who = chat.seeker if is_seeker else chat.listener
        if luck == 0:  # the connection is lost; the next push catches up
            connections[who] = connections.get(who, 1) + 1
            continue
        seq = len(chat.log) + 1
        message, words = f"m-{chat.name}-{seq}", 1000 * which + seq
        note(Sent(next(clock), who, chat.name, message, words))
        chat.log.append((seq, message, who, words))
        done = [Done(next(clock), who, chat.name, message, EPOCH, seq)] * (2 if luck == 1 else 1)
        if luck % 2:
            push(chat, who)
        for one in done:
            note(one._replace(at_s=next(clock)))
        for reader in (chat.seeker, chat.listener):
            if luck != 2:
                push(chat, reader)
    for chat in chats:
        for who in (chat.seeker, chat.listener):
            push(chat, who)
            note(Closed(next(clock), who, chat.name, "seeker: ended"))
            history.held.append(Held(who, chat.name, EPOCH, "ended", tuple(chat.log)))
    return history
