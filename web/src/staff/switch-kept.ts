// What is on or off as somebody of the staff wants it, kept on this device.
import { type Signal, signal } from "@preact/signals";
import { thisDevice } from "../shared/safe-storage";

const PREFIX = "tealight.console.";

/** On or off, `otherwise` until somebody changed it here. */
export function switchKept(key: string, otherwise: boolean): Signal<boolean> {
  const held = thisDevice.getItem(PREFIX + key);
  const setting = signal(held === null ? otherwise : held === "yes");
  setting.subscribe((value) => {
    if (thisDevice.getItem(PREFIX + key) !== null || value !== otherwise) {
      thisDevice.setItem(PREFIX + key, value ? "yes" : "no");
    }
  });
  return setting;
}
