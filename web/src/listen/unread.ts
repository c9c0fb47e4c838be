// What counts as unread: words of the other person beyond the own read mark.

export interface Written {
  seq: number;
  fromId: string;
}

export function unreadCount(written: readonly Written[], ownId: string, readSeq: number): number {
  let count = 0;
  for (const one of written) if (one.seq > readSeq && one.fromId !== ownId) count += 1;
  return count;
}

/** "(2) Your chats", or the offer first: the page's title is what a person sees of a window behind others. */
export function titleOf(base: string, unread: number, offerWords: string | null): string {
  if (offerWords) return `${offerWords} - ${base}`;
  return unread > 0 ? `(${unread}) ${base}` : base;
}

/** Since when the seeker has been waiting for an answer: their first word after the listener's last one; null when none is owed. */
export function owedSinceMs(written: readonly { fromId: string; sentAtMs: number }[], ownId: string): number | null {
  let since: number | null = null;
  for (let at = written.length - 1; at >= 0; at -= 1) {
    const one = written[at];
    if (!one || one.fromId === ownId) break;
    since = one.sentAtMs;
  }
  return since;
}
