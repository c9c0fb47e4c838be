"""Plots as SVG text: bars with intervals and lines, with titles, axes and units. Colours come from the page."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 760
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 16, 48
#: Room for names beside horizontal bars.
NAMES = 250
BAR = 26


@dataclass(frozen=True, slots=True)
class Bar:
    """One row. None: nobody stands behind the figure."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    #: 0 or 1: the first or second colour.
    colour: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    points: Sequence[tuple[float, float]]
    colour: int = 0
    is_dashed: bool = False
    is_step: bool = False


def bars(title: str, unit: str, rows: Sequence[Bar], goal: float | None = None) -> str:
    """Horizontal bars from 0, with whiskers for the 95% interval and a line at the goal."""
    most = max([goal or 0, *(max(row.value or 0, row.high or 0) for row in rows)]) or 1
    ticks = nice_ticks(0, most)
    scale = (WIDTH - NAMES - RIGHT - 60) / ticks[-1]
    height = TOP + BAR * len(rows) + BOTTOM
    out = [_open(title, height)]
    for tick in ticks:
        x = NAMES + tick * scale
        out.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height - BOTTOM}"/>')
        out.append(_text(x, height - BOTTOM + 16, number(tick), "middle"))
    for index, row in enumerate(rows):
        y = TOP + BAR * index
        out.append(_text(NAMES - 8, y + 17, row.name, "end", "name"))
        if row.value is None:
            out.append(_text(NAMES + 6, y + 17, "nobody", "start"))
            continue
        width = max(0, row.value * scale)
        out.append(f'<rect class="fill{row.colour}" x="{NAMES}" y="{y + 5}" width="{width:.1f}" height="16"/>')
        end = row.value
        if row.low is not None and row.high is not None:
            x1, x2, middle = NAMES + max(0, row.low) * scale, NAMES + row.high * scale, y + 13
            out.append(f'<path class="whisker" d="M{x1:.1f} {middle}H{x2:.1f}M{x1:.1f} {y + 9}v8M{x2:.1f} {y + 9}v8"/>')
            end = max(end, row.high)
        out.append(_text(NAMES + end * scale + 6, y + 17, number(row.value), "start", "value"))
    if goal is not None:
        x = NAMES + goal * scale
        out.append(f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{height - BOTTOM}"/>')
    out.append(_text((NAMES + WIDTH - RIGHT) / 2, height - 10, unit, "middle", "axis"))
    return "".join(out) + "</svg>"


def lines(
    title: str, x_name: str, y_name: str, series: Sequence[Line], *, y_most: float | None = None, height: int = 320
) -> str:
    """Lines over a common axis, with a legend below. `y_most`: where the upright axis ends, where that is known.

    Lines without points are left out; one at least must have some.
    """
    series = [one for one in series if one.points]
    xs = [x for one in series for x, _ in one.points]
    highest = y_most if y_most is not None else max(y for one in series for _, y in one.points) or 1
    x_ticks, y_ticks = nice_ticks(min(xs), max(xs)), nice_ticks(0, highest)
    legend = 20 * math.ceil(len(series) / 2)
    foot = height - BOTTOM
    x_scale = (WIDTH - LEFT - RIGHT) / ((max(xs) - min(xs)) or 1)
    y_scale = (foot - TOP) / y_ticks[-1]

    def at(x: float, y: float) -> tuple[float, float]:
        return LEFT + (x - min(xs)) * x_scale, foot - y * y_scale

    out = [_open(title, height + legend)]
    for tick in y_ticks:
        _, y_at = at(min(xs), tick)
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y_at:.1f}" y2="{y_at:.1f}"/>')
        out.append(_text(LEFT - 8, y_at + 4, number(tick), "end"))
    inside = [tick for tick in x_ticks if min(xs) <= tick <= max(xs)]
    out += [_text(at(tick, 0)[0], foot + 16, number(tick), "middle") for tick in inside]
    for index, one in enumerate(series):
        out.append(f'<path class="line line{one.colour}{" dashed" if one.is_dashed else ""}" d="{_path(one, at)}"/>')
        x0, y0 = LEFT + (index % 2) * 340, height + 20 * (index // 2) + 4
        out.append(
            f'<path class="line line{one.colour}{" dashed" if one.is_dashed else ""}" d="M{x0} {y0}h28"/>'
            + _text(x0 + 36, y0 + 4, one.name, "start", "name")
        )
    out.append(_text((LEFT + WIDTH - RIGHT) / 2, height - 12, x_name, "middle", "axis"))
    turned = f'transform="rotate(-90 16 {(TOP + foot) / 2:.0f})"'
    out.append(
        f'<text class="axis" x="16" y="{(TOP + foot) / 2:.0f}" text-anchor="middle" {turned}>{escape(y_name)}</text>'
    )
    return "".join(out) + "</svg>"


def nice_ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers from at most `low` to at least `high`."""
    raw = (high - low) / about or 1
    power = 10 ** math.floor(math.log10(raw))
    step = next(times * power for times in (1, 2, 2.5, 5, 10) if times * power >= raw * 0.999)
    first = math.floor(low / step)
    last = max(first + 1, math.ceil(high / step - 1e-9))
    return [round(k * step, 10) for k in range(first, last + 1)]


def number(value: float) -> str:
    """As a reader wants it: three figures, no trailing zeros."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _path(one: Line, at: Callable[[float, float], tuple[float, float]]) -> str:
    found = [at(x, y) for x, y in one.points]
    parts = [f"M{found[0][0]:.1f} {found[0][1]:.1f}"]
    for x, y in found[1:]:
        parts.append(f"H{x:.1f}V{y:.1f}" if one.is_step else f"L{x:.1f} {y:.1f}")
    return "".join(parts)


def _open(title: str, height: float) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height:.0f}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>"
    )


def _text(x: float, y: float, words: str, anchor: str, kind: str = "tick") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
