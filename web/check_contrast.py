"""Check src/styles/tokens.css: text pairs at 4.5:1, meaningful edges at 3:1, and the two night sets equal. Standard library only."""

import pathlib
import re
import sys

TEXT = 4.5  # WCAG 2.2, 1.4.3
EDGE = 3.0  # WCAG 2.2, 1.4.11

ROOM = ["surface-page", "surface-horizon", "surface-card", "surface-raised", "surface-sunken"]
STATES = ["calm", "caution", "danger"]

PAIRS: list[tuple[str, str, float]] = []
for room in ROOM:
    for ink in ["text", "text-soft", "link", "text-flame", *[f"{state}-text" for state in STATES]]:
        PAIRS.append((ink, room, TEXT))
    for edge in ["line-strong", "focus", "flame-edge", "chart-a", "chart-b", "private-edge"]:
        PAIRS.append((edge, room, EDGE))
for state in STATES:
    PAIRS += [(f"{state}-text", f"{state}-soft", TEXT), ("text", f"{state}-soft", TEXT)]
    PAIRS += [(f"on-{state}-fill", f"{state}-fill", TEXT)]
    PAIRS += [(f"{state}-fill", room, EDGE) for room in ROOM]
for role in ["listener", "seeker"]:
    PAIRS += [(f"on-bubble-{role}", f"bubble-{role}", TEXT)]
    PAIRS += [("link", f"bubble-{role}", TEXT), ("focus", f"bubble-{role}", EDGE)]
PAIRS += [
    ("on-bubble-system", "bubble-system", TEXT),
    ("on-bubble-private", "bubble-private", TEXT),
    ("on-flame", "flame", TEXT),
    ("on-flame", "flame-core", TEXT),
    ("on-flame", "scene-lit", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-hover", TEXT),
    ("text", "accent-soft", TEXT),
    ("text-soft", "accent-soft", TEXT),
    ("accent", "surface-page", EDGE),
    ("accent", "surface-card", EDGE),
    ("text", "flame-soft", TEXT),
    ("text-soft", "flame-soft", TEXT),
    ("text-flame", "flame-soft", TEXT),
    ("flame-edge", "flame-soft", EDGE),
]


def tokens_in(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", block))


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def main() -> int:
    css = (pathlib.Path(__file__).parent / "src" / "styles" / "tokens.css").read_text(encoding="utf-8")
    day = tokens_in(re.search(r":root \{(.*?)\n\}", css, re.S)[1])
    night_by_system = tokens_in(re.search(r':not\(\[data-theme="light"\]\) \{(.*?)\n  \}', css, re.S)[1])
    night_by_choice = tokens_in(re.search(r':root\[data-theme="dark"\] \{(.*?)\n\}', css, re.S)[1])
    faults = []
    if night_by_system != night_by_choice:
        faults.append("the two night sets differ")
    worst = {}
    for theme, tokens in {"day": day, "night": {**day, **night_by_choice}}.items():
        for front, back, floor in PAIRS:
            ratio = contrast(tokens[front], tokens[back])
            if ratio < floor:
                faults.append(f"{theme}: {front} on {back} is {ratio:.2f}, wants {floor}")
            key = (theme, floor)
            if key not in worst or ratio < worst[key][0]:
                worst[key] = (ratio, front, back)
    for (theme, floor), (ratio, front, back) in sorted(worst.items()):
        print(f"{theme:5} {floor}:1  lowest {ratio:.2f}  {front} on {back}")
    print(f"{len(PAIRS) * 2} pairs, {len(faults)} faults")
    for fault in faults:
        print(" ", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
