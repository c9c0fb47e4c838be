// What a seeker loads, compressed: page, style, program, messages. Fails above the limit, also for a browser that knows only gzip.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const dist = join(import.meta.dirname, "..", "dist");
/** Bytes: what a seeker on an old phone and a slow line can be asked to load. */
const LIMIT = 40_000;

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
for (const packed of ["br", "gz"]) {
  const weights = files.map((path) => statSync(`${path}.${packed}`).size);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = files.map((path, index) => `${path.slice(dist.length + 1)} ${weights[index]}`);
  console.log(`${packed}: ${total} of ${LIMIT} bytes (${parts.join(", ")})`);
  if (total > LIMIT) process.exitCode = 1;
}
