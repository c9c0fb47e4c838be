// Who is signed in, and what they hold.
import { signal } from "@preact/signals";
import { call, Problem } from "../shared/http";
import type { AgeBand, Role } from "../shared/wire";

export interface Clearance {
  clearance_id?: string;
  kind: "topic" | "age_band" | "risk_level";
  value: string;
  granted_by: string;
  granted_by_name?: string | null;
  granted_at_ms: number;
  expires_at_ms: number | null;
  is_valid?: boolean;
}

export interface Me {
  person_id: string;
  name: string;
  display_name: string;
  role: Role;
  languages: string[];
  max_chats: number;
  age_bands: AgeBand[];
  clearances: Clearance[];
}

export const me = signal<Me | null>(null);

/** Raises Problem, except that whoever isn't signed in is sent to sign in and comes back here. */
export async function loadMe(): Promise<Me | null> {
  try {
    me.value = await call<Me>("GET", "/api/me");
    return me.value;
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) {
      goToSignIn();
      return null;
    }
    throw problem;
  }
}

export function goToSignIn(): void {
  const here = location.pathname + location.search + location.hash;
  location.replace(`/sign-in?next=${encodeURIComponent(here)}`);
}

export const mayListen = (person: Me): boolean => person.role === "listener" || person.age_bands.length > 0;
export const maySupervise = (person: Me): boolean => person.role === "supervisor" || person.role === "admin";
export const mayAdmin = (person: Me): boolean => person.role === "admin";

/** A listener who holds no clearance for an age group yet. */
export const isTrainee = (person: Pick<Me, "role" | "age_bands">): boolean =>
  person.role === "listener" && person.age_bands.length === 0;

/** Where a person starts: the page of their work. */
export function firstPage(role: Role): string {
  if (role === "admin") return "/admin";
  return role === "supervisor" ? "/supervise" : "/listen";
}

/** `next` only if it leads to a page of this service: an address of someone else's would be an open redirect. */
export function safeNext(next: string | null, role: Role): string {
  return next && /^\/(?![/\\])/.test(next) ? next : firstPage(role);
}
