// How this listener wants to be called, kept on this device.
import { switchKept } from "../staff/switch-kept";

export const hasSound = switchKept("sound", true);
export const hasNotices = switchKept("notices", false);
export const hasAltKeys = switchKept("alt-keys", true);
