"""Lives in one shard, made up by Hypothesis: people come, wait, answer, vanish and come back, and time goes by.

Who acts is chosen by state, since a generator that picks at random mostly does what has no effect.
"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from routing.actions.rebuilding import DERIVED, name_of
from tests.store.doing import LISTENERS
from tests.store.place import TIMING, UNHURRIED
from tests.store.rare import Rare
from tests.store.rebuilt import derived_of, differences
from tests.store.truth import truth_of

MOST_SEEKERS = 8
#: 301 s is past every deadline of the house but the hour.
JUMPS_S = (1, 1, 5, 8.5, 10.5, 16, 26, 31, 61, 121, 301)


class Life(Rare, RuleBasedStateMachine):
    """What happens every day, and time."""

    @initialize(data=st.data(), has_gap=st.booleans())
    def opens(self, data: st.DataObject, has_gap: bool) -> None:
        self.place.timing = UNHURRIED if has_gap else TIMING
        self.start_process()
        self.start_process()
        for _ in range(data.draw(st.integers(0, 3))):
            self.seeker_comes(data)
            self.judge(truth_of(self.place))
        for _ in range(data.draw(st.integers(1, 3))):
            self.listener_comes(data)
            self.judge(truth_of(self.place))

    @rule(data=st.data())
    def something_rarer(self, data: st.DataObject) -> None:
        possible = [act for act, may_be in self.rarities() if may_be]
        data.draw(st.sampled_from(possible))(data)  # type: ignore[operator]

    # ---- seekers ----

    @precondition(lambda self: len(self.truth.of("own")) < MOST_SEEKERS)
    @rule(data=st.data())
    def seeker_arrives(self, data: st.DataObject) -> None:
        self.seeker_comes(data)

    @precondition(lambda self: self.truth.chats("H"))
    @rule(data=st.data())
    def seeker_confirms(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("H"))
        assert self.do("confirm_here", self.truth.of("chat")[chat]["pe"], chat) == "done"
        assert self.place.chat(chat).state == "A"

    # ---- listeners ----

    @rule(data=st.data())
    def listener_comes(self, data: st.DataObject) -> None:
        away = [name for name in LISTENERS if self.truth.of("listener").get(name, {}).get("av") != "1"]
        name = self.pick(data, away or LISTENERS)
        if not self.at.get(name):
            self.come(data, name)
            self.judge(truth_of(self.place))
        self.stands(data, name, 1)

    @precondition(lambda self: self.truth.chats("O"))
    @rule(data=st.data())
    def listener_accepts(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("O"))
        c = self.truth.of("chat")[chat]
        assert self.do("answer_offer", c["l"], f"{chat}.{c['turn']}", "1") == "done"
        assert self.place.read("HGET", self.place.key("listener", c["l"]), "ms") in ("0", None)
        is_here = self.truth.is_present(c["pe"]) and self.place.now_ms - float(c.get("at", c["ar"])) <= 30_000
        assert self.place.chat(chat).state == ("A" if is_here else "H")

    @precondition(lambda self: self.truth.chats("O"))
    @rule(data=st.data())
    def a_chat_opens(self, data: st.DataObject) -> None:
        """The commonest thing of all, and so it is twice as common: accepted, and confirmed where that is asked."""
        chat = self.pick(data, self.truth.chats("O"))
        c = self.truth.of("chat")[chat]
        self.do("answer_offer", c["l"], f"{chat}.{c['turn']}", "1")
        self.do("confirm_here", c["pe"], chat)
        assert self.place.chat(chat).state == "A"

    @precondition(lambda self: self.truth.chats("O"))
    @rule(data=st.data())
    def listener_declines(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("O"))
        c = self.truth.of("chat")[chat]
        assert self.do("answer_offer", c["l"], f"{chat}.{c['turn']}", "0") == "done"
        assert self.place.read("HGET", self.place.key("listener", c["l"]), "ms") in ("0", None)
        assert self.place.chat(chat).listener != c["l"]

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

    # ---- chats ----

    @precondition(lambda self: self.truth.chats("A"))
    @rule(data=st.data(), side=st.sampled_from(("pe", "l")), is_new=st.booleans())
    def somebody_writes(self, data: st.DataObject, side: str, is_new: bool) -> None:
        chat = self.pick(data, self.truth.chats("A"))
        c = self.truth.of("chat")[chat]
        sent = sorted(m.partition(":")[2] for m in self.truth.of("sent").get(chat, {}) if m.startswith(c[side] + ":m"))
        written = int(c.get("sq", 0))
        message_id = f"m{written + 1}" if is_new or not sent else sent[-1]
        seq = written + 1 if is_new or not sent else int(self.truth.of("sent")[chat][f"{c[side]}:{message_id}"])
        role = "seeker" if side == "pe" else "listener"
        assert self.do("send_message", chat, c[side], message_id, f"text {message_id}", role) == f"done e {seq}"

    @precondition(lambda self: self.truth.chats("A"))
    @rule(data=st.data(), side=st.sampled_from(("pe", "l")), block=st.booleans())
    def somebody_ends_it(self, data: st.DataObject, side: str, block: bool) -> None:
        chat = self.pick(data, self.truth.chats("A"))
        self.may_end.add(chat)
        person = self.truth.of("chat")[chat][side]
        assert self.do("end_chat", person, chat, "somebody", "ended", "1" if block else "0") == "done"
        assert self.place.chat(chat).state == "U", "the wrap-up holds the unit"

    @precondition(lambda self: self.truth.chats("U"))
    @rule(data=st.data())
    def wrap_up_is_done(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("U"))
        assert self.do("finish_wrap_up", self.truth.of("chat")[chat]["l"], chat) == "done"

    # ---- connections, time ----

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

    def all_derived_is_lost(self) -> None:
        """What can be derived from the truth is derived from it, to the bit."""
        assert differences(self.place) == []
        before = derived_of(self.place)
        for key in self.place.all_keys():
            if name_of(key[len(self.place.tag) :])[0] in {*DERIVED, "due"}:
                self.place.read("DEL", key)
        differences(self.place, mend=True)
        assert derived_of(self.place) == before

    def teardown(self) -> None:
        """After everybody went, nothing is left that does not expire."""
        place = self.place
        self.all_derived_is_lost()
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
