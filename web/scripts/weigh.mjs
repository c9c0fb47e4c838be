// What a seeker loads before they can ask for a chat, compressed with brotli: page, style, program, messages. Fails above the limit.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const LIMIT = 40_000;
const dist = join(import.meta.dirname, "..", "dist");
const weight = (path) => brotliCompressSync(readFileSync(path)).length;

/** The files that a page names, and those that its modules import. Dynamic imports (other languages) are not loaded by all. */
function loadedBy(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = readFileSync(path, "utf8");
  const named = path.endsWith(".html")
    ? [...text.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((found) => join(dist, found[1]))
    : [...text.matchAll(/(?:^|[;\s])(?:import|export)[^"'();]*["']\.\/([^"']+)["']/g)].map((found) =>
        join(dist, "assets", found[1]),
      );
  for (const next of named) loadedBy(next, seen);
  return seen;
}

let total = 0;
for (const path of loadedBy(join(dist, "index.html"))) {
  total += weight(path);
  console.log(String(weight(path)).padStart(7), path.slice(dist.length + 1));
}
console.log(String(total).padStart(7), `of ${LIMIT}`);
process.exitCode = total > LIMIT ? 1 : 0;
