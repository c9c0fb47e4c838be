// The own place in line, as pushes and replies change it.

import { announce } from "../shared/status";
import type { Done, OwnRequest } from "../shared/wire";
import { callBack } from "./attention";
import * as state from "./state";
import { kept } from "./tab";
import { say } from "./words";

/** A place that changes often is not read out each time. */
const SAY_PLACE_EVERY_MS = 20_000;
let saidPlaceMs = Number.NEGATIVE_INFINITY;

export function newLine(requestId: string): state.Line {
  return {
    requestId,
    state: "asking",
    place: null,
    lowS: null,
    highS: null,
    promisedS: null,
    isAnyoneThere: null,
    reason: null,
    isMovedBack: false,
  };
}

export function changeLine(change: Partial<state.Line>): void {
  if (state.line.value !== null) state.line.value = { ...state.line.value, ...change };
}

export function changePlace(place: number | null, lowS: number | null, highS: number | null): void {
  const known = state.line.value;
  const promisedS = known?.promisedS ?? highS;
  const was = known?.place ?? null;
  // Nobody overtakes but who is in danger or has waited more of what they can bear: say so.
  const isMovedBack = was !== null && place !== null && (place > was || (known?.isMovedBack === true && place === was));
  changeLine({ place, lowS, highS, promisedS, isMovedBack });
  if (place === null || state.view.value !== "waiting" || Date.now() - saidPlaceMs < SAY_PLACE_EVERY_MS) return;
  saidPlaceMs = Date.now();
  announce(plain(place === 1 ? say("wait.next") : say("wait.before", { n: place - 1 })));
}

/** What the reply to `request_chat` tells. */
export function takeReply(done: Done): void {
  if (state.line.value?.state === "asking") changeLine({ state: "waiting" });
  if (done.is_anyone_there !== undefined) changeLine({ isAnyoneThere: done.is_anyone_there });
  if (done.place !== undefined) changePlace(done.place, done.wait_low_s ?? null, done.wait_high_s ?? null);
}

/** What the snapshot tells. */
export function takeRequest(request: OwnRequest): void {
  const id = request.request_id;
  const known = state.line.value?.requestId === id ? state.line.value : newLine(id);
  state.line.value = { ...known, state: request.state, isAnyoneThere: request.is_anyone_there ?? null };
  changePlace(request.place ?? null, request.wait_low_s ?? null, request.wait_high_s ?? null);
  if (request.confirm_deadline_ms) askToConfirm(request.confirm_deadline_ms);
  else state.confirm.value = null;
}

export function askToConfirm(deadlineMs: number): void {
  if (state.confirm.value?.deadlineMs === deadlineMs) return;
  state.confirm.value = { deadlineMs, totalMs: Math.max(1, deadlineMs - state.clock.now()) };
  announce(`${say("confirm.title")} ${say("confirm.more")}`);
  callBack(say("title.ready"), kept("sound") === true);
}

function plain(sentence: string): string {
  return sentence.replace(/<\/?b>/g, "");
}
