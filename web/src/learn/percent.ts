import { words } from "../staff/words";

/** 0.825 -> 82 %. Rounded down: nobody shall read "80 %" where 80 % was asked and not reached. */
export function percent(share: number): string {
  const whole = Math.floor(share * 100 + 1e-6) / 100;
  return new Intl.NumberFormat(words.language, { style: "percent", maximumFractionDigits: 0 }).format(whole);
}
