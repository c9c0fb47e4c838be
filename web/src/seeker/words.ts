import seeker from "../../messages/seeker/en.json";
import shared from "../../messages/shared/en.json";
import { rich } from "../shared/rich";
import { type Fill, type MessageFiles, Words } from "../shared/words";

const files = import.meta.glob([
  "../../messages/shared/*.json",
  "../../messages/seeker/*.json",
  "!**/en.json",
]) as MessageFiles;

const english = { ...shared, ...seeker };
export type Key = keyof typeof english;
export const words = new Words<typeof english>(english, files);

export const say = (key: Key, fill?: Fill): string => words.say(key, fill);
/** As `say`, with what stands between <b> and </b> made strong. */
export const show = (key: Key, fill?: Fill) => rich(words.say(key, fill));
