"""A sound course as its author wrote it, on disk; a story then spoils one thing."""

from pathlib import Path

COURSE = """
id = "short"
version = "1.0"
language = "en"

[test]
draw = 4
pass_mark = 0.8
retry_waits_min = [5, 30]

[[modules]]
id = "first"
needed_for = ["every"]
lessons = ["hearing"]

[[modules]]
id = "more"
needed_for = ["topic:grief"]
lessons = ["minding"]
"""

SOURCES = """
[[sources]]
id = "reader-2001"
title = "On hearing"
by = "R. Reader"
year = 2001
url = "https://example.org/hearing"
"""

WORDS = """
title = "A short course"
summary = "Two lessons."
[modules.first]
title = "First"
summary = "What comes first."
[modules.more]
title = "More"
summary = "What comes then."
"""

LESSON = """+++
title = "Hearing"
summary = "What it is to hear."
aims = ["You can hear."]
remember = ["Hear first."]
written_on = 2026-11-22
review_due = 2027-11-22
+++

People want to be heard.[^reader-2001] See [[OTHER]] and **this**.

## Doing it

- One thing
  and its rest
- Another *thing*

> Words to use.

```chat
title: Well
verdict: good
Seeker: hello
Listener: Hello. I'm here.
> A greeting.
why: It is short.
```

```chat
title: Less well
verdict: less good
Seeker: hello
Listener: What do you want?
why: It asks at once.
```

```exercise
task: Write a greeting.
compare: For example: "Hello."
```

```exercise
task: Write another.
compare: Any will do.
```

PADDING
"""

SINGLE = """
[[questions]]
id = "q{n}"
kind = "single"
prompt = "Which of them, number {n}?"
[[questions.options]]
id = "a"
text = "This one"
worth = 1
feedback = "Yes."
[[questions.options]]
id = "b"
text = "That one, which is longer"
feedback = "No."
[[questions.options]]
id = "c"
text = "Yonder"
feedback = "No."
"""

OTHERS = """
[[questions]]
id = "several"
kind = "multiple"
prompt = "Which ones?"
[[questions.options]]
id = "a"
text = "First"
worth = 1
feedback = "Yes."
[[questions.options]]
id = "b"
text = "Second"
worth = 1
feedback = "Yes."
[[questions.options]]
id = "c"
text = "Third"
feedback = "No."

[[questions]]
id = "sorted"
kind = "order"
prompt = "In which order?"
[[questions.options]]
id = "a"
text = "Begin"
place = 1
feedback = "First."
[[questions.options]]
id = "b"
text = "Go on"
place = 2
feedback = "Then."
[[questions.options]]
id = "c"
text = "End"
place = 3
feedback = "Last."

[[questions]]
id = "best"
kind = "best_reply"
prompt = "Which reply?"
chat = ["Seeker: hello", "Listener: Hello."]
[[questions.options]]
id = "a"
text = "Warm"
worth = 1
feedback = "Yes."
[[questions.options]]
id = "b"
text = "Lukewarm"
worth = 0.5
feedback = "Half."
[[questions.options]]
id = "c"
text = "Cold"
feedback = "No."

[[questions]]
id = "own"
kind = "write_and_compare"
prompt = "Write one."
model = ["Hello, I'm here."]
[[questions.checklist]]
id = "short"
text = "It is short."
"""

BANK = "".join(SINGLE.format(n=n) for n in range(1, 5)) + OTHERS
PADDING = "\n\n".join("It is good to be heard by somebody who has time." for _ in range(60))


def lesson_text(other: str) -> str:
    return LESSON.replace("OTHER", other).replace("PADDING", PADDING)


def write_course(folder: Path) -> Path:
    """The folder of a sound course, `short`, in this folder."""
    course = folder / "short"
    (course / "en").mkdir(parents=True)
    for name, text in {
        "course.toml": COURSE,
        "sources.toml": SOURCES,
        "en/words.toml": WORDS,
        "en/hearing.md": lesson_text("minding"),
        "en/hearing.toml": BANK,
        "en/minding.md": lesson_text("hearing"),
        "en/minding.toml": BANK,
    }.items():
        (course / name).write_text(text)
    return course


def spoil(course: Path, name: str, old: str, new: str) -> None:
    """Put `new` in the first place where `old` stands in a file of the course; it must stand there."""
    path = course / name
    text = path.read_text()
    assert old in text, f"{name} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1))
