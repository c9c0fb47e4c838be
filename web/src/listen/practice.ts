// The console in practice: which practice chat, and where to go when it is over.
import { call, Problem } from "../shared/http";

/** The practice chat that this page is for, from its address; null: the page is for real chats. */
export function practiceIdOf(search: string): string | null {
  return new URLSearchParams(search).get("practice") || null;
}

export const doorOf = (practiceId: string | null): string => (practiceId === null ? "/ws" : "/ws/practice");

export const debriefAddress = (practiceId: string): string => `/learn#practice/${encodeURIComponent(practiceId)}`;

/** Where a practice chat that needs no console any more is looked at; null while it goes on, or nobody knows. */
export async function afterwards(practiceId: string): Promise<string | null> {
  try {
    const { practice } = await call<{ practice: { ended_at_ms: number | null } }>(
      "GET",
      `/api/learning/practice/${encodeURIComponent(practiceId)}`,
    );
    return practice.ended_at_ms === null ? null : debriefAddress(practiceId);
  } catch (problem) {
    return problem instanceof Problem && problem.status === 404 ? "/learn#practice" : null;
  }
}
