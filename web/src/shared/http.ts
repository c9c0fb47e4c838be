/** What the JSON API answered when it wasn't yes: RFC 9457 with a stable `code`. Status 0: no answer at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: Record<string, unknown> = {},
  ) {
    super(code);
    this.name = "Problem";
  }
}

/** What is only read is given up after so long: on a dead line a browser may wait for minutes, and nobody knows for what. */
const READ_WITHIN_MS = 30_000;

/** One call of the JSON API. Raises Problem. */
export async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      // Browsers before 2022 know no such signal.
      ...(method === "GET" && { signal: AbortSignal.timeout?.(READ_WITHIN_MS) ?? null }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch {
    throw new Problem(0, "no_answer");
  }
  let answer: unknown = null;
  try {
    answer = text === "" ? null : JSON.parse(text);
  } catch {
    if (response.ok) throw new Problem(response.status, "bad_answer");
  }
  if (!response.ok) {
    const detail = typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>) : {};
    throw new Problem(response.status, typeof detail.code === "string" ? detail.code : "http_error", detail);
  }
  return answer as Answer;
}
