import { beforeEach, describe, expect, it } from "vitest";
import { Duty } from "../src/listen/duty";
import { Offers } from "../src/listen/offers";
import { type Asked, type Connection, RefusedError } from "../src/shared/connection";
import type { Code, Done, OpenOffer, Push, Snapshot } from "../src/shared/wire";

/** Stands in for the wire: it keeps what was asked and gives the answers that a test lays ready. */
class Wire {
  asked: Asked[] = [];
  answers: (Partial<Done> | Code)[] = [];

  async send(asked: Asked): Promise<Done> {
    this.asked.push(asked);
    const answer = this.answers.shift() ?? {};
    if (typeof answer !== "string") return { type: "done", ref: "r", ...answer };
    throw new RefusedError({ type: "refused", code: answer, message: "" });
  }
}

function welcome(snapshot: Partial<Snapshot>): Push {
  return {
    type: "welcome",
    person_id: "me",
    role: "listener",
    name: "Wren",
    server_time_ms: 0,
    heartbeat_s: 20,
    snapshot: { chats: [], ...snapshot },
  };
}

const offer: OpenOffer = {
  offer_id: "o1",
  request_id: "q1",
  topics: ["grief"],
  language: "en",
  age_band: "adult",
  waited_s: 3,
  deadline_ms: Date.now() + 25_000,
};

let wire: Wire;
beforeEach(() => {
  wire = new Wire();
});

describe("availability", () => {
  it("changes by the person's own wish without an explanation", async () => {
    const duty = new Duty(wire as unknown as Connection);
    wire.answers = [{ availability: "available", capacity: 2, max_capacity: 4 }];
    await duty.set("available", 2);
    expect([duty.availability.value, duty.capacity.value, duty.maxCapacity.value]).toEqual(["available", 2, 4]);
    expect([duty.reason.value, duty.refusal.value]).toEqual([null, null]);
  });

  it("says with every wish whether one more may come in an emergency", async () => {
    const duty = new Duty(wire as unknown as Connection);
    await duty.set("available", 2);
    await duty.offerUrgent(true);
    await duty.hold(3);
    expect(wire.asked.map((asked) => "takes_urgent" in asked && asked.takes_urgent)).toEqual([false, true, true]);
    duty.take({
      type: "availability_changed",
      availability: "paused",
      capacity: 3,
      max_capacity: 4,
      takes_urgent: false,
    });
    expect(duty.takesUrgent.value).toBe(false);
  });

  it("and capacity wished one straight after the other are both kept", async () => {
    const duty = new Duty(wire as unknown as Connection);
    await Promise.all([duty.hold(4), duty.choose("available"), duty.hold(3)]);
    expect(wire.asked).toMatchObject([
      { availability: "off_duty", capacity: 4 },
      { availability: "available", capacity: 4 },
      { availability: "available", capacity: 3 },
    ]);
    expect([duty.availability.value, duty.capacity.value]).toEqual(["available", 3]);
    await duty.choose("paused");
    expect(wire.asked[3]).toMatchObject({ availability: "paused", capacity: 3 });
  });

  it("stays what it was when the wish is refused, and says why", async () => {
    const duty = new Duty(wire as unknown as Connection);
    wire.answers = ["no_clearance"];
    await duty.set("available", 1);
    expect([duty.availability.value, duty.refusal.value]).toEqual(["off_duty", "no_clearance"]);
  });

  it("is explained when the service paused it", () => {
    const duty = new Duty(wire as unknown as Connection);
    duty.take(welcome({ availability: "available", capacity: 1, max_capacity: 2 }));
    duty.take({
      type: "availability_changed",
      availability: "paused",
      capacity: 1,
      max_capacity: 2,
      reason: "missed_offers",
    });
    expect([duty.availability.value, duty.reason.value]).toEqual(["paused", "missed_offers"]);
  });

  it("is explained when one comes back to find oneself off duty, but not at the first greeting", () => {
    const duty = new Duty(wire as unknown as Connection);
    duty.take(welcome({ availability: "off_duty" }));
    expect(duty.reason.value).toBeNull();
    duty.take(welcome({ availability: "available", capacity: 1 }));
    duty.take(welcome({ availability: "off_duty" }));
    expect(duty.reason.value).toBe("connection_lost");
  });
});

describe("the open offer", () => {
  it("is held after it was accepted, until its chat opens", async () => {
    const offers = new Offers(wire as unknown as Connection);
    offers.take({ type: "offer_made", ...offer });
    await offers.answer(true);
    expect(offers.shown.value?.phase).toBe("held");
    offers.take({ type: "chat_opened", chat_id: "c", epoch: "e", seq: 0, participants: [], request_id: "q1" });
    expect([offers.shown.value, offers.gone.value]).toEqual([null, null]);
  });

  it("goes in silence when it was passed on, and with a reason when it was taken back", async () => {
    const offers = new Offers(wire as unknown as Connection);
    offers.take({ type: "offer_made", ...offer });
    await offers.answer(false);
    expect([offers.shown.value, offers.gone.value]).toEqual([null, null]);
    offers.take({ type: "offer_made", ...offer, offer_id: "o2" });
    offers.take({ type: "offer_withdrawn", offer_id: "o2", reason: "seeker_away" });
    expect([offers.shown.value, offers.gone.value]).toEqual([null, "seeker_away"]);
  });

  it("can be answered once only", async () => {
    const offers = new Offers(wire as unknown as Connection);
    offers.take({ type: "offer_made", ...offer });
    await Promise.all([offers.answer(true), offers.answer(true), offers.answer(false)]);
    expect(wire.asked).toHaveLength(1);
  });

  it("that is gone before the answer says so", async () => {
    const offers = new Offers(wire as unknown as Connection);
    wire.answers = ["offer_gone"];
    offers.take({ type: "offer_made", ...offer });
    await offers.answer(true);
    expect([offers.shown.value, offers.gone.value]).toEqual([null, "offer_gone"]);
  });

  it("that is gone after a lost connection doesn't vanish without a word", async () => {
    const offers = new Offers(wire as unknown as Connection);
    offers.take({ type: "offer_made", ...offer });
    offers.take(welcome({}));
    expect([offers.shown.value, offers.gone.value]).toEqual([null, "other"]);
    // It was answered on the way: what became of that is told by the answer to its repeat, or by the chat.
    wire.answers = ["offer_gone"];
    offers.take({ type: "offer_made", ...offer, offer_id: "o2" });
    const answering = offers.answer(true);
    offers.take(welcome({}));
    expect([offers.shown.value, offers.gone.value]).toEqual([null, null]);
    await answering;
    expect(offers.gone.value).toBe("offer_gone");
    wire.answers = [{}];
    offers.take({ type: "offer_made", ...offer, offer_id: "o3" });
    await offers.answer(true);
    offers.take(welcome({}));
    expect([offers.shown.value, offers.gone.value]).toEqual([null, null]);
  });

  it("isn't another one when a reconnect tells it again", () => {
    const offers = new Offers(wire as unknown as Connection);
    offers.take({ type: "offer_made", ...offer });
    const first = offers.shown.value;
    offers.take(welcome({ offer }));
    expect(offers.shown.value).toBe(first);
    offers.take(welcome({}));
    expect(offers.shown.value).toBeNull();
  });
});
