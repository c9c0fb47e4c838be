"""Why an act on accounts was refused. Codes are stable; the words are for people."""

from typing import Literal

Why = Literal[
    "sign_in_failed",
    "too_many_tries",
    "wrong_password",
    "bad_name",
    "bad_password",
    "bad_display_name",
    "bad_language",
    "bad_role",
    "bad_max_chats",
    "bad_clearance",
    "bad_hours",
    "bad_pool",
    "name_taken",
    "no_such_person",
    "no_such_clearance",
    "no_such_invitation",
    "no_such_pool",
    "invitation_over",
    "last_admin",
    "not_yourself",
    "no_such_course",
    "no_such_lesson",
    "no_such_attempt",
    "no_such_question",
    "attempt_over",
    "too_early",
    "bad_choice",
    "no_such_rule_set",
    "no_such_certificate",
    "no_such_sign_off",
    "bad_sign_off",
    "bad_document",
    "no_reason",
    "not_due",
    "not_withdrawn",
    "replied_already",
    "no_such_scenario",
    "no_such_practice",
    "practice_open",
    "no_such_draft",
    "no_such_edition",
    "draft_open",
    "changed_meanwhile",
    "bad_course_file",
    "course_unsound",
    "own_work",
    "not_your_part",
    "too_many_drafts",
    "too_many_editions",
    "no_such_review",
    "nothing_to_review",
    "not_a_mentor",
    "review_taken",
    "too_many_reviews",
    "handed_in",
    "not_in_turn",
    "bad_levels",
    "not_settled",
    "bad_words",
    "no_such_code",
    "no_such_chat",
    "no_such_report",
    "no_clearance",
    "not_first_chats",
    "already_observed",
    "kept_apart",
    "nobody_attached",
    "whisper_id_reused",
]


class Refused(Exception):
    """The act was not done. `message` is one sentence without secrets; `retry_after_ms` where waiting helps."""

    def __init__(self, code: Why, message: str, *, retry_after_ms: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after_ms = retry_after_ms
