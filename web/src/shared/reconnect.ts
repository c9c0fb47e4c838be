/** When a server dies all its thousands come back: spread out over this time they find the next one breathing. */
const FIRST_DELAY_MS = 2_000;
/** Someone in distress should not look at "trying again" for longer than this between two tries. */
const LONGEST_DELAY_MS = 15_000;

/** Does this close code mean: come back? 1000 and 4500-4999 mean stay away. */
export function comesBack(closeCode: number): boolean {
  return closeCode !== 1000 && !(closeCode >= 4500 && closeCode <= 4999);
}

/** How long before try number `attempt` (from 0). `chance` in [0, 1) spreads everyone who lost the same server. */
export function reconnectDelayMs(attempt: number, chance: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.1 + 0.9 * chance));
}
