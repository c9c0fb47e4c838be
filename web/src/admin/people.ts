// Everyone, as admins see them, and the calls that change them.
import { signal } from "@preact/signals";
import { call } from "../shared/http";
import type { AgeBand, Role } from "../shared/wire";
import type { Clearance } from "../staff/me";
import { t } from "../staff/words";

export interface HeldClearance extends Clearance {
  clearance_id: string;
  is_valid: boolean;
}

export interface Person {
  person_id: string;
  name: string;
  display_name: string;
  role: Role;
  languages: string[];
  max_chats: number;
  is_active: boolean;
  age_bands: AgeBand[];
  clearances: HeldClearance[];
}

/** What can be changed of a person, as the form holds it. */
export interface PersonEntries {
  display_name: string;
  role: Role;
  languages: string[];
  max_chats: number;
}

interface Saved {
  person: Person;
  opened_languages: string[];
}

export const STAFF_ROLES: readonly Role[] = ["listener", "supervisor", "admin"];
export const people = signal<readonly Person[] | null>(null);

export async function loadPeople(): Promise<void> {
  const answer = await call<{ people: Person[] }>("GET", "/api/admin/people");
  people.value = answer.people;
}

function keep(person: Person): void {
  const others = (people.value ?? []).filter((one) => one.person_id !== person.person_id);
  people.value = [...others, person];
}

const pathOf = (personId: string): string => `/api/admin/people/${encodeURIComponent(personId)}`;

export async function addPerson(entries: PersonEntries & { name: string; password: string }): Promise<Saved> {
  const saved = await call<Saved>("POST", "/api/admin/people", entries);
  keep(saved.person);
  return saved;
}

export async function changePerson(
  personId: string,
  change: Partial<PersonEntries & { is_active: boolean }>,
): Promise<Saved> {
  const saved = await call<Saved>("PATCH", pathOf(personId), change);
  keep(saved.person);
  return saved;
}

export const setPassword = (personId: string, password: string): Promise<void> =>
  call("POST", `${pathOf(personId)}/password`, { password });

export const signOutPerson = (personId: string): Promise<void> => call("POST", `${pathOf(personId)}/sign-out`);

export interface NewClearance {
  kind: Clearance["kind"];
  value: string;
  expires_at_ms: number | null;
}

/** One after the other: each raises the person's version, and the database takes them one at a time anyway. */
export async function grant(personId: string, wanted: readonly NewClearance[]): Promise<void> {
  try {
    for (const one of wanted) await call("POST", `${pathOf(personId)}/clearances`, one);
  } finally {
    await loadPeople();
  }
}

export async function withdraw(personId: string, clearanceId: string, reason: string): Promise<void> {
  await call("DELETE", `${pathOf(personId)}/clearances/${encodeURIComponent(clearanceId)}`, { reason });
  await loadPeople();
}

/** Who an id stands for; acts of the command line and of the service itself have names of their own. */
export function nameOf(id: string): string {
  if (id === "command_line") return t("by_command_line");
  if (id === "seeker") return t("by_seeker");
  if (id === "tealight") return t("by_service");
  if (id === "rules") return t("certificates.by_rules");
  return people.value?.find((one) => one.person_id === id)?.display_name ?? id;
}
