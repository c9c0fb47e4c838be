// This tab's one connection and its chats. A new visit gets a new connection, and with it another person.

import { type ChatNews, Chats } from "../shared/chats";
import { Connection, type ConnectionState } from "../shared/connection";
import type { Push } from "../shared/wire";
import { avoided } from "./device";
import { clock } from "./state";
import { kept } from "./tab";
import { words } from "./words";

interface Subscriber {
  push(push: Push): void;
  news(news: ChatNews): void;
  state(state: ConnectionState, closeCode?: number): void;
}

let subscriber: Subscriber | null = null;
let current = create();

export const chats = new Chats(
  () => current,
  (news) => subscriber?.news(news),
  () => clock.now(),
);

export function subscribe(to: Subscriber): void {
  subscriber = to;
}

export function connection(): Connection {
  return current;
}

/** Ends this person's connection and forgets their chats. */
export function disconnect(): void {
  current.stop();
  current = create();
  chats.clear();
  chats.myId = "";
}

function create(): Connection {
  return new Connection({
    hello: () => {
      const token = kept("token");
      const ticket = kept("ticket");
      return {
        as: "seeker",
        done_is_enough: true,
        locale: words.language,
        recover: chats.positions(),
        ...(token !== null && { token }),
        ...(ticket !== null && { tickets: [ticket], avoid_listeners: avoided.value }),
      };
    },
    push: (push) => subscriber?.push(push),
    state: (now, closeCode) => subscriber?.state(now, closeCode),
  });
}
