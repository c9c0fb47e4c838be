// The one open offer: made, answered, held until the seeker says that they are here, or taken back with a reason.
import { signal } from "@preact/signals";
import { type Connection, RefusedError } from "../shared/connection";
import type { OpenOffer, Push } from "../shared/wire";
import { serverNow } from "../staff/clock";
import { firstSeenMs, forgetOffer, keepFacts } from "./drafts";

/** open: wants an answer; answering: on its way; held: accepted, the seeker is being asked whether they are still here. */
export type OfferPhase = "open" | "answering" | "held";

export interface ShownOffer {
  offer: OpenOffer;
  firstSeenMs: number;
  phase: OfferPhase;
}

export class Offers {
  readonly shown = signal<ShownOffer | null>(null);
  /** What became of the last one, as a reason code, when it wasn't a chat. */
  readonly gone = signal<string | null>(null);

  constructor(private readonly connection: Connection) {}

  async answer(accept: boolean): Promise<void> {
    const shown = this.shown.value;
    if (shown?.phase !== "open") return;
    const { offer } = shown;
    this.shown.value = { ...shown, phase: "answering" };
    if (accept) keepFacts(offer.request_id, { topics: offer.topics, distress: offer.distress ?? null });
    try {
      await this.connection.send({ type: "answer_offer", offer_id: offer.offer_id, accept });
      if (!accept) this.drop(offer.offer_id, null);
      else this.change(offer.offer_id, "held");
    } catch (error) {
      // A greeting meanwhile may have taken it from the page: the answer was given all the same, and this became of it.
      if (this.shown.value === null) this.shown.value = shown;
      this.drop(offer.offer_id, error instanceof RefusedError ? error.code : "stopped");
    }
  }

  dismissGone(): void {
    this.gone.value = null;
  }

  take(push: Push): void {
    switch (push.type) {
      case "welcome":
        if (push.snapshot.offer) this.show(push.snapshot.offer);
        else if (this.shown.value) {
          // The greeting doesn't say why. What was answered is told by the answer, or by the chat that opens.
          const { offer, phase } = this.shown.value;
          this.drop(offer.offer_id, phase === "open" ? "other" : null);
        }
        return;
      case "offer_made": {
        const { type: _, ...offer } = push;
        this.show(offer);
        return;
      }
      case "offer_withdrawn":
        this.drop(push.offer_id, push.reason);
        return;
      case "chat_opened": {
        const shown = this.shown.value;
        if (shown && (!push.request_id || push.request_id === shown.offer.request_id)) {
          this.drop(shown.offer.offer_id, null);
        }
        return;
      }
    }
  }

  private show(offer: OpenOffer): void {
    const held = this.shown.value;
    // The same one again: after a reconnect, or on a second window.
    if (held?.offer.offer_id === offer.offer_id) return;
    this.shown.value = { offer, firstSeenMs: firstSeenMs(offer.offer_id, serverNow()), phase: "open" };
    this.gone.value = null;
  }

  private change(offerId: string, phase: OfferPhase): void {
    const shown = this.shown.value;
    if (shown?.offer.offer_id === offerId) this.shown.value = { ...shown, phase };
  }

  private drop(offerId: string, reason: string | null): void {
    if (this.shown.value?.offer.offer_id !== offerId) return;
    this.shown.value = null;
    this.gone.value = reason;
    forgetOffer(offerId);
  }
}
