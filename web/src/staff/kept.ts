// What the learning page keeps on this device, and how it is taken away. It stands here because every staff page can sign out.
import { thisDevice } from "../shared/safe-storage";

/** Served from the root, but works for /learn only. */
export const KEPT_WORKER = "/learn-worker.js";
/** Every cache of the worker begins so. */
const CACHE_PREFIX = "tealight-learn";
/** Answers that were begun, and bookmarks that are not sent yet. */
export const DRAFTS_KEY = "tealight.learn.drafts";
export const BOOKMARKS_KEY = "tealight.learn.bookmarks";

/** Takes lessons, drafts and the worker from this device. Never throws: signing out must not hang on it. */
export async function forgetKept(): Promise<void> {
  thisDevice.removeItem(DRAFTS_KEY);
  thisDevice.removeItem(BOOKMARKS_KEY);
  try {
    const names = "caches" in globalThis ? await caches.keys() : [];
    await Promise.all(names.filter((name) => name.startsWith(CACHE_PREFIX)).map((name) => caches.delete(name)));
    const worker = await navigator.serviceWorker?.getRegistration("/learn");
    await worker?.unregister();
  } catch {
    // Forbidden storage holds nothing.
  }
}
