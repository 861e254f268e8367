/* What lies under everything on the plain map: land, boundaries and names. It is drawn on a canvas of its own, somewhat
   larger than the screen, so that officers who move and a hand that drags cost one copy of it each and not the city. */
import { type Areas, LEVELS, type Level } from "./city";
import type { ColorName, Colors } from "./colors";
import { type Outline, outlinesOf, outlinesOn, traceOutline } from "./outlines";
import { type Screen, toScreen } from "./screen";

const WIDTHS: Record<Level, number> = { rt: 0.5, rw: 0.9, village: 1, district: 1.8, sector: 1.4, city: 1.8 };
/** What was loaded stays loaded; looked at from farther away than this it would be a grey carpet. */
const DRAWN_FROM: Partial<Record<Level, number>> = { rt: 13, rw: 12 };
/** So much of the screen on each side is drawn beside it. */
const MARGIN = 0.25;

export class Ground {
  #canvas = document.createElement("canvas");
  #outlines = new Map<Level, readonly Outline[]>();
  #drawn: Screen | null = null;

  put(level: Level, areas: Areas): void {
    this.#outlines.set(level, outlinesOf(areas));
    this.#drawn = null;
  }

  /** Whatever was drawn is out of date, as after a change of colours. */
  forget(): void {
    this.#drawn = null;
  }

  /** Fills the whole screen; `pen` counts in the pixels of the device. */
  copyTo(pen: CanvasRenderingContext2D, screen: Screen, colors: Colors): void {
    const shift = this.#shiftTo(screen) ?? this.#redraw(screen, colors);
    pen.drawImage(this.#canvas, Math.round(shift.x), Math.round(shift.y));
  }

  /** Where the canvas lies on the screen, in the device's pixels; null where it does not cover it. */
  #shiftTo(screen: Screen): { x: number; y: number } | null {
    const drawn = this.#drawn;
    if (drawn === null || drawn.zoom !== screen.zoom) return null;
    const middle = toScreen(screen, drawn);
    const x = middle.x - drawn.width / 2;
    const y = middle.y - drawn.height / 2;
    const covers = x <= 0 && y <= 0 && x + drawn.width >= screen.width && y + drawn.height >= screen.height;
    return covers ? { x: x * devicePixelRatio, y: y * devicePixelRatio } : null;
  }

  #redraw(screen: Screen, colors: Colors): { x: number; y: number } {
    const grown = 1 + 2 * MARGIN;
    const drawn = { ...screen, width: Math.ceil(screen.width * grown), height: Math.ceil(screen.height * grown) };
    this.#canvas.width = drawn.width * devicePixelRatio;
    this.#canvas.height = drawn.height * devicePixelRatio;
    const pen = this.#canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    if (pen) this.#draw(pen, drawn, colors);
    this.#drawn = drawn;
    const x = ((screen.width - drawn.width) / 2) * devicePixelRatio;
    return { x, y: ((screen.height - drawn.height) / 2) * devicePixelRatio };
  }

  #draw(pen: CanvasRenderingContext2D, screen: Screen, colors: Colors): void {
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    pen.fillStyle = colors("map-ground");
    pen.fillRect(0, 0, screen.width, screen.height);
    pen.fillStyle = colors("map-land");
    this.#each(screen, this.#outlines.has("district") ? "district" : "village", pen, () => pen.fill("evenodd"));
    for (const level of [...LEVELS].reverse()) {
      if (screen.zoom < (DRAWN_FROM[level] ?? 0)) continue;
      pen.lineWidth = WIDTHS[level];
      pen.setLineDash(level === "sector" ? [6, 4] : []);
      pen.strokeStyle = colors(colorOf(level));
      this.#each(screen, level, pen, () => pen.stroke());
    }
    pen.setLineDash([]);
  }

  /** One path for each area: thousands in one take far longer to fill or to stroke. */
  #each(screen: Screen, level: Level, pen: CanvasRenderingContext2D, finish: () => void): void {
    for (const outline of outlinesOn(screen, this.#outlines.get(level) ?? [])) {
      pen.beginPath();
      traceOutline(pen, screen, outline);
      finish();
    }
  }
}

function colorOf(level: Level): ColorName {
  if (level === "sector") return "map-sector";
  return level === "rt" || level === "rw" ? "map-line" : "map-line-strong";
}
