// Is a certificate genuine? Checked here where the browser knows Ed25519, else by the service.
import { call } from "../shared/http";

export interface Verified {
  certificate_id: string;
  name: string;
  title: string;
  granted_by: string;
  granted_at_ms: number;
  expires_at_ms: number | null;
  clears: string[];
  rules: string;
  version: string;
  issuer: string;
  notice: string;
  /** Null: no such certificate at this service; undefined: nobody asked it. */
  state?: "held" | "lapsed" | "withdrawn" | null;
}

export interface Key {
  kid: string;
  x: string;
  disowned_at_ms: number | null;
}

interface Claims {
  jti: string;
  name: string;
  title: string;
  by: string;
  iat: number;
  exp?: number;
  clears: string[];
  rules: string;
  version: string;
  iss?: string;
  notice?: string;
}

/** The document in what somebody pasted: itself, or an address that ends in it. */
export function documentIn(text: string): string | null {
  const tail = text.includes("#") ? text.slice(text.lastIndexOf("#") + 1) : text;
  const found = tail.match(/[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g) ?? [];
  return text.length <= 16000 && found.length === 1 ? (found[0] ?? null) : null;
}

function bytesOf(part: string): Uint8Array<ArrayBuffer> {
  const raw = atob(part.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

/** Null: the signature is wrong, or it isn't a certificate. Raises where the browser knows no Ed25519. */
export async function checkHere(document: string, keys: readonly Key[]): Promise<Verified | null> {
  const [head = "", body = "", signature = ""] = document.split(".");
  let header: { alg?: string; kid?: string; typ?: string };
  let claims: Claims;
  let signed: Uint8Array<ArrayBuffer>;
  try {
    const text = new TextDecoder("utf-8", { fatal: true });
    header = JSON.parse(text.decode(bytesOf(head)));
    claims = JSON.parse(text.decode(bytesOf(body)));
    signed = bytesOf(signature);
  } catch {
    return null;
  }
  const key = keys.find((one) => one.kid === header.kid && one.disowned_at_ms === null);
  if (header.alg !== "EdDSA" || header.typ !== "tealight-certificate" || !key) return null;
  const known = await crypto.subtle.importKey("raw", bytesOf(key.x), { name: "Ed25519" }, false, ["verify"]);
  const message = new TextEncoder().encode(`${head}.${body}`);
  if (!(await crypto.subtle.verify({ name: "Ed25519" }, known, signed, message))) return null;
  return {
    certificate_id: claims.jti,
    name: claims.name,
    title: claims.title,
    granted_by: claims.by,
    granted_at_ms: claims.iat * 1000,
    expires_at_ms: claims.exp === undefined ? null : claims.exp * 1000,
    clears: claims.clears,
    rules: claims.rules,
    version: claims.version,
    issuer: claims.iss ?? "",
    notice: claims.notice ?? "",
  };
}

/** What the service says; it knows of withdrawals, too. Raises Problem. */
export const checkThere = (document: string): Promise<Verified> =>
  call("POST", "/api/certification/verification", { text: document });

const KEYS = "tealight.certificate-keys";

/** The service's public keys; those of the last visit where it can't be reached. Raises Problem. */
export async function loadKeys(kept: Storage | null): Promise<Key[]> {
  try {
    const { keys } = await call<{ keys: Key[] }>("GET", "/api/certification/keys");
    kept?.setItem(KEYS, JSON.stringify(keys));
    return keys;
  } catch (problem) {
    const last = kept?.getItem(KEYS);
    if (last) return JSON.parse(last);
    throw problem;
  }
}
