import { Icon, moonIcon } from "../shared/icon";
import { thisTab } from "../shared/safe-storage";
import { switchTheme } from "../shared/theme";
import { nameOfLanguage } from "../shared/words";
import { front } from "./front";
import { say, words } from "./words";

export function ThemeSwitch() {
  return (
    <button class="btn btn--quiet" type="button" onClick={() => switchTheme(thisTab)}>
      <Icon of={moonIcon} /> {say("light_or_dark")}
    </button>
  );
}

export function Foot() {
  const organisation = front.value?.organisation ?? say("name");
  return (
    <footer class="foot">
      <div class="foot__inner">
        {organisation !== say("name") && <p class="foot__by">{say("foot.by", { organisation })}</p>}
        <ThemeSwitch />
        {words.languages
          .filter((tag) => tag !== words.language)
          .map((tag) => (
            <a key={tag} href={`/?lang=${tag}`} lang={tag} hreflang={tag}>
              {nameOfLanguage(tag)}
            </a>
          ))}
        <a href="/status">{say("foot.status")}</a>
        <a href="/delete">{say("after.code_use")}</a>
        <a href="/listen">{say("foot.staff")}</a>
      </div>
    </footer>
  );
}
