// After the build: a .br and a .gz beside each file that is worth it, so that the server never compresses while people wait.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = join(import.meta.dirname, "..", "dist");
const WORTH_IT = /\.(html|js|css|svg|json|txt|webmanifest)$/;

for (const name of readdirSync(dist, { recursive: true })) {
  if (!WORTH_IT.test(name)) continue;
  const path = join(dist, name);
  const plain = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  writeFileSync(`${path}.gz`, smallestGzip(plain));
}

/** Less memory means shorter blocks with codes of their own, which suits some files: the smallest of all is taken. */
function smallestGzip(plain) {
  const all = [5, 6, 7, 8, 9].map((memLevel) => gzipSync(plain, { level: 9, memLevel }));
  return all.reduce((best, next) => (next.length < best.length ? next : best));
}
