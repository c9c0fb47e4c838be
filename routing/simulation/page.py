"""One HTML page of a comparison: what was assumed, what came out, plots and tables. Needs nothing from anywhere."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from routing.simulation.drawing import Bar, Line, bars, lines, number
from routing.simulation.goals import goals_of
from routing.simulation.outcomes import CURVE_S

STYLE = """
:root{color-scheme:light dark;--page:#edf1ec;--card:#fafbf7;--text:#14262a;--soft:#465a5c;--line:#ccd6ce;
--c0:#1f7572;--c1:#b3690f;--c2:#7d5b91;--c3:#962718;--good:#185640;--bad:#962718}
@media (prefers-color-scheme:dark){:root{--page:#101b1e;--card:#17262a;--text:#e7efe9;--soft:#a9bbb4;--line:#33474a;
--c0:#5cc2b8;--c1:#e6a24a;--c2:#c3a3d6;--c3:#f08b76;--good:#8fd3ae;--bad:#f3a393}}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:860px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin:2.2rem 0 .4rem}p{margin:.4rem 0 .8rem}small,.soft{color:var(--soft)}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px}
svg{width:100%;height:auto;display:block}svg text{fill:var(--text);font-size:12px}
svg .tick{fill:var(--soft)}svg .axis{fill:var(--soft);font-size:12px}svg .value{font-weight:600}
.grid{stroke:var(--line)}.goal{stroke:var(--c3);stroke-width:2;stroke-dasharray:5 4}
.whisker{stroke:var(--text);fill:none;stroke-width:1.3}.line{fill:none;stroke-width:2.2}.dashed{stroke-dasharray:6 5}
.fill0{fill:var(--c0)}.fill1{fill:var(--c1)}
.line0{stroke:var(--c0)}.line1{stroke:var(--c1)}.line2{stroke:var(--c2)}.line3{stroke:var(--c3)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.86rem;min-width:100%;background:var(--card)}
th,td{border-bottom:1px solid var(--line);padding:5px 8px;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}.good{color:var(--good)}.bad{color:var(--bad)}
"""


def page(result: dict[str, Any]) -> str:
    """The page of what `compare` answered, with `staffing` and `check` where they were asked for."""
    parts = [
        f"<h1>A made-up day, {len(result['policies'])} policies</h1>",
        _assumptions(result),
        _goals(result),
        _table(result),
        _by_policy("Wait of those in danger (risk 3)", "seconds, 95th percentile", result, _risk_p95, goal=30),
        _by_policy("Those in danger who left", "percent of them", result, _risk_left, goal=8),
        _by_policy("Everybody who left", "percent", result, lambda f: _percent(f["all"]["abandonment"])),
        _curve(result),
        _languages(result),
        _day(result),
        _told(result),
    ]
    if "staffing" in result:
        parts += [_steps(result["staffing"]), _hours(result["staffing"])]
    if "check" in result:
        parts.append(_check(result["check"]))
    body = "".join(parts)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tealight: simulation</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>\n"
    )


def _assumptions(result: dict[str, Any]) -> str:
    s = result["scenario"]
    happens = f", a spike of {s['spike']['factor']:g} times for {s['spike']['hours']:g} h" if s["spike"] else ""
    if s["barrier"]:
        happens += f", nothing matched for {s['barrier']['seconds']:g} s"
    if s["process_loss"]:
        happens += f", a process that dies with {100 * s['process_loss']['share']:g}% of all connections"
    return (
        f'<p class="soft">{s["hours"]:g} hours from {s["start_hour"]:g}:00, {s["peak_per_min"]:g} seekers a minute at'
        f" the peak, staffing {s['staffing']:g}{happens}; {len(result['seeds'])} seeds; decided by the"
        f" {result['engine']}."
        " All policies met the same people. Whiskers and ± are 95% intervals over the seeds. What people do is assumed"
        " where nobody has published it; the direction of a difference is worth more than its size.</p>"
    )


def _goals(result: dict[str, Any]) -> str:
    items = "".join(
        f'<li><span class="{"good" if goal.is_met else "bad"}">{"met" if goal.is_met else "not met"}</span>: '
        f"{escape(goal.sentence)}</li>"
        for goal in goals_of(result)
    )
    return f"<h2>What was aimed at</h2><ul>{items}</ul>" if items else ""


COLUMNS: tuple[tuple[str, Callable[[dict[str, Any]], dict[str, Any] | None], float], ...] = (
    ("left %", lambda f: f["all"]["abandonment"], 100),
    ("risk 3 left %", lambda f: f["risk"]["3"]["abandonment"], 100),
    ("p50 s", lambda f: f["all"]["wait_s"]["p50"], 1),
    ("p95 s", lambda f: f["all"]["wait_s"]["p95"], 1),
    ("p99 s", lambda f: f["all"]["wait_s"]["p99"], 1),
    ("within 60 s %", lambda f: f["all"]["within_60_s"], 100),
    ("risk 3 p95 s", lambda f: f["risk"]["3"]["wait_s"]["p95"], 1),
    ("risk 3 ≤ 60 s %", lambda f: f["risk"]["3"]["within_60_s_of_joined"], 100),
    ("risk 0 p95 s", lambda f: f["risk"]["0"]["wait_s"]["p95"], 1),
    ("topic %", lambda f: f["all"]["topic_match"], 100),
    ("own listener %", lambda f: f["all"]["own_listener_of_those_who_wished"], 100),
    ("of those on shift %", lambda f: f["all"]["own_listener_of_those_on_shift"], 100),
    ("pile-up %", lambda f: f["all"]["pile_up"], 100),
    ("Gini", lambda f: f["listeners"]["gini_per_unit_hour"], 1),
    ("offers a chat", lambda f: f["all"]["offers_per_chat"], 1),
)


def _table(result: dict[str, Any]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name, _, _ in COLUMNS)
    rows = "".join(
        f"<tr><td>{escape(entry['title'])}</td>"
        + "".join(f"<td>{_cell(read(entry['figures']), times)}</td>" for _, read, times in COLUMNS)
        + "</tr>"
        for entry in result["policies"].values()
    )
    return (
        f'<h2>All policies</h2><div class="wide"><table><tr><th>policy</th>{head}</tr>{rows}</table></div>'
        "<p><small>Waits are of those who were joined. Own listener: of the returning seekers who wished for one and"
        " were joined. Pile-up: given to somebody already in a chat while another who might have taken it had none."
        " Gini: of chats per unit of capacity and hour on duty, 0 is equal.</small></p>"
    )


def _cell(found: dict[str, Any] | None, times: float) -> str:
    if found is None:
        return "–"
    half = f" <small>±{number(times * (found['high'] - found['mean']))}</small>" if found["high"] is not None else ""
    return number(times * found["mean"]) + half


def _by_policy(title: str, unit: str, result: dict[str, Any], read: Any, goal: float | None = None) -> str:
    rows = [
        Bar(entry["title"], *_mean(read(entry["figures"])), colour=int(name != "house"))
        for name, entry in result["policies"].items()
    ]
    beside = f"<p><small>Dashed: {goal:g}, which is aimed at.</small></p>" if goal is not None else ""
    return f"<h2>{escape(title)}</h2><figure>{bars(title, unit, rows, goal)}</figure>{beside}"


def _mean(found: dict[str, Any] | None) -> tuple[float | None, float | None, float | None]:
    return (found["mean"], found["low"], found["high"]) if found else (None, None, None)


def _risk_p95(figures: dict[str, Any]) -> Any:
    return figures["risk"]["3"]["wait_s"]["p95"]


def _risk_left(figures: dict[str, Any]) -> Any:
    return _percent(figures["risk"]["3"]["abandonment"])


def _percent(found: dict[str, Any] | None) -> dict[str, Any] | None:
    return {key: value and 100 * value for key, value in found.items()} if found else None


def _two(result: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The first policy and, where it was run, the baseline."""
    policies = result["policies"]
    names = list(dict.fromkeys([next(iter(policies)), *(["fifo"] if "fifo" in policies else [])]))
    return [(policies[name]["title"], policies[name]["figures"]) for name in names]


def _curve(result: dict[str, Any]) -> str:
    series = []
    for index, (title, figures) in enumerate(_two(result)):
        for risk, colour in ((0, 0), (3, 3)):
            shares = figures["risk"][str(risk)]["joined_within"]
            points = [(float(at), 100 * shares[str(at)]["mean"]) for at in CURVE_S if at <= 600 and shares[str(at)]]
            if points:
                series.append(Line(f"{title}, risk {risk}", points, colour, is_dashed=index == 1))
    if not series:
        return ""
    title = "Joined by a listener within so long"
    plot = lines(title, "seconds since arrival", "percent of those who came", series, y_most=100)
    return f"<h2>{title}</h2><figure>{plot}</figure>"


def _languages(result: dict[str, Any]) -> str:
    names = result["scenario"]["languages"]
    rows = []
    for name in names:
        for index, (title, figures) in enumerate(_two(result)):
            found = figures["language"][name]["wait_s"]["p95"]
            rows.append(Bar(f"{name}, {title}" if index == 0 else title, *_mean(found), colour=index))
    title = "Wait by language"
    return (
        f"<h2>{title}</h2><p>The fewer people speak a language, the longer its waits: that is for recruiting to"
        " mend.</p>"
        f"<figure>{bars(title, 'seconds, 95th percentile', rows)}</figure>"
    )


def _day(result: dict[str, Any]) -> str:
    day = result["day"]
    if len(day) < 2:
        return ""
    at = [(index + 0.5, entry) for index, entry in enumerate(day)]
    series = [
        Line("seekers who came in the hour", [(x, e["came"]) for x, e in at], 1, is_step=True),
        Line("listeners on duty", [(x, e["listeners"]) for x, e in at], 0),
        Line("units of capacity on duty", [(x, e["units"]) for x, e in at], 0, is_dashed=True),
    ]
    title = "The day of the first seed"
    return f"<h2>{title}</h2><figure>{lines(title, 'hours since the start', 'people', series)}</figure>"


def _told(result: dict[str, Any]) -> str:
    title, figures = _two(result)[0]
    told = figures["told"]
    names = (
        ("had_to_wait", "had to wait"),
        ("told", "of those, were told a band"),
        ("covered_of_joined", "joined within the band"),
        ("longer_than_announced", "waited longer than the band's upper end"),
    )
    rows = "".join(f"<tr><td>{name}</td><td>{_cell(told[key], 100)} %</td></tr>" for key, name in names)
    return f'<h2>What was said about the wait ({escape(title)})</h2><div class="wide"><table>{rows}</table></div>'


def _steps(found: dict[str, Any]) -> str:
    def points(read: Any) -> Sequence[tuple[float, float]]:
        return [(s["factor"], 100 * read(s["figures"])["mean"]) for s in found["steps"] if read(s["figures"])]

    series = [
        Line("left", points(lambda f: f["all"]["abandonment"]), 1),
        Line("joined within 60 s", points(lambda f: f["all"]["within_60_s"]), 0),
        Line("risk 3: left", points(lambda f: f["risk"]["3"]["abandonment"]), 3, is_dashed=True),
        Line("risk 3: joined within 60 s", points(lambda f: f["risk"]["3"]["within_60_s"]), 2, is_dashed=True),
    ]
    title = "More or fewer listeners"
    plot = lines(title, "staffing: units on duty for each chat that would be open", "percent", series, y_most=100)
    return f"<h2>{title}</h2><figure>{plot}</figure>"


def _hours(found: dict[str, Any]) -> str:
    target = found["target"]
    goal = f"{100 * target['share']:g}% within {target['within_s']:g} s, at most {100 * target['abandonment']:g}% leave"
    if found["factor"] is None:
        return f"<h2>Listeners by hour</h2><p>No staffing that was tried reaches the target ({goal}).</p>"
    rows = "".join(
        f"<tr><td>{entry['hour']:02d}:00</td><td>{number(entry['per_hour'])}</td><td>{number(entry['erlangs'])}</td>"
        f"<td>{number(entry['erlang_a_listeners'])}</td><td>{number(entry['listeners'])}</td>"
        f"<td>{number(entry['listeners_on_the_plan'])}</td></tr>"
        for entry in found["hours"]
    )
    return (
        f"<h2>Listeners by hour</h2><p>For {goal}: a staffing of {found['factor']:.2f}. Erlang-A is what one line of"
        " anybody to anybody would need; languages, clearances and slow-down cost the rest.</p>"
        '<div class="wide"><table><tr><th>hour</th><th>seekers</th><th>chats open</th><th>Erlang-A listeners</th>'
        f"<th>listeners on duty</th><th>on the plan</th></tr>{rows}</table></div>"
    )


def _check(found: Sequence[dict[str, float]]) -> str:
    rows = "".join(
        f"<tr><td>{entry['units']:g}</td><td>{100 * entry['abandonment']:.2f}</td>"
        f"<td>{100 * entry['erlang_a_abandonment']:.2f}</td><td>{100 * entry['within_60_s']:.1f}</td>"
        f"<td>{100 * entry['erlang_a_within_60_s']:.1f}</td></tr>"
        for entry in found
    )
    return (
        "<h2>The simulation against Erlang-A</h2><p>One line, 1,000 seekers an hour, chats of 25 min, patience of 10"
        " min, all exponential: the formula is exact there, so the simulation must agree.</p>"
        '<div class="wide"><table><tr><th>units</th><th>left %</th><th>Erlang-A</th><th>within 60 s %</th>'
        f"<th>Erlang-A</th></tr>{rows}</table></div>"
    )
