/* The page's own colours, read from its style sheet, for what is drawn on a canvas. */

export type ColorName =
  | "ground"
  | "surface"
  | "text"
  | "soft"
  | "accent"
  | "on-accent"
  | "focus"
  | "drill"
  | "drill-wash"
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

/** As they are now: asking the style sheet anew for each of thousands of dots would be slow. */
export function pageColors(): Colors {
  const style = getComputedStyle(document.documentElement);
  const known = new Map<ColorName, string>();
  return (name) => {
    const color = known.get(name) ?? style.getPropertyValue(`--${name}`).trim();
    known.set(name, color);
    return color;
  };
}

export function onSchemeChange(listener: () => void, signal: AbortSignal): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener, { signal });
}
