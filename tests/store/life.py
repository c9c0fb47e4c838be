"""Lives in one shard, made up by Hypothesis: people come, wait, answer, vanish and come back, and time goes by.

Who acts is chosen by state, since a generator that picks at random mostly does what has no effect.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.helpers.valkey import empty
from tests.store.judging import Judging
from tests.store.place import TIMING, UNHURRIED, Place
from tests.store.truth import Truth, truth_of
from tests.store.wire import Wire

LISTENERS = ("bo", "cy", "di", "eli")
SPOKEN = ("en", "en", "en,de", "de")
MAXIMUM = 3
MOST_SEEKERS = 7
MOST_PROCESSES = 3
#: 301 s is past every deadline of the house but the hour.
JUMPS_S = (1, 1, 5, 5, 10.5, 16, 26, 31, 61, 301)


class Life(Judging, RuleBasedStateMachine):
    """`wire` and `engine` are set by the test that runs it."""

    wire: Wire
    engine: Any

    def __init__(self) -> None:
        super().__init__()
        empty(self.engine)
        self.place = Place(self.wire)
        self.place.call("bye", self.place.process)
        self.place.sweep()
        self.processes: list[str] = []
        self.processes_ever = 0
        self.seekers_ever = 0
        self.at: dict[str, set[str]] = {}
        self.old = Truth(self.place.now_ms)
        self.truth = self.old
        self.last: tuple[str, tuple[Any, ...], Any] | None = None

    # ---- what is done ----

    def do(self, operation: str, *args: Any) -> Any:
        answer = self.place.call(operation, *args)
        self.last = (operation, args, answer)
        return answer

    def pick(self, data: st.DataObject, choices: Any) -> Any:
        return data.draw(st.sampled_from(sorted(choices)))

    def come(self, data: st.DataObject, person: str) -> None:
        process = self.pick(data, self.processes)
        self.do("attach", person, process)
        self.at.setdefault(person, set()).add(process)

    @initialize(data=st.data(), has_gap=st.booleans())
    def opens(self, data: st.DataObject, has_gap: bool) -> None:
        self.place.timing = UNHURRIED if has_gap else TIMING
        self.start_process()
        self.start_process()
        for _ in range(data.draw(st.integers(0, 3))):
            self.seeker_arrives(data)
        for _ in range(data.draw(st.integers(1, 3))):
            self.listener_comes(data)

    @rule(data=st.data())
    def something_rarer(self, data: st.DataObject) -> None:
        """What would crowd the ordinary life out if it came as often."""
        possible = [
            (self.a_second_request_is_refused, self.truth.of("own")),
            (self.seeker_leaves_the_line, self.truth.chats("W", "P", "O", "H")),
            (self.listener_changes, self.truth.of("listener")),
            (self.a_stale_offer_is_answered, self.truth.of("chat") and self.truth.of("listener")),
            (self.both_vanish, self.truth.chats("A")),
            (self.somebody_goes_while_offered, self.truth.chats("O")),
            (self.a_message_is_refused, self.truth.of("sent")),
            (self.listener_takes_one_more, self.truth.of("listener")),
            (self.seeker_ends_it_between_two_listeners, self.reopened()),
            (self.a_former_listener_blocks, self.parted()),
            (self.a_block_meets_an_offer, self.truth.chats("O", "H")),
            (self.process_starts, len(self.processes) < MOST_PROCESSES),
            (self.process_dies, len(self.processes) > 1),
            (self.process_is_stuck_and_comes_back, self.processes),
            (self.seeker_asks_again, self.idle_seekers()),
            (self.seeker_acts, self.truth.chats("W", "P", "O")),
        ]
        data.draw(st.sampled_from([act for act, may_be in possible if may_be]))(data)

    # ---- seekers ----

    @precondition(lambda self: len(self.truth.of("own")) < MOST_SEEKERS)
    @rule(data=st.data())
    def seeker_arrives(self, data: st.DataObject) -> None:
        self.seekers_ever += 1
        name = f"s{self.seekers_ever:02}"
        if data.draw(st.integers(0, 9)):
            self.come(data, name)
        self.asks(data, name, "r1")

    def seeker_asks_again(self, data: st.DataObject) -> None:
        name = self.pick(data, self.idle_seekers())
        self.asks(data, name, f"r{len(self.truth.of('chat')) + 1}")

    def idle_seekers(self) -> set[str]:
        return {name for name in self.at if name not in LISTENERS} - set(self.truth.of("own"))

    def asks(self, data: st.DataObject, name: str, request: str) -> None:
        avoid: list[str] = []
        if not data.draw(st.integers(0, 3)):
            avoid = data.draw(st.lists(st.sampled_from(LISTENERS), min_size=1, max_size=3, unique=True))
        prefer = data.draw(st.sampled_from(("", *LISTENERS)))
        language = data.draw(st.sampled_from(("en", "en", "de")))
        words = data.draw(st.sampled_from(("", "first words")))
        answer = self.do(
            "request_chat",
            *(
                f"c-{name}-{request}",
                name,
                request,
                language,
                0,
                "",
                ",".join(avoid),
                prefer,
                "e",
                words,
                "",
                0,
                0,
                0,
                0,
            ),
        )
        assert answer[0] == "done"

    def a_second_request_is_refused(self, data: st.DataObject) -> None:
        name = self.pick(data, self.truth.of("own"))
        own = self.truth.of("own")[name]
        answer = self.do("request_chat", f"c-{name}-other", name, "other", "en", 0, "", "", "", "e", "", "", 0, 0, 0, 0)
        assert answer[:2] == ["open", own]
        assert truth_of(self.place).held == self.truth.held

    def seeker_leaves_the_line(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("W", "P", "O", "H"))
        self.may_end.add(chat)
        assert self.do("leave_line", self.truth.of("chat")[chat]["pe"], chat, "left") == "done"

    @precondition(lambda self: self.truth.chats("H"))
    @rule(data=st.data())
    def seeker_confirms(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("H"))
        assert self.do("confirm_here", self.truth.of("chat")[chat]["pe"], chat) == "done"
        assert self.place.chat(chat).state == "A"

    def seeker_acts(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("W", "P", "O"))
        person = self.truth.of("chat")[chat]["pe"]
        if data.draw(st.booleans()):
            self.do("acted", person)
        else:
            self.do("confirm_here", person, chat)

    # ---- listeners ----

    @rule(data=st.data())
    def listener_comes(self, data: st.DataObject) -> None:
        away = [name for name in LISTENERS if self.truth.of("listener").get(name, {}).get("av") != "1"]
        name = self.pick(data, away or LISTENERS)
        if not self.at.get(name):
            self.come(data, name)
        self.stands(data, name, 1)

    def listener_changes(self, data: st.DataObject) -> None:
        availability = data.draw(st.sampled_from((2, 0, 1)))
        self.stands(data, self.pick(data, self.truth.of("listener")), availability)

    def stands(self, data: st.DataObject, name: str, availability: int) -> None:
        languages, capacity = data.draw(st.sampled_from(SPOKEN)), data.draw(st.integers(1, 2))
        self.do("set_availability", name, availability, capacity, MAXIMUM, languages, "0", "", name, 0, 0, 0, "0")

    @precondition(lambda self: self.truth.chats("O"))
    @rule(data=st.data())
    def listener_accepts(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("O"))
        c = self.truth.of("chat")[chat]
        assert self.do("answer_offer", c["l"], c["oid"], "1") == "done"
        assert self.place.read("HGET", self.place.key("listener", c["l"]), "ms") in ("0", None)
        is_here = self.truth.is_present(c["pe"]) and self.place.now_ms - float(c["at"]) <= 30_000
        assert self.place.chat(chat).state == ("A" if is_here else "H")

    @precondition(lambda self: self.truth.chats("O"))
    @rule(data=st.data())
    def a_chat_opens(self, data: st.DataObject) -> None:
        """The commonest thing of all, and so it is twice as common: accepted, and confirmed where that is asked."""
        chat = self.pick(data, self.truth.chats("O"))
        c = self.truth.of("chat")[chat]
        self.do("answer_offer", c["l"], c["oid"], "1")
        self.do("confirm_here", c["pe"], chat)
        assert self.place.chat(chat).state == "A"

    @precondition(lambda self: self.truth.chats("O"))
    @rule(data=st.data())
    def listener_declines(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("O"))
        c = self.truth.of("chat")[chat]
        assert self.do("answer_offer", c["l"], c["oid"], "0") == "done"
        assert self.place.read("HGET", self.place.key("listener", c["l"]), "ms") in ("0", None)
        assert self.place.chat(chat).listener != c["l"]

    def a_stale_offer_is_answered(self, data: st.DataObject) -> None:
        accept = data.draw(st.sampled_from("10"))
        chat = self.pick(data, self.truth.of("chat"))
        c = self.truth.of("chat")[chat]
        who = self.pick(data, self.truth.of("listener"))
        turn = data.draw(st.integers(0, int(c["turn"]) + 1))
        if c["st"] == "O" and c["l"] == who and turn == int(c["turn"]):
            return
        had_its_effect = c.get(f"an:{turn}") == f"{who}:{accept}"
        answer = self.do("answer_offer", who, f"{chat}.{turn}", accept)
        wanted = "done" if had_its_effect else "gone" if turn <= int(c["turn"]) else "no_such_offer"
        assert answer == wanted
        assert truth_of(self.place).held == self.truth.held

    @precondition(lambda self: self.truth.chats("O"))
    @rule(data=st.data())
    def an_earlier_offer_is_answered(self, data: st.DataObject) -> None:
        """The right listener and chat, and the wrong turn."""
        chat = self.pick(data, self.truth.chats("O"))
        c = self.truth.of("chat")[chat]
        turn = data.draw(st.integers(0, int(c["turn"]) - 1))
        if f"an:{turn}" not in c:
            assert self.do("answer_offer", c["l"], f"{chat}.{turn}", "1") == "gone"
            assert truth_of(self.place).held == self.truth.held

    def listener_takes_one_more(self, data: st.DataObject) -> None:
        who = self.pick(data, self.truth.of("listener"))
        answer = self.do("take_next", who)
        listener = self.truth.of("listener")[who]
        is_full = len(self.truth.of("units").get(who, ())) >= MAXIMUM
        if listener["av"] != "1":
            assert answer == "not_available"
        elif listener.get("tn") != "1":
            assert answer == ("at_maximum" if is_full else "done")
        self.last = None  # said again after it came, it asks for yet another

    # ---- chats ----

    @precondition(lambda self: self.truth.chats("A"))
    @rule(data=st.data(), side=st.sampled_from(("pe", "l")), is_new=st.booleans())
    def somebody_writes(self, data: st.DataObject, side: str, is_new: bool) -> None:
        chat = self.pick(data, self.truth.chats("A"))
        c = self.truth.of("chat")[chat]
        sent = sorted(m.partition(":")[2] for m in self.truth.of("sent").get(chat, {}) if m.startswith(c[side] + ":m"))
        message_id = f"m{int(c['sq']) + 1}" if is_new or not sent else sent[-1]
        seq = int(c["sq"]) + 1 if is_new or not sent else int(self.truth.of("sent")[chat][f"{c[side]}:{message_id}"])
        role = "seeker" if side == "pe" else "listener"
        assert self.do("send_message", chat, c[side], message_id, f"text {message_id}", role) == ["done", "e", seq]

    @precondition(lambda self: self.truth.chats("A"))
    @rule(data=st.data(), side=st.sampled_from(("pe", "l")), block=st.booleans())
    def somebody_ends_it(self, data: st.DataObject, side: str, block: bool) -> None:
        chat = self.pick(data, self.truth.chats("A"))
        self.may_end.add(chat)
        person = self.truth.of("chat")[chat][side]
        assert self.do("end_chat", person, chat, "somebody", "ended", "1" if block else "0") == "done"
        assert self.place.chat(chat).state == "U", "the wrap-up holds the unit"

    def seeker_ends_it_between_two_listeners(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.reopened())
        self.may_end.add(chat)
        person = self.truth.of("chat")[chat]["pe"]
        assert self.do("end_chat", person, chat, "seeker", "ended", "0") == "done"

    def both_vanish(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("A"))
        c = self.truth.of("chat")[chat]
        self.vanish(c["l"])
        self.vanish(c["pe"])

    def somebody_goes_while_offered(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("O"))
        self.vanish(self.truth.of("chat")[chat]["pe"])

    def vanish(self, person: str) -> None:
        for process in sorted(self.at.get(person, ())):
            self.do("detach", person, process)
        self.at[person] = set()

    def a_message_is_refused(self, data: st.DataObject) -> None:
        """Another text under an id that was used, or from who takes part no more."""
        chat = self.pick(data, self.truth.of("sent"))
        sender, _, message_id = self.pick(data, self.truth.of("sent")[chat]).partition(":")
        answer = self.do("send_message", chat, sender, message_id, "something else", "seeker")
        assert answer == ["message_id_reused"]
        for former in sorted(who for where, who in self.parted() if where == chat):
            wanted = "chat_ended" if self.truth.of("chat")[chat]["st"] in "UE" else "not_participant"
            assert self.do("send_message", chat, former, "m-late", "late", "listener") == [wanted]
        assert truth_of(self.place).held == self.truth.held

    def reopened(self) -> set[str]:
        return {chat for chat, c in self.truth.chats("W", "P", "O", "H").items() if "op" in c}

    def a_former_listener_blocks(self, data: st.DataObject) -> None:
        chat, who = self.pick(data, self.parted())
        answer = self.do("end_chat", who, chat, "listener", "ended", "1")
        assert answer == ("done" if self.truth.of("chat")[chat]["st"] in "UE" else "not_participant")

    def a_block_meets_an_offer(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("O", "H"))
        c = self.truth.of("chat")[chat]
        assert self.do("block", c["l"], c["pe"]) == "done"
        assert self.place.chat(chat).listener != c["l"]

    def parted(self) -> set[tuple[str, str]]:
        """(chat, listener) where the listener was in the chat and is not any more."""
        return {
            (chat, name[4:])
            for chat, c in self.truth.of("chat").items()
            for name in c
            if name.startswith("was:") and not (c["st"] == "A" and c["l"] == name[4:])
        }

    @precondition(lambda self: self.truth.chats("U"))
    @rule(data=st.data())
    def wrap_up_is_done(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("U"))
        assert self.do("finish_wrap_up", self.truth.of("chat")[chat]["l"], chat) == "done"

    # ---- connections, processes, time ----

    @precondition(lambda self: self.processes and self.at)
    @rule(data=st.data())
    def somebody_connects(self, data: st.DataObject) -> None:
        absent = [person for person, processes in self.at.items() if not processes]
        self.come(data, self.pick(data, absent or self.at))

    @precondition(lambda self: any(self.at.values()))
    @rule(data=st.data())
    def somebody_disconnects(self, data: st.DataObject) -> None:
        person = self.pick(data, [person for person, processes in self.at.items() if processes])
        process = self.pick(data, self.at[person])
        self.at[person].discard(process)
        self.do("detach", person, process)

    def process_starts(self, _data: st.DataObject) -> None:
        self.start_process()

    def start_process(self) -> None:
        self.processes_ever += 1
        self.processes.append(f"p{self.processes_ever}")
        self.place.call("beat", self.processes[-1], 15_000)

    def process_dies(self, data: st.DataObject) -> None:
        process = self.pick(data, self.processes)
        self.processes.remove(process)
        for processes in self.at.values():
            processes.discard(process)

    def process_is_stuck_and_comes_back(self, data: st.DataObject) -> None:
        stuck = self.pick(data, self.processes)
        self.time_passes(16, without=stuck)
        assert self.place.call("beat", stuck, 15_000) == "lost"
        for person, processes in self.at.items():
            if stuck in processes:
                self.place.call("attach", person, stuck)

    @rule(seconds=st.sampled_from(JUMPS_S))
    def time_passes(self, seconds: float, without: str = "") -> None:
        self.last = None
        self.place.now_ms += round(seconds * 1000)
        for process in self.processes:
            if process != without:
                self.place.call("beat", process, 15_000)
        self.place.sweep()

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_same_again(self) -> None:
        """A repeat of any command that had its effect changes nothing and gets the same answer."""
        assert self.last is not None
        operation, args, answer = self.last
        assert self.place.call(operation, *args) == answer
        if operation != "set_availability" or args[1] != 0:  # the first left a chat behind, the second the house
            assert truth_of(self.place).held == self.truth.held

    # ---- what must be true ----

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        self.judge(truth_of(self.place))

    def teardown(self) -> None:
        """After everybody went, nothing is left that does not expire."""
        place = self.place
        for chat, c in self.truth.of("chat").items():
            if c["st"] not in "UE":
                place.call("end_chat" if c["st"] == "A" else "leave_line", c["pe"], chat, "seeker", "ended", "0")
        for process in self.processes:
            place.call("bye", process)
        for seconds in (0, 31, 400):
            place.passes(seconds)
        for chat in self.truth.of("chat"):
            place.call("forget", chat)
        left = [key for key in place.all_keys() if place.read("PTTL", key) < 0 and key != place.key("why")]
        assert left == [], f"kept for ever: {left}"
