// Availability, and why the service changed it.
import { signal } from "@preact/signals";
import { type Connection, RefusedError } from "../shared/connection";
import type { Availability, Push } from "../shared/wire";

export class Duty {
  readonly availability = signal<Availability>("off_duty");
  readonly capacity = signal(1);
  /** Null until the person has been on duty: then their account tells it. */
  readonly maxCapacity = signal<number | null>(null);
  readonly onDutySinceMs = signal<number | null>(null);
  readonly isTakingNext = signal(false);
  /** One more than the capacity, where somebody is in danger. */
  readonly takesUrgent = signal(false);
  /** Why the service, not the person, changed the availability; null when they did. */
  readonly reason = signal<string | null>(null);
  /** Why the last wish was refused, as a code. */
  readonly refusal = signal<string | null>(null);
  readonly isAsking = signal(false);
  /** The person's last wish until it is answered: that change needs no explanation, and the next wish builds on it. */
  private wish: { availability: Availability; capacity: number } | null = null;
  /** Before it nobody here knows whether the person is on duty. */
  readonly hasWelcome = signal(false);

  constructor(private readonly connection: Connection) {}

  /** Another availability; the capacity stays what it is, or what was wished a moment ago. */
  choose(availability: Availability): Promise<void> {
    return this.set(availability, this.wish?.capacity ?? this.capacity.value);
  }

  /** Another capacity, in the same way. */
  hold(capacity: number): Promise<void> {
    return this.set(this.wish?.availability ?? this.availability.value, capacity);
  }

  async set(availability: Availability, capacity: number): Promise<void> {
    const wish = { availability, capacity };
    this.wish = wish;
    await this.ask(async () => {
      const takes_urgent = this.takesUrgent.value;
      const done = await this.connection.send({ type: "set_availability", availability, capacity, takes_urgent });
      this.availability.value = done.availability ?? availability;
      this.capacity.value = done.capacity ?? capacity;
      if (done.max_capacity) this.maxCapacity.value = done.max_capacity;
      this.reason.value = null;
      if (availability !== "available") this.isTakingNext.value = false;
    });
    if (this.wish === wish) this.wish = null;
  }

  /** Take one more where somebody is in danger, or don't. */
  async offerUrgent(takes: boolean): Promise<void> {
    this.takesUrgent.value = takes;
    await this.choose(this.wish?.availability ?? this.availability.value);
  }

  async takeNext(): Promise<void> {
    await this.ask(async () => {
      const done = await this.connection.send({ type: "take_next" });
      if (done.availability) this.availability.value = done.availability;
      if (done.capacity) this.capacity.value = done.capacity;
      this.isTakingNext.value = true;
    });
  }

  take(push: Push): void {
    if (push.type === "welcome") {
      const { snapshot } = push;
      const wasOnDuty = this.hasWelcome.value && this.availability.value !== "off_duty";
      this.hasWelcome.value = true;
      // The snapshot doesn't say why: coming back to find oneself off duty means that the lease ran out meanwhile.
      if (wasOnDuty && (snapshot.availability ?? "off_duty") === "off_duty") this.reason.value = "connection_lost";
      this.availability.value = snapshot.availability ?? "off_duty";
      this.capacity.value = snapshot.capacity ?? 1;
      this.maxCapacity.value = snapshot.max_capacity ?? null;
      this.onDutySinceMs.value = snapshot.on_duty_since_ms ?? null;
      this.isTakingNext.value = snapshot.is_taking_next ?? false;
      this.takesUrgent.value = snapshot.takes_urgent ?? this.takesUrgent.value;
    } else if (push.type === "availability_changed") {
      const isOwn = push.availability === this.wish?.availability;
      const isNews = push.availability !== this.availability.value;
      this.availability.value = push.availability;
      this.capacity.value = push.capacity;
      this.maxCapacity.value = push.max_capacity;
      this.onDutySinceMs.value = push.on_duty_since_ms ?? null;
      this.isTakingNext.value = push.is_taking_next ?? false;
      if (!this.wish) this.takesUrgent.value = push.takes_urgent ?? false;
      if (push.reason && !isOwn) this.reason.value = push.reason;
      else if (isNews) this.reason.value = null;
    } else if (push.type === "chat_opened" || push.type === "offer_made") {
      this.isTakingNext.value = false;
    }
  }

  private async ask(act: () => Promise<void>): Promise<void> {
    this.isAsking.value = true;
    this.refusal.value = null;
    try {
      await act();
    } catch (error) {
      this.refusal.value = error instanceof RefusedError ? error.code : "stopped";
    } finally {
      this.isAsking.value = false;
    }
  }
}
