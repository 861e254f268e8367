/* What a button opens below itself is worth nothing out of sight, as it is at the end of a laptop's or a phone's pane. */
export function reveal(opened: HTMLElement): void {
  opened.scrollIntoView({ block: "nearest" });
}
