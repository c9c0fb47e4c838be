// What the person asked this device to remember beyond the tab: whom to ask for, and whom never to meet again.

import { thisDevice } from "../shared/safe-storage";
import { value } from "./store";

export interface Known {
  person_id: string;
  name: string;
}

const PREFER = "tealight.prefer";
const AVOID = "tealight.avoid";
/** The wire takes a list of ids; older blocks beyond this are let go. */
const AVOID_MAX = 100;

function read<T>(key: string): T | null {
  try {
    return JSON.parse(thisDevice.getItem(key) ?? "null") as T | null;
  } catch {
    return null;
  }
}

export const preferred = value<Known | null>(read<Known>(PREFER));
/** For this visit: wait for the preferred listener alone, for a while. */
export const holds = value(false);
export const avoided = value<string[]>(read<string[]>(AVOID) ?? []);

export function prefer(listener: Known | null): void {
  preferred.value = listener;
  if (listener === null) thisDevice.removeItem(PREFER);
  else thisDevice.setItem(PREFER, JSON.stringify(listener));
}

export function avoid(personId: string): void {
  avoided.value = [...avoided.value.filter((one) => one !== personId), personId].slice(-AVOID_MAX);
  thisDevice.setItem(AVOID, JSON.stringify(avoided.value));
  if (preferred.value?.person_id === personId) prefer(null);
}

export function forgetAvoided(): void {
  avoided.value = [];
  thisDevice.removeItem(AVOID);
}
