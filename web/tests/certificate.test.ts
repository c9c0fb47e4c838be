import { beforeAll, describe, expect, it } from "vitest";
import { checkHere, documentIn, type Key } from "../src/certificate/check";

const base64url = (raw: Uint8Array): string =>
  btoa(String.fromCharCode(...raw))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const part = (value: unknown): string => base64url(new TextEncoder().encode(JSON.stringify(value)));

let keys: Key[] = [];
let sign: (header: unknown, claims: unknown) => Promise<string>;
const CLAIMS = {
  jti: "k1",
  name: "Fenchel Ä",
  title: "Listener",
  by: "Linden",
  iat: 1,
  clears: [],
  rules: "r",
  version: "1",
};
const HEADER = { alg: "EdDSA", kid: "one", typ: "tealight-certificate" };

beforeAll(async () => {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  keys = [{ kid: "one", x: base64url(raw), disowned_at_ms: null }];
  sign = async (header, claims) => {
    const signed = `${part(header)}.${part(claims)}`;
    const signature = await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, new TextEncoder().encode(signed));
    return `${signed}.${base64url(new Uint8Array(signature))}`;
  };
});

describe("a certificate that is checked in the browser", () => {
  it("is genuine as it was signed", async () => {
    const found = await checkHere(await sign(HEADER, CLAIMS), keys);
    expect([found?.name, found?.expires_at_ms]).toEqual(["Fenchel Ä", null]);
  });

  it("is not genuine once a word of it was changed", async () => {
    const [head, , signature] = (await sign(HEADER, CLAIMS)).split(".");
    expect(await checkHere(`${head}.${part({ ...CLAIMS, name: "Somebody" })}.${signature}`, keys)).toBeNull();
  });

  it("is not genuine with a key that is unknown or disowned, or as another kind of document", async () => {
    const document = await sign(HEADER, CLAIMS);
    expect(await checkHere(document, [])).toBeNull();
    expect(
      await checkHere(
        document,
        keys.map((one) => ({ ...one, disowned_at_ms: 1 })),
      ),
    ).toBeNull();
    expect(await checkHere(await sign({ ...HEADER, alg: "none" }, CLAIMS), keys)).toBeNull();
    expect(await checkHere(await sign({ ...HEADER, typ: "JWT" }, CLAIMS), keys)).toBeNull();
    expect(await checkHere("a.b.c", keys)).toBeNull();
  });

  it("is found in an address, and nowhere else", async () => {
    const document = await sign(HEADER, CLAIMS);
    expect(documentIn(`https://chat.example.org/certificate/k1#${document}`)).toBe(document);
    expect(documentIn(`  ${document}\n`)).toBe(document);
    expect(documentIn("hello there")).toBeNull();
  });
});
