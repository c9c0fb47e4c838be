export function Flame() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <path class="mark__flame" d="M16 3.2c3.4 3.8 5 6.3 5 8.9a5 5 0 0 1-10 0c0-2.6 1.6-5.1 5-8.9z" />
      <path
        class="mark__cup"
        d="M3.5 18.5h25a1 1 0 0 1 1 1.150l-.8 4.7A5.6 5.6 0 0 1 23.2 29H8.8a5.6 5.6 0 0 1-5.5-4.650l-.8-4.7a1 1 0 0 1 1-1.150z"
      />
    </svg>
  );
}

interface Props {
  href: string;
  name: string;
  /** What a screen reader says: the name and where it leads. */
  label: string;
}

export function Mark({ href, name, label }: Props) {
  return (
    <a class="mark" href={href} aria-label={label}>
      <Flame />
      <span class="mark__word">{name}</span>
    </a>
  );
}
