"""The ledger finds what went wrong, and only that."""

from tealight.demo.ledger import Ledger

SEEKER, LISTENER, CHAT = "s", "l", "c"


def talked(*texts: str) -> Ledger:
    """A chat in which the seeker said these, all were answered done, and the listener was shown all of them."""
    ledger = Ledger()
    for seq, text in enumerate(texts, 1):
        ledger.say(CHAT, f"m{seq}", SEEKER, text, at_s=seq)
        ledger.answered(f"m{seq}", seq)
    return ledger


def shown_to_listener(ledger: Ledger, *seqs: int) -> None:
    for seq in seqs:
        ledger.show(LISTENER, CHAT, seq, f"m{seq}", "abcdefg"[seq - 1], at_s=seq + 0.25)


def test_all_is_well_when_both_hold_the_same() -> None:
    ledger = talked("a", "b", "c")
    shown_to_listener(ledger, 1, 2, 3)
    ledger.end(LISTENER, CHAT)
    ledger.end(SEEKER, CHAT)
    verdict = ledger.judge()
    assert verdict.is_clean and verdict.unanswered == 0
    assert ledger.delivered() == 3 and ledger.answered_count() == 3
    assert ledger.delays_s == [0.25, 0.25, 0.25]


def test_a_message_that_never_came_though_the_chat_ended_is_lost() -> None:
    ledger = talked("a", "b", "c")
    shown_to_listener(ledger, 1, 2)
    assert ledger.judge().lost == 0, "it may still be on its way"
    ledger.end(LISTENER, CHAT)
    assert ledger.judge().lost == 1


def test_a_hole_is_lost_whether_or_not_the_end_was_seen() -> None:
    ledger = talked("a", "b", "c")
    shown_to_listener(ledger, 1, 3)
    assert ledger.judge().lost == 1


def test_the_same_message_under_two_seqs_is_doubled() -> None:
    ledger = talked("a", "b")
    shown_to_listener(ledger, 1, 2)
    ledger.show(LISTENER, CHAT, 3, "m2", "b")
    assert ledger.judge().doubled == 1


def test_a_repeat_under_its_own_seq_is_ordinary_recovery() -> None:
    ledger = talked("a", "b")
    shown_to_listener(ledger, 1, 2, 1, 2)
    assert ledger.judge().is_clean
    assert ledger.delivered() == 2


def test_two_messages_of_one_person_that_changed_places_are_misordered() -> None:
    ledger = Ledger()
    for number, seq in ((1, 2), (2, 1)):
        ledger.say(CHAT, f"m{number}", SEEKER, "a", at_s=0)
        ledger.answered(f"m{number}", seq)
    assert ledger.judge().misordered == 1


def test_what_was_refused_meanwhile_changes_no_order() -> None:
    ledger = talked("a")
    for message_id in ("refused", "refused, too"):
        ledger.say(CHAT, message_id, LISTENER, "no", at_s=1)
    ledger.say(CHAT, "m2", SEEKER, "b", at_s=2)
    ledger.answered("m2", 2)
    for message_id in ("refused", "refused, too"):
        ledger.take_back(message_id)
    ledger.say(CHAT, "m3", SEEKER, "c", at_s=3)
    ledger.answered("m3", 3)
    assert ledger.judge().misordered == 0


def test_a_word_in_the_wrong_chat_and_a_changed_word_are_found() -> None:
    ledger = talked("a", "b")
    ledger.show("x", "another chat", 1, "m1", "a")
    assert ledger.judge().strayed == 1
    ledger = talked("a", "b")
    ledger.show(LISTENER, CHAT, 1, "m1", "A")
    assert ledger.judge().altered == 1
    ledger = talked("a", "b")
    ledger.show(LISTENER, CHAT, 1, "m2", "b")
    assert not ledger.judge().is_clean


def test_what_was_refused_need_not_arrive_and_what_was_not_answered_is_counted_apart() -> None:
    ledger = talked("a")
    ledger.say(CHAT, "refused", SEEKER, "b", at_s=0)
    ledger.take_back("refused")
    ledger.say(CHAT, "open", SEEKER, "c", at_s=0)
    assert ledger.judge().is_clean
    assert ledger.judge().unanswered == 1


def test_after_a_new_epoch_the_old_view_no_longer_counts() -> None:
    ledger = talked("a", "b", "c")
    shown_to_listener(ledger, 1, 3)
    ledger.forget(LISTENER, CHAT)
    shown_to_listener(ledger, 1, 2, 3)
    assert ledger.judge().is_clean
