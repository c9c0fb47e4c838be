// How this listener wants to be called, kept on this device.
import { type Signal, signal } from "@preact/signals";
import { thisDevice } from "../shared/safe-storage";

const PREFIX = "tealight.console.";

function kept(key: string, otherwise: boolean): Signal<boolean> {
  const held = thisDevice.getItem(PREFIX + key);
  const setting = signal(held === null ? otherwise : held === "yes");
  setting.subscribe((value) => {
    if (thisDevice.getItem(PREFIX + key) !== null || value !== otherwise) {
      thisDevice.setItem(PREFIX + key, value ? "yes" : "no");
    }
  });
  return setting;
}

export const hasSound = kept("sound", true);
export const hasNotices = kept("notices", false);
export const hasAltKeys = kept("alt-keys", true);
/** Enter sends and Shift+Enter begins a new line; off: the other way round, with Ctrl+Enter to send. */
export const enterSends = kept("enter-sends", true);
