import { t, type WordKey } from "../staff/words";

/** Every number of the board, defined here and nowhere else. */
const MEANINGS: readonly { name: WordKey; meaning: WordKey }[] = [
  { name: "tile.waiting", meaning: "meaning.waiting" },
  { name: "tile.longest", meaning: "meaning.longest" },
  { name: "tile.available", meaning: "meaning.available" },
  { name: "pools.paused", meaning: "meaning.paused" },
  { name: "tile.in_chat", meaning: "meaning.in_chat" },
  { name: "tile.open_chats", meaning: "meaning.open_chats" },
  { name: "tile.open_offers", meaning: "meaning.open_offers" },
  { name: "tile.missed", meaning: "meaning.missed" },
  { name: "ended.wait", meaning: "meaning.wait" },
  { name: "ended.length", meaning: "meaning.length" },
  { name: "ended.feedback", meaning: "meaning.feedback" },
];

export function Meanings() {
  return (
    <section class="span-12 panel" id="numbers" tabIndex={-1} aria-labelledby="meanings">
      <div class="panel__head">
        <h2 id="meanings">{t("board.meanings")}</h2>
      </div>
      <dl class="meanings panel__body">
        {MEANINGS.map(({ name, meaning }) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
      <p class="small soft panel__note">{t("meaning.sums")}</p>
    </section>
  );
}
