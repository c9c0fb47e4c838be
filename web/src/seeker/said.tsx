import { type Key, say } from "./words";

interface Props {
  id?: string;
  /** Why it failed; "chat.sending" while it is on its way, which on a lost line may be long. */
  said: Key | null;
}

/** What became of the button below: none may seem to do nothing. It is there from the start, so that it is read out. */
export function Said({ id, said }: Props) {
  return (
    <div id={id} role="alert">
      {said !== null && <p class={said === "chat.sending" ? "small soft" : "error"}>{say(said)}</p>}
    </div>
  );
}
