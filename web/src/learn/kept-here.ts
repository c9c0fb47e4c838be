// Lessons for reading without a connection: the part of the page that talks with public/learn-worker.js.
import { signal } from "@preact/signals";
import { KEPT_WORKER } from "../staff/kept";

/** What is shown comes from this device, because the service could not be reached. */
export const isOffline = signal(false);

interface Said {
  type: "from_here" | "from_service";
}

/** May this browser keep lessons at all? Not without a secure connection, and not in some private windows. */
export const mayKeep = (): boolean => "serviceWorker" in navigator;

/** Starts the worker for this page and nothing else; it keeps what the page is made of, and `more`. Never throws. */
export async function startKeeping(personId: string, more: string[]): Promise<void> {
  if (!mayKeep()) return;
  navigator.serviceWorker.addEventListener("message", (event: MessageEvent<Said>) => {
    isOffline.value = event.data.type === "from_here";
  });
  addEventListener("offline", () => {
    isOffline.value = true;
  });
  try {
    await navigator.serviceWorker.register(KEPT_WORKER, { scope: "/learn" });
    await tell({ type: "page", person: personId, urls: ["/learn", "/api/me", ...more, ...ownFiles()] });
  } catch {
    // Without a worker everything works but reading without a connection.
  }
}

/** Has these addresses kept; true once all of them are. */
export async function keep(urls: string[]): Promise<boolean> {
  try {
    return (await tell({ type: "keep", urls })) === true;
  } catch {
    return false;
  }
}

/** Are all of these kept already? */
export async function areKept(urls: string[]): Promise<boolean> {
  if (!("caches" in globalThis)) return false;
  try {
    const found = await Promise.all(urls.map((url) => caches.match(url, { ignoreVary: true })));
    return found.every((one) => one !== undefined);
  } catch {
    return false;
  }
}

/** The scripts, styles and pictures that this page has loaded. */
function ownFiles(): string[] {
  const paths = performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname);
  return [...new Set(paths.filter((path) => /^\/(assets\/.+|favicon\.svg)$/.test(path)))];
}

async function tell(message: unknown): Promise<unknown> {
  const { active } = await navigator.serviceWorker.ready;
  if (!active) return false;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => resolve(event.data);
    active.postMessage(message, [port2]);
  });
}
