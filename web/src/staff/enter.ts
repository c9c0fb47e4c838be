// Which key sends what was typed: the same in every field in which somebody of the staff writes to a person.
import { switchKept } from "./switch-kept";

/** Enter sends and Shift+Enter begins a new line; off: the other way round, with Ctrl+Enter to send. */
export const enterSends = switchKept("enter-sends", true);

/** Does this key send? Then it begins no new line. */
export function wantsSend(event: KeyboardEvent): boolean {
  // While a word is being composed (Japanese, Chinese, Korean) Enter belongs to the input method.
  if (event.key !== "Enter" || event.isComposing) return false;
  return enterSends.value ? !event.shiftKey && !isTouch() : event.ctrlKey || event.metaKey;
}

/** On a touch keyboard Enter is a new line: there is no Shift to hold. */
function isTouch(): boolean {
  return matchMedia("(hover: none) and (pointer: coarse)").matches;
}
