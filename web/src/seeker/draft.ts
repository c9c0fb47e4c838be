import { value } from "./store";
import { keep, kept } from "./tab";

/** What stands in the writing field: begun while waiting, it goes on in the chat, and a reload doesn't lose it. */
export const draft = value(kept("draft") ?? "");

export function setDraft(text: string): void {
  draft.value = text;
  keep("draft", text === "" ? null : text);
}

/** Words taken back stand before what is being written. */
export function addToDraft(text: string): void {
  setDraft(draft.value === "" ? text : `${text}\n${draft.value}`);
}
