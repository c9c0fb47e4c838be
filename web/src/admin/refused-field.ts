// Refusals of the accounts API that belong under one field of a form.
import { Problem } from "../shared/http";
import { problemWords } from "../staff/say";

const FIELD_OF: Record<string, string> = {
  bad_name: "name",
  name_taken: "name",
  bad_display_name: "display_name",
  bad_password: "password",
  bad_language: "languages",
  bad_role: "role",
  bad_max_chats: "max_chats",
  not_yourself: "role",
  last_admin: "role",
};

export interface RefusedField {
  field: string;
  words: string;
}

export function refusedField(problem: unknown): RefusedField | null {
  if (!(problem instanceof Problem)) return null;
  const named = typeof problem.detail.field === "string" ? problem.detail.field : undefined;
  const field = FIELD_OF[problem.code] ?? named;
  return field ? { field, words: problemWords(problem) } : null;
}
