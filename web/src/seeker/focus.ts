/** As a ref: what was pressed has gone, and the focus goes on here. One function, so that it acts once and not at each drawing. */
export function takeFocus(shown: HTMLElement | null): void {
  shown?.focus();
}
