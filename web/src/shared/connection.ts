// The browser's end of the wire: one WebSocket kept alive, commands with their replies, nothing of any page.
// docs/protocol.md is the contract. What is held of a chat lives in chat-log.ts.

import { newId } from "./ids";
import { comesBack, reconnectDelayMs } from "./reconnect";
import {
  type Command,
  type ConfirmHere,
  type Done,
  type Hello,
  type Push,
  type Refused,
  type Reply,
  SUBPROTOCOL_JSON,
} from "./wire";

/** connecting: greeting the server; open: caught up; waiting: will try again by itself; stopped: won't, until `start`. */
export type ConnectionState = "connecting" | "open" | "waiting" | "stopped";

type WithoutRef<C> = C extends { ref: string } ? Omit<C, "ref"> : never;
/** Every command that gets an answer; its `ref` is given by the connection. */
export type Asked = Exclude<WithoutRef<Command>, { type: "hello" }> | Omit<ConfirmHere, "ref">;
/** Commands that need no answer and are worth nothing later. */
export type Told = Extract<Command, { type: "set_typing" | "mark_read" }>;

/** The server said no. `code` is stable; the words for people are chosen by the page. */
export class RefusedError extends Error {
  constructor(readonly refused: Refused) {
    super(refused.message);
    this.name = "RefusedError";
  }

  get code(): Refused["code"] {
    return this.refused.code;
  }
}

/** The connection was stopped before the answer came: signed out, sent away, or left. */
export class StoppedError extends Error {
  constructor() {
    super("The connection was stopped.");
    this.name = "StoppedError";
  }
}

export interface Handlers {
  /** What to greet with: token, role, positions. Asked anew at each connection. */
  hello(): Omit<Hello, "type" | "ref">;
  push(push: Push): void;
  /** `closeCode` is given when the connection was lost, or stopped by the server. */
  state(state: ConnectionState, closeCode?: number): void;
}

/** What of a WebSocket is used, so that tests can stand in for it. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

interface Waiting {
  command: { type: string; ref: string };
  /** When it went out on this connection; null: not yet. */
  sentAtMs: number | null;
  resolve(done: Done): void;
  reject(error: Error): void;
}

/** A command unanswered for so long means that the connection is dead, whatever the browser says. */
const ANSWER_WITHIN_MS = 8_000;
/** A slow phone needs several turns there and back until a line opens: up to so many times as long, more with each try. */
const LONGEST_OPENING = 3;
const PROBE_WITHIN_MS = 4_000;
const CHECK_EVERY_MS = 1_000;
/** A connection that lived so long was a good one: the next try is a first one again. */
const GOOD_LIFE_MS = 10_000;
/** Until `welcome` says otherwise. */
const DEFAULT_HEARTBEAT_S = 20;
/** 50 s, so that whoever only reads finds out within a minute, too. */
const SILENT_HEARTBEATS = 2;
const NOT_CONNECTED_CODE = 1006;

export class Connection {
  state: ConnectionState = "stopped";
  private socket: Socket | null = null;
  private readonly waiting = new Map<string, Waiting>();
  private helloRef = "";
  private probe: { ref: string; sentAtMs: number } | null = null;
  private attempt = 0;
  private isOpening = false;
  private heartbeatS = DEFAULT_HEARTBEAT_S;
  private heardAtMs = 0;
  private openedAtMs = 0;
  private goAwayDelayMs: number | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private check: ReturnType<typeof setInterval> | undefined;
  private stopWatching: (() => void) | undefined;

  constructor(
    private readonly handlers: Handlers,
    private readonly open: () => Socket = () => openSocket("/ws"),
    private readonly now: () => number = Date.now,
    private readonly chance: () => number = Math.random,
  ) {}

  start(): void {
    if (this.state !== "stopped") return;
    this.attempt = 0;
    this.stopWatching = watchPage(
      () => this.lookAlive(),
      () => this.socket !== null && this.lose(),
    );
    this.check = setInterval(() => this.checkAlive(), CHECK_EVERY_MS);
    this.connect();
  }

  /** Ends the connection for good; `closeCode` if the server did. What was not answered is rejected with StoppedError. */
  stop(closeCode?: number): void {
    clearTimeout(this.retry);
    clearInterval(this.check);
    this.stopWatching?.();
    this.drop();
    const left = [...this.waiting.values()];
    this.waiting.clear();
    if (this.state !== "stopped") this.become("stopped", closeCode);
    for (const one of left) one.reject(new StoppedError());
  }

  /** Sends now or as soon as possible, again after a reconnect. Rejects with RefusedError or StoppedError. */
  send(asked: Asked): Promise<Done> {
    return new Promise((resolve, reject) => {
      if (this.state === "stopped") {
        reject(new StoppedError());
        return;
      }
      const command = { ...asked, ref: newId() };
      const one: Waiting = { command, sentAtMs: null, resolve, reject };
      this.waiting.set(command.ref, one);
      if (this.state === "open") this.put(one);
    });
  }

  /** Sends if connected; else forgets it. True if it was sent. */
  tell(told: Told): boolean {
    if (this.state !== "open" || this.socket === null) return false;
    this.socket.send(JSON.stringify(told));
    return true;
  }

  private become(state: ConnectionState, closeCode?: number): void {
    this.state = state;
    this.handlers.state(state, closeCode);
  }

  private connect(): void {
    clearTimeout(this.retry);
    this.become("connecting");
    this.isOpening = true;
    this.heardAtMs = this.now();
    this.goAwayDelayMs = null;
    this.probe = null;
    let socket: Socket;
    try {
      socket = this.open();
    } catch {
      this.comeBackLater(NOT_CONNECTED_CODE);
      return;
    }
    this.socket = socket;
    socket.onopen = () => {
      this.isOpening = false;
      this.heardAtMs = this.now();
      this.helloRef = newId();
      socket.send(JSON.stringify({ type: "hello", ref: this.helloRef, ...this.handlers.hello() }));
    };
    socket.onmessage = (event) => {
      if (this.socket === socket && typeof event.data === "string") this.hear(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.closed(event.code);
    };
  }

  private hear(text: string): void {
    this.heardAtMs = this.now();
    const frame = readFrame(text);
    if (frame === null) return;
    if (frame.type === "done" || frame.type === "refused") {
      this.answer(frame);
      return;
    }
    if (frame.type === "welcome") this.heartbeatS = frame.heartbeat_s || DEFAULT_HEARTBEAT_S;
    if (frame.type === "going_away") this.goAwayDelayMs = frame.reconnect_after_ms;
    this.handlers.push(frame);
  }

  private answer(reply: Reply): void {
    if (!reply.ref) return;
    if (this.probe?.ref === reply.ref) {
      this.probe = null;
      return;
    }
    if (reply.ref === this.helloRef) {
      if (reply.type === "done") this.caughtUp();
      else this.lose();
      return;
    }
    const one = this.waiting.get(reply.ref);
    if (one === undefined) return;
    if (reply.type === "refused" && reply.code === "going_away") {
      one.sentAtMs = null; // not done here: it goes out again on the next connection
      return;
    }
    this.waiting.delete(reply.ref);
    if (reply.type === "done") one.resolve(reply);
    else one.reject(new RefusedError(reply));
  }

  private caughtUp(): void {
    this.openedAtMs = this.now();
    this.become("open");
    for (const one of [...this.waiting.values()]) if (one.sentAtMs === null) this.put(one);
  }

  private put(one: Waiting): void {
    one.sentAtMs = this.now();
    this.socket?.send(JSON.stringify(one.command));
  }

  private closed(code: number): void {
    this.drop();
    if (comesBack(code)) this.comeBackLater(code);
    else this.stop(code);
  }

  /** Gives this socket up as dead and tries another. */
  private lose(): void {
    this.drop();
    this.comeBackLater(NOT_CONNECTED_CODE);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.probe = null;
    for (const one of this.waiting.values()) one.sentAtMs = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private comeBackLater(code: number): void {
    if (this.state === "open" && this.now() - this.openedAtMs > GOOD_LIFE_MS) this.attempt = 0;
    const delay = this.goAwayDelayMs ?? reconnectDelayMs(this.attempt, this.chance());
    this.attempt += 1;
    this.become("waiting", code);
    this.retry = setTimeout(() => this.connect(), delay);
  }

  private checkAlive(): void {
    if (this.socket === null) return;
    const now = this.now();
    const oldest = Math.min(...[...this.waiting.values()].map((one) => one.sentAtMs ?? now));
    if (now < this.heardAtMs) this.heardAtMs = now; // somebody set the clock back
    const isSilent = now - this.heardAtMs > SILENT_HEARTBEATS * this.heartbeatS * 1000;
    const isUnanswered = now - oldest > ANSWER_WITHIN_MS;
    const isProbeLost = this.probe !== null && now - this.probe.sentAtMs > PROBE_WITHIN_MS;
    const patience = this.isOpening ? Math.min(LONGEST_OPENING, 1 + this.attempt) : 1;
    const isGreetingLost = this.state === "connecting" && now - this.heardAtMs > patience * ANSWER_WITHIN_MS;
    if (isSilent || isUnanswered || isProbeLost || isGreetingLost) this.lose();
  }

  /** The page was woken or the network came back: don't wait for the timer. */
  private lookAlive(): void {
    if (this.state === "waiting") {
      this.attempt = 0;
      this.connect();
    } else if (this.state === "open" && this.probe === null && this.now() - this.heardAtMs > PROBE_WITHIN_MS) {
      // A browser can't ping. A second hello changes nothing: that an answer comes is what we ask.
      this.probe = { ref: newId(), sentAtMs: this.now() };
      this.socket?.send(JSON.stringify({ type: "hello", ref: this.probe.ref }));
    }
  }
}

function readFrame(text: string): Push | Reply | null {
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === "object" && frame !== null && "type" in frame ? (frame as Push | Reply) : null;
  } catch {
    return null;
  }
}

/** A socket at one of this service's doors. */
export function openSocket(path: string): Socket {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(`${scheme}//${location.host}${path}`, SUBPROTOCOL_JSON) as Socket;
}

/** Browsers notice that the network is gone long before a socket does. */
function watchPage(woken: () => void, cutOff: () => void): () => void {
  const seen = () => {
    if (document.visibilityState === "visible") woken();
  };
  // Taken out of the browser's memory of pages, as by "back": its socket was closed meanwhile, without a word.
  const shown = (event: PageTransitionEvent) => {
    if (!event.persisted) return;
    cutOff();
    woken();
  };
  if (typeof document === "undefined") return () => {};
  document.addEventListener("visibilitychange", seen);
  addEventListener("online", woken);
  addEventListener("offline", cutOff);
  addEventListener("pageshow", shown);
  return () => {
    document.removeEventListener("visibilitychange", seen);
    removeEventListener("online", woken);
    removeEventListener("offline", cutOff);
    removeEventListener("pageshow", shown);
  };
}
