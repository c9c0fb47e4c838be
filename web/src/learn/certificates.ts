// What the service says about certificates, and the calls that ask for it.
import { call } from "../shared/http";
import type { Clearance } from "../staff/me";

export type CertificateState = "held" | "lapsed" | "withdrawn";

export interface AskLine {
  kind: "modules" | "practice" | "review" | "education" | "chat_hours";
  title: string;
  /** Hours as ms. */
  have: number;
  need: number;
  met_on: string | null;
  item: string | null;
  subjects: string[];
}

export interface Certificate {
  certificate_id: string;
  person_id: string;
  rule_set_id: string;
  grade_id: string;
  title: string;
  state: CertificateState;
  granted_by_name: string | null;
  granted_at_ms: number;
  expires_at_ms: number | null;
  withdrawn_by_name: string | null;
  withdrawn_at_ms: number | null;
  withdrawn_reason: string | null;
  reply: string | null;
  replied_at_ms: number | null;
  may_reply: boolean;
}

export interface Grade {
  grade_id: string;
  title: string;
  summary: string;
  clearances: string[];
  state: "none" | CertificateState;
  expires_on: string | null;
  is_renewal: boolean;
  asks: AskLine[];
  lacks: string[];
  is_due: boolean;
  would_expire_on: string | null;
  is_reminded: boolean;
}

export interface RuleSet {
  rule_set_id: string;
  version: string;
  title: string;
  summary: string;
  notice: string;
  is_example: boolean;
  is_in_force: boolean;
  is_automatic: boolean;
  items: Record<string, string>;
  subjects: Record<string, string>;
  grades: Grade[];
}

export interface SignOff {
  sign_off_id: string;
  rule_set_id: string;
  title: string;
  minutes: number | null;
  done_on: string;
  comment: string;
  signed_by_name: string | null;
  signed_at_ms: number;
  is_struck: boolean;
}

export interface CertificationRecord {
  at_ms: number;
  person_id: string;
  display_name: string;
  rule_sets: RuleSet[];
  certificates: Certificate[];
  sign_offs: SignOff[];
}

export interface Proposal {
  person_id: string;
  display_name: string;
  rule_set_id: string;
  grade_id: string;
  title: string;
  clearances: string[];
  is_renewal: boolean;
  was_withdrawn: boolean;
  would_expire_on: string | null;
}

export interface RuleSetSwitch {
  rule_set_id: string;
  title: string;
  summary: string;
  notice: string;
  version: string;
  is_example: boolean;
  is_in_force: boolean;
  is_automatic: boolean;
  certificates: number;
}

export interface Desk {
  proposals: Proposal[];
  withdrawn: Certificate[];
  names: Record<string, string>;
  rule_sets: RuleSetSwitch[];
}

export type NewSignOff =
  | { rule_set_id: string; item: string; done_on: string; comment: string }
  | { rule_set_id: string; subject: string; minutes: number; done_on: string; comment: string };

const personPath = (personId: string): string => `/api/certification/people/${encodeURIComponent(personId)}`;
const certificatePath = (id: string): string => `/api/certificates/${encodeURIComponent(id)}`;

/** Raises Problem, as all calls here. */
export const loadOwnRecord = (): Promise<CertificationRecord> => call("GET", "/api/certification");
export const loadRecord = (personId: string): Promise<CertificationRecord> => call("GET", personPath(personId));
export const loadDesk = (): Promise<Desk> => call("GET", "/api/certification/desk");
export const sendReply = (certificateId: string, text: string): Promise<Certificate> =>
  call("POST", `${certificatePath(certificateId)}/reply`, { text });
export const grantCertificate = (personId: string, ruleSetId: string, gradeId: string): Promise<Certificate> =>
  call("POST", `${personPath(personId)}/certificates`, { rule_set_id: ruleSetId, grade_id: gradeId });
export const withdrawCertificate = (certificateId: string, reason: string): Promise<unknown> =>
  call("POST", `${certificatePath(certificateId)}/withdrawal`, { reason });
export const signOff = (personId: string, what: NewSignOff): Promise<unknown> =>
  call("POST", `${personPath(personId)}/sign-offs`, what);
export const strikeSignOff = (personId: string, signOffId: string): Promise<unknown> =>
  call("DELETE", `${personPath(personId)}/sign-offs/${encodeURIComponent(signOffId)}`);
export const switchRuleSet = (ruleSetId: string, isInForce: boolean, isAutomatic: boolean): Promise<unknown> =>
  call("PUT", `/api/certification/rule-sets/${encodeURIComponent(ruleSetId)}`, {
    is_in_force: isInForce,
    is_automatic: isAutomatic,
  });

/** "topic:grief" -> what the words for clearances take. */
export function clearanceOf(tag: string): Pick<Clearance, "kind" | "value"> {
  const [kind = "", value = ""] = tag.split(":");
  return { kind: kind as Clearance["kind"], value };
}

/** A day of the service (YYYY-MM-DD, UTC) as an instant in the middle of it, so that it is the same day nearly everywhere. */
export const noonOf = (day: string): number => Date.parse(`${day}T12:00:00Z`);
