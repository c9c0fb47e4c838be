// What of the page as it was served is used again: the drawing (it is never sent twice) and where the way out leads.

/** The street and the window, as nodes. */
export const sceneNodes: readonly Node[] = [...(document.querySelector(".scene")?.childNodes ?? [])];

export const leavesTo = document.querySelector<HTMLAnchorElement>(".quick-exit")?.href ?? "https://www.wikipedia.org/";
