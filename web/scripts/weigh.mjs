// What a seeker loads, compressed: page, style, program, messages. Fails above the limit, also for a browser that knows only gzip.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const dist = join(import.meta.dirname, "..", "dist");
/** Nearly every browser takes brotli; the few that take only gzip get 40 KiB. */
const WAYS = {
  brotli: { compress: brotliCompressSync, limit: 40_000 },
  gzip: { compress: (plain) => gzipSync(plain, { level: 9 }), limit: 40_960 },
};

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

const files = [...loadedBy(join(dist, "index.html"))];
for (const [name, { compress, limit }] of Object.entries(WAYS)) {
  const weights = files.map((path) => compress(readFileSync(path)).length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = files.map((path, index) => `${path.slice(dist.length + 1)} ${weights[index]}`);
  console.log(`${name}: ${total} of ${limit} bytes (${parts.join(", ")})`);
  if (total > limit) process.exitCode = 1;
}
