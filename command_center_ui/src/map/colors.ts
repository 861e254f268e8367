/* The page's own colours, read from its style sheet, for what is drawn on a canvas. */

export type ColorName =
  | "ground"
  | "surface"
  | "text"
  | "soft"
  | "accent"
  | "on-accent"
  | "focus"
  | "map-ground"
  | "map-land"
  | "map-line"
  | "map-line-strong"
  | "map-sector"
  | "map-text"
  | "status-available"
  | "status-offered"
  | "status-en_route"
  | "status-on_scene"
  | "status-unavailable"
  | "status-off_duty";

export type Colors = (name: ColorName) => string;

export function pageColors(): Colors {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

export function onSchemeChange(listener: () => void, signal: AbortSignal): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener, { signal });
}
