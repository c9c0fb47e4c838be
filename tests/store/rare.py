"""What happens now and then in a made-up life; it would crowd the ordinary out if it came as often."""

from hypothesis import strategies as st

from routing.actions.rebuilding import DERIVED, name_of
from tests.store.doing import DANGER, HARM, HOLD_MS, LISTENERS, MAXIMUM, MOST_PROCESSES, SUPERVISOR, URGENT, Doing
from tests.store.rebuilt import derived, derived_of, differences
from tests.store.truth import truth_of


class Rare(Doing):
    """Each act takes the chance that it may draw from; `rarities` says which are possible now."""

    def time_passes(self, seconds: float, without: str = "") -> None:
        raise NotImplementedError

    def rarities(self) -> list[tuple[object, object]]:
        return [
            (self.a_second_request_is_refused, self.truth.of("own")),
            (self.seeker_leaves_the_line, self.truth.chats("W", "P", "O", "H")),
            (self.listener_changes, self.truth.of("listener")),
            (self.listener_is_dismissed, self.truth.of("listener")),
            (self.a_stale_offer_is_answered, self.truth.of("chat") and self.truth.of("listener")),
            (self.both_vanish, self.truth.chats("A")),
            (self.somebody_reads_along, self.truth.chats("A")),
            (self.somebody_reads_along_no_more, self.truth.of("observing")),
            (self.somebody_goes_while_offered, self.truth.chats("O")),
            (self.a_message_is_refused, self.truth.of("sent")),
            (self.listener_takes_one_more, self.truth.of("listener")),
            (self.seeker_ends_it_between_two_listeners, self.reopened()),
            (self.a_former_listener_blocks, self.parted()),
            (self.a_block_meets_an_offer, self.truth.chats("O", "H")),
            (self.somebody_in_danger_comes, self.of_room("spare")),
            (self.somebody_in_danger_comes, self.truth.chats("A")),
            (self.somebody_comes_back_to_their_own, self.truth.of("units")),
            (self.a_hold_is_released, self.held()),
            (self.a_held_one_is_blocked, self.held()),
            (self.somebody_waiting_is_blocked, self.can_block()),
            (self.rights_change_while_offered, self.truth.chats("O")),
            (self.capacity_changes, self.truth.of("units")),
            (self.listener_for_danger_comes, self.truth.of("listener")),
            (self.something_derived_is_damaged, self.truth.of("own")),
            (self.something_derived_is_damaged, self.truth.of("listener")),
            (self.process_starts, len(self.processes) < MOST_PROCESSES),
            (self.process_dies, len(self.processes) > 1),
            (self.process_is_stuck_and_comes_back, self.processes),
            (self.seeker_asks_again, self.idle_seekers()),
            (self.seeker_acts, self.truth.chats("W", "P", "O")),
        ]

    # ---- seekers ----

    def somebody_in_danger_comes(self, data: st.DataObject) -> None:
        """While somebody is full and takes one more."""
        self.seeker_comes(data, needs=data.draw(st.sampled_from(URGENT)), hold_ms=0)

    def somebody_comes_back_to_their_own(self, data: st.DataObject) -> None:
        """Whose listener is busy, and who would rather wait for them, or not."""
        self.seeker_comes(
            data,
            prefer=self.pick(data, self.truth.of("listener")),
            hold_ms=data.draw(st.sampled_from((0, HOLD_MS))),
            needs=(0, 0, 0),
        )

    def a_hold_is_released(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.held())
        assert self.do("release_hold", self.truth.of("chat")[chat]["pe"], chat) == "done"

    def a_held_one_is_blocked(self, data: st.DataObject) -> None:
        c = self.truth.of("chat")[self.pick(data, self.held())]
        assert self.do("block", c["pf"], c["pe"]) == "done"

    def somebody_waiting_is_blocked(self, data: st.DataObject) -> None:
        assert self.do("block", *self.pick(data, self.can_block())) == "done"

    def seeker_asks_again(self, data: st.DataObject) -> None:
        name = self.pick(data, self.idle_seekers())
        self.asks(data, name, f"r{len(self.truth.of('chat')) + 1}")

    def a_second_request_is_refused(self, data: st.DataObject) -> None:
        name = self.pick(data, self.truth.of("own"))
        own = self.truth.of("own")[name]
        answer = self.do("request_chat", f"c-{name}-other", name, "other", "en", 0, "", "", "", "e", "", "", 0, 0, 0, 0)
        assert answer.split(" ")[:2] == ["open", own]
        assert truth_of(self.place).held == self.truth.held

    def seeker_leaves_the_line(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("W", "P", "O", "H"))
        self.may_end.add(chat)
        assert self.do("leave_line", self.truth.of("chat")[chat]["pe"], chat, "left") == "done"

    def seeker_acts(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("W", "P", "O"))
        person = self.truth.of("chat")[chat]["pe"]
        if data.draw(st.booleans()):
            self.do("acted", person)
        else:
            self.do("confirm_here", person, chat)

    def seeker_ends_it_between_two_listeners(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.reopened())
        self.may_end.add(chat)
        person = self.truth.of("chat")[chat]["pe"]
        assert self.do("end_chat", person, chat, "seeker", "ended", "0") == "done"

    def somebody_goes_while_offered(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("O"))
        self.vanish(self.truth.of("chat")[chat]["pe"])

    # ---- listeners ----

    def rights_change_while_offered(self, data: st.DataObject) -> None:
        c = self.truth.of("chat")[self.pick(data, self.truth.chats("O"))]
        self.stands(data, c["l"], 1)

    def capacity_changes(self, data: st.DataObject) -> None:
        """Somebody who has something to do, and keeps languages and rights."""
        who = self.pick(data, self.truth.of("units"))
        listener = self.truth.of("listener")[who]
        rights = (int(listener["lv"]), int(listener.get("hd", 0)))
        self.stands(data, who, 1, languages=listener["lg"], rights=rights, capacity=data.draw(st.integers(1, MAXIMUM)))

    def listener_for_danger_comes(self, data: st.DataObject) -> None:
        who = self.pick(data, self.truth.of("listener"))
        self.stands(data, who, 1, rights=(3, HARM | DANGER), languages="en,de", capacity=1)

    def listener_changes(self, data: st.DataObject) -> None:
        availability = data.draw(st.sampled_from((2, 0, 1)))
        self.stands(data, self.pick(data, self.truth.of("listener")), availability)

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

    def listener_is_dismissed(self, data: st.DataObject) -> None:
        """Their account was closed; the connection goes a moment later, or not, and they may be taken on again."""
        who = self.pick(data, self.truth.of("listener"))
        assert self.do("dismiss", who) == "done"
        after = truth_of(self.place)
        assert who not in after.of("listener") and not after.of("units").get(who)

    def both_vanish(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("A"))
        c = self.truth.of("chat")[chat]
        self.vanish(c["l"])
        self.vanish(c["pe"])

    def somebody_reads_along(self, data: st.DataObject) -> None:
        """A supervisor, who may be there or not, and may listen as well."""
        chat = self.pick(data, self.truth.chats("A"))
        c, who = self.truth.of("chat")[chat], data.draw(st.sampled_from((SUPERVISOR, *LISTENERS)))
        was_there, is_apart = c.get("ob"), f"was:{who}" in c or who in self.truth.excluded(chat)
        wanted = {None: "kept_apart" if is_apart else "done", who: "done"}.get(was_there, "already_observed")
        assert self.do("observe", chat, who, who, c["l"]) == wanted
        if not self.at.get(who) and data.draw(st.booleans()):
            self.come(data, who)

    def somebody_reads_along_no_more(self, data: st.DataObject) -> None:
        who = self.pick(data, self.truth.of("observing"))
        chat = self.pick(data, self.truth.of("observing")[who])
        assert self.do("stop_observing", who, data.draw(st.sampled_from((chat, "")))) == "done"
        self.last = None  # said again it is told that there was nothing

    def a_message_is_refused(self, data: st.DataObject) -> None:
        """Another text under an id that was used, or from who takes part no more."""
        chat = self.pick(data, self.truth.of("sent"))
        sender, _, message_id = self.pick(data, self.truth.of("sent")[chat]).partition(":")
        answer = self.do("send_message", chat, sender, message_id, "something else", "seeker")
        assert answer == "message_id_reused"
        for former in sorted(who for where, who in self.parted() if where == chat):
            wanted = "chat_ended" if self.truth.of("chat")[chat]["st"] in "UE" else "not_participant"
            assert self.do("send_message", chat, former, "m-late", "late", "listener") == wanted
        assert truth_of(self.place).held == self.truth.held

    def a_former_listener_blocks(self, data: st.DataObject) -> None:
        chat, who = self.pick(data, self.parted())
        answer = self.do("end_chat", who, chat, "listener", "ended", "1")
        assert answer == ("done" if self.truth.of("chat")[chat]["st"] in "UE" else "not_participant")

    def a_block_meets_an_offer(self, data: st.DataObject) -> None:
        chat = self.pick(data, self.truth.chats("O", "H"))
        c = self.truth.of("chat")[chat]
        assert self.do("block", c["l"], c["pe"]) == "done"
        assert self.place.chat(chat).listener != c["l"]

    # ---- the engine ----

    def something_derived_is_damaged(self, data: st.DataObject) -> None:
        """Keys or single members are lost, out of place or made up; a rebuilding brings back exactly what was."""
        before = derived(self.truth)
        keys = [key for key in self.place.all_keys() if name_of(key[len(self.place.tag) :])[0] in {*DERIVED, "due"}]
        for key in data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3)) if keys else []:
            self.damage(data, key)
        if derived_of(self.place) != before:
            assert differences(self.place) and differences(self.place, mend=True)
        assert derived_of(self.place) == before
        assert differences(self.place) == []

    def damage(self, data: st.DataObject, key: str) -> None:
        read = self.place.read
        kind = read("TYPE", key)
        how = data.draw(st.sampled_from(("lose all", "lose one", "make one up", "misplace one")))
        if how == "lose all" or kind == "none":
            read("DEL", key)
            return
        members = read({"zset": "ZRANGE", "set": "SMEMBERS", "hash": "HKEYS"}[kind], key, *([0, -1] * (kind == "zset")))
        if how == "make one up":
            chats, people = [*self.truth.of("chat"), "c-none"], [*self.truth.of("listener"), "none"]
            members = [
                *chats,
                *people,
                *[f"{one}/{mask}" for one in (*chats, *people) for mask in (0, 1, 8)],
                "0.0",
                "3.2.8",
            ]
        member = self.pick(data, members)
        if how == "lose one":
            read({"zset": "ZREM", "set": "SREM", "hash": "HDEL"}[kind], key, member)
        elif kind == "zset":
            read("ZADD", key, data.draw(st.sampled_from((1, self.place.now_ms + 1))), member)
        else:
            read(*(("SADD", key, member) if kind == "set" else ("HSET", key, member, 7)))

    # ---- processes ----

    def process_starts(self, _data: st.DataObject) -> None:
        self.start_process()

    def process_dies(self, data: st.DataObject) -> None:
        process = self.pick(data, self.processes)
        self.processes.remove(process)
        for processes in self.at.values():
            processes.discard(process)

    def process_is_stuck_and_comes_back(self, data: st.DataObject) -> None:
        stuck = self.pick(data, self.processes)
        held = sorted(person for person, processes in self.at.items() if stuck in processes)
        for person in held:
            self.at[person].discard(stuck)
        self.time_passes(16, without=stuck)
        self.judge(truth_of(self.place))
        assert self.place.call("beat", stuck, 15_000) == "lost"
        for person in held:
            self.at[person].add(stuck)
            self.place.call("attach", person, stuck)
