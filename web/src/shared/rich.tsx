import type { ComponentChildren } from "preact";

/** A sentence with `<b>...</b>` in it, as nodes. Nothing else is markup, so what people wrote can't become any. */
export function rich(sentence: string): ComponentChildren {
  return sentence.split(/(<b>.*?<\/b>)/).map((part, index) => {
    const strong = /^<b>(.*)<\/b>$/.exec(part);
    return strong ? <strong key={index}>{strong[1]}</strong> : part;
  });
}
