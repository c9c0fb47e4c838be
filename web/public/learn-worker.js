// Lessons without a connection. Works for /learn only; docs/training.md tells what it keeps, and when that is taken away.
// The page tells it who is signed in: what was kept for somebody else goes first.
const CACHE = "tealight-learn-1";
const OWNER = "/learn-owner";
/** A line that is there but carries nothing: after this long, what is kept is shown. */
const PATIENCE_MS = 6000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname === "/learn") event.respondWith(fromService(event, "/learn"));
  } else if (/^\/(assets\/|favicon\.svg$)/.test(url.pathname)) {
    // Their names change with what is in them.
    event.respondWith(fromHereFirst(event.request));
  } else if (/^\/api\/(me|learning|learning\/courses\/[^/]+\/lessons\/[^/]+)$/.test(url.pathname)) {
    event.respondWith(fromService(event, url.pathname + url.search));
  }
});

self.addEventListener("message", (event) => {
  const { type, urls, person } = event.data;
  const work = type === "page" ? keepPage(person, urls) : keepAll(urls);
  event.waitUntil(work.then((isDone) => event.ports[0]?.postMessage(isDone)));
});

async function fromService(event, key) {
  let response;
  try {
    response = await withPatience(event.request, key);
  } catch {
    response = null;
  }
  if (response === null || response.status >= 500) {
    const kept = await caches.match(key, { ignoreVary: true });
    if (kept) void say(event, "from_here");
    return kept ?? response ?? Response.error();
  }
  // Signed out: whoever comes next must not read what was kept.
  if (response.status === 401 || response.type === "opaqueredirect") await caches.delete(CACHE);
  else if (response.ok) event.waitUntil(putAgain(key, response.clone()));
  void say(event, "from_service");
  return response;
}

/** Only where something is kept there is a reason to give up waiting. */
async function withPatience(request, key) {
  const asked = fetch(request);
  if (!(await caches.match(key, { ignoreVary: true }))) return asked;
  let timer;
  const enough = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("slow")), PATIENCE_MS);
  });
  try {
    return await Promise.race([asked, enough]);
  } finally {
    clearTimeout(timer);
    asked.catch(() => {});
  }
}

async function fromHereFirst(request) {
  const { pathname } = new URL(request.url);
  const kept = await caches.match(pathname, { ignoreVary: true });
  return kept ?? fetch(request);
}

/** A page is kept only for the person for whom it was asked; the owner is written first. */
async function keepPage(person, urls) {
  const owner = await (await caches.match(OWNER))?.text();
  if (owner !== person) {
    await caches.delete(CACHE);
    const cache = await caches.open(CACHE);
    await cache.put(OWNER, new Response(person));
  }
  await dropOldFiles(urls);
  return keepAll(urls);
}

async function keepAll(urls) {
  const cache = await caches.open(CACHE);
  const all = await Promise.all(
    urls.map(async (url) => {
      if (url.startsWith("/assets/") && (await cache.match(url, { ignoreVary: true }))) return true;
      try {
        const response = await fetch(url, { credentials: "same-origin", redirect: "manual" });
        if (!response.ok) return false;
        await cache.put(url, response);
        return true;
      } catch {
        return (await cache.match(url, { ignoreVary: true })) !== undefined;
      }
    }),
  );
  return all.every(Boolean);
}

/** Files of an older build. */
async function dropOldFiles(urls) {
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/assets/") && !urls.includes(pathname)) await cache.delete(request);
  }
}

/** Only into what has an owner: an answer that comes in after signing out brings nothing back. */
async function putAgain(key, response) {
  if (!(await caches.has(CACHE))) return;
  const cache = await caches.open(CACHE);
  if (await cache.match(OWNER)) await cache.put(key, response);
}

async function say(event, type) {
  const client = await self.clients.get(event.clientId || event.resultingClientId);
  client?.postMessage({ type });
}
