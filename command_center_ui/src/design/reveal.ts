/* What a button opens below itself or over the page: seen when it opens, and the keyboard goes back when it closes. */

/** What a button opens below itself is worth nothing out of sight, as it is at the end of a laptop's or a phone's pane. */
export function reveal(opened: HTMLElement): void {
  opened.scrollIntoView({ block: "nearest" });
}

/** Called as it opens; what it gives is called as it goes: whoever works by keyboard is where they were, not at the top. */
export function returnFocus(opened: HTMLElement): () => void {
  const opener = document.activeElement;
  return () => {
    const lost = document.activeElement === document.body || opened.contains(document.activeElement);
    if (lost && opener instanceof HTMLElement && opener.isConnected) opener.focus();
  };
}

/** Both, for a form. */
export function unfold(opened: HTMLElement): () => void {
  reveal(opened);
  return returnFocus(opened);
}
