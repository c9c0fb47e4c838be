// What the page knows of the service before anyone is asked for: pools, texts, crisis numbers.

import { call } from "../shared/http";
import type { AgeBand } from "../shared/wire";
import { value } from "./store";
import { words } from "./words";

export interface FrontPool {
  language: string;
  age_band: AgeBand;
  name: string;
  min_age: number;
  max_age: number | null;
  text: string;
  is_open: boolean;
  opens_at_ms?: number | null;
}

export interface Front {
  organisation?: string | null;
  pools: FrontPool[];
  topics: string[];
  texts: Record<string, string>;
}

export interface CrisisNumber {
  number: string;
  for?: string | null;
}

export interface CrisisService {
  name: string;
  call?: string[];
  text?: string | null;
  chat?: string | null;
  hours?: string | null;
  time_zone?: string | null;
  languages?: string[];
  ages?: string | null;
  cost?: string | null;
  verified_on: string;
}

export interface CrisisCountry {
  name: string;
  names?: Record<string, string>;
  emergency: CrisisNumber[];
  services: CrisisService[];
}

export interface Crisis {
  countries: Record<string, CrisisCountry>;
  fallback_url: string;
}

export const front = value<Front | null>(null);
export const isUnreachable = value(false);
/** Held in memory, so that the panel opens without the network; nothing about it is written to the device. */
export const crisis = value<Crisis | null>(null);

export const FALLBACK_URL = "https://findahelpline.com";
const AGAIN_MS = 15_000;

export async function loadFront(): Promise<void> {
  try {
    front.value = await call<Front>("GET", "/api/front");
    isUnreachable.value = false;
  } catch {
    isUnreachable.value = front.value === null;
    if (isUnreachable.value) setTimeout(() => front.value ?? loadFront(), AGAIN_MS);
  }
}

export async function loadCrisis(): Promise<void> {
  if (crisis.value !== null) return;
  try {
    crisis.value = await call<Crisis>("GET", "/api/crisis");
  } catch {
    setTimeout(() => void loadCrisis(), AGAIN_MS); // until then the panel shows what is true everywhere
  }
}

/** The languages in which there is a line at all, the page's own first. */
export function lineLanguages(): string[] {
  const all = [...new Set((front.value?.pools ?? []).map((pool) => pool.language))];
  return all.sort((a, b) => Number(isNear(b, words.language)) - Number(isNear(a, words.language)));
}

export function poolFor(language: string, ageBand: AgeBand): FrontPool | undefined {
  return front.value?.pools.find((pool) => pool.language === language && pool.age_band === ageBand);
}

/** A sentence that the organisation wrote itself, if it did. */
export function ownText(key: string): string | undefined {
  return front.value?.texts[key]?.trim() || undefined;
}

function isNear(tag: string, language: string): boolean {
  return tag.split("-")[0] === language.split("-")[0];
}
