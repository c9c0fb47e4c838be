import { useEffect, useRef } from "preact/hooks";

export interface PageTab {
  href: string;
  words: string;
  isHere: boolean;
}

/** The parts of a page. On a phone they scroll, and the one that one is at may lie beyond the edge. */
export function PageTabs({ label, tabs }: { label: string; tabs: readonly PageTab[] }) {
  const bar = useRef<HTMLElement>(null);
  const here = tabs.find((tab) => tab.isHere)?.href;
  useEffect(() => {
    bar.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [here, tabs.length]);
  return (
    <nav ref={bar} class="tabs tabs--page" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.href} class="tab" href={tab.href} aria-current={tab.isHere ? "page" : undefined}>
          {tab.words}
        </a>
      ))}
    </nav>
  );
}
