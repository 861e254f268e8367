/* What stands on the plain map in hundreds, drawn once for each look and copied from then on: a copy costs a fraction of
   the drawing, and one path for all of them would cost more. */
import type { OfficerStatus } from "../wire";
import type { Colors } from "./colors";
import { MARKER_PX, type MarkerLook, drawMarker, lookName } from "./marker";

/** Side of the square that holds an officer's dot, in CSS pixels. */
export const DOT_PX = 16;

export class Images {
  #known = new Map<string, HTMLCanvasElement>();

  /** After a change of colours. */
  forget(): void {
    this.#known.clear();
  }

  marker(look: MarkerLook, colors: Colors): HTMLCanvasElement {
    return this.#image(lookName(look), MARKER_PX, (pen) => drawMarker(pen, MARKER_PX / 2, MARKER_PX / 2, look, colors));
  }

  /** An officer with an old position is a hollow dot: somewhere there, once. */
  dot(status: OfficerStatus, stale: boolean, radius: number, colors: Colors): HTMLCanvasElement {
    return this.#image(`${status}/${stale}/${radius}`, DOT_PX, (pen) => {
      const color = colors(`status-${status}`);
      pen.beginPath();
      pen.arc(DOT_PX / 2, DOT_PX / 2, radius, 0, Math.PI * 2);
      pen.fillStyle = stale ? colors("map-land") : color;
      pen.fill();
      pen.lineWidth = 1.5;
      pen.strokeStyle = stale ? color : colors("map-land");
      pen.stroke();
    });
  }

  #image(name: string, sidePx: number, draw: (pen: CanvasRenderingContext2D) => void): HTMLCanvasElement {
    const known = this.#known.get(name);
    if (known) return known;
    const image = document.createElement("canvas");
    // Twice as fine as it need be on most screens: a marker is also drawn smaller than it is.
    const ratio = Math.max(2, Math.ceil(devicePixelRatio));
    image.width = image.height = sidePx * ratio;
    const pen = image.getContext("2d", { willReadFrequently: true });
    pen?.scale(ratio, ratio);
    if (pen) draw(pen);
    this.#known.set(name, image);
    return image;
  }
}
