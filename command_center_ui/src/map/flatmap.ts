/* The map on a plain canvas, for devices without WebGL and for the officer's small map. Same face, fewer comforts. */
import type { Difference } from "../incidents/fold";
import type { Incident, Officer } from "../wire";
import type { Areas, Box, CityMap, Level, MapListener, Spot } from "./city";
import { type Colors, onSchemeChange, pageColors } from "./colors";
import { rankOf } from "./features";
import { Ground } from "./ground";
import { DOT_PX, Images } from "./images";
import { MARKER_PX, lookOf } from "./marker";
import { type Screen, boxOnScreen, screenFor, toScreen, toSpot, zoomedAt } from "./screen";
import { NO_TRAIL, type Trail, drawTrail } from "./trail";

const STREET_ZOOM = 15.5;
const PICK_PX = 22;
/** Seen from afar, hundreds of full-sized markers would hide each other and the city; between the two it is in proportion. */
const [FAR_ZOOM, FAR_SIZE, NEAR_ZOOM] = [10, 0.6, 13];

export class FlatMap implements CityMap {
  #canvas = document.createElement("canvas");
  #listener: MapListener;
  #screen: Screen = { lon: 110.4, lat: -7, zoom: 10, width: 1, height: 1 };
  #ground = new Ground();
  #images = new Images();
  #incidents = new Map<string, Incident>();
  #officers = new Map<string, Officer>();
  #spots: readonly Spot[] = [];
  #trail: Trail = NO_TRAIL;
  #selected: string | null = null;
  #aim: string | null = null;
  #colors: Colors = pageColors();
  #drawing = false;
  #stop = new AbortController();

  constructor(container: HTMLElement, listener: MapListener, label: string) {
    this.#listener = listener;
    this.#canvas.className = "flatmap";
    this.#canvas.tabIndex = 0;
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", label);
    container.append(this.#canvas);
    this.#resize(container);
    this.#listen(container);
    onSchemeChange(() => this.#recolor(), this.#stop.signal);
  }

  showAreas(level: Level, areas: Areas): void {
    this.#ground.put(level, areas);
    this.#schedule();
  }

  showIncidents(change: Difference<Incident>): void {
    apply(this.#incidents, change);
    this.#schedule();
  }

  showOfficers(change: Difference<Officer>): void {
    apply(this.#officers, change);
    this.#schedule();
  }

  /** Plain dots, such as the officer's own place. */
  showSpots(spots: readonly Spot[]): void {
    this.#spots = spots;
    this.#schedule();
  }

  showTrail(trail: Trail): void {
    this.#trail = trail;
    this.#schedule();
  }

  select(incidentId: string | null): void {
    this.#selected = incidentId;
    this.#schedule();
  }

  aimAt(incidentId: string | null): void {
    this.#aim = incidentId;
    this.#schedule();
  }

  flyTo(spot: Spot): void {
    this.#look({ ...this.#screen, ...spot, zoom: Math.max(this.#screen.zoom, STREET_ZOOM) });
  }

  fit(box: Box): void {
    this.#look(screenFor(box, this.#screen));
  }

  zoomBy(steps: number): void {
    this.#look({ ...this.#screen, zoom: this.#screen.zoom + steps });
  }

  destroy(): void {
    this.#stop.abort();
    this.#canvas.remove();
  }

  #look(screen: Screen): void {
    this.#screen = { ...screen, zoom: Math.min(19, Math.max(7, screen.zoom)) };
    this.#listener.onView({ box: boxOnScreen(this.#screen), zoom: this.#screen.zoom });
    this.#schedule();
  }

  #recolor(): void {
    this.#colors = pageColors();
    this.#ground.forget();
    this.#images.forget();
    this.#schedule();
  }

  #listen(container: HTMLElement): void {
    const { signal } = this.#stop;
    const resized = new ResizeObserver(() => this.#resize(container));
    resized.observe(container);
    signal.addEventListener("abort", () => resized.disconnect());
    this.#canvas.addEventListener("wheel", (event) => this.#onWheel(event), { signal, passive: false });
    this.#canvas.addEventListener("pointerdown", (event) => this.#onPress(event), { signal });
    this.#canvas.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  #resize(container: HTMLElement): void {
    const { clientWidth: width, clientHeight: height } = container;
    if (width === 0 || height === 0) return;
    this.#canvas.width = width * devicePixelRatio;
    this.#canvas.height = height * devicePixelRatio;
    this.#look({ ...this.#screen, width, height });
  }

  #onWheel(event: WheelEvent): void {
    event.preventDefault();
    this.#look(zoomedAt(this.#screen, event.offsetX, event.offsetY, -event.deltaY / 300));
  }

  /** A short press picks, a longer way drags. */
  #onPress(press: PointerEvent): void {
    const start = this.#screen;
    const release = new AbortController();
    const options = { signal: release.signal };
    this.#canvas.setPointerCapture(press.pointerId);
    this.#canvas.addEventListener("pointermove", (move) => this.#drag(start, press, move), options);
    this.#canvas.addEventListener("pointercancel", () => release.abort(), options);
    this.#canvas.addEventListener(
      "pointerup",
      (up) => {
        release.abort();
        if (Math.hypot(up.x - press.x, up.y - press.y) < 5) this.#pick(up.offsetX, up.offsetY);
      },
      options,
    );
  }

  #drag(start: Screen, press: PointerEvent, move: PointerEvent): void {
    const middle = toSpot(start, start.width / 2 - (move.x - press.x), start.height / 2 - (move.y - press.y));
    this.#look({ ...start, ...middle });
  }

  #onKey(event: KeyboardEvent): void {
    const steps: Record<string, number> = { "+": 1, "=": 1, "-": -1 };
    const step = steps[event.key];
    if (step !== undefined) this.zoomBy(step);
  }

  #pick(x: number, y: number): void {
    const near = [];
    for (const { id, position } of this.#incidents.values()) {
      if (position === null) continue;
      const spot = toScreen(this.#screen, position);
      const away = Math.hypot(spot.x - x, spot.y - y);
      if (away < PICK_PX) near.push({ id, away });
    }
    if (near.length > 0) this.#listener.onPick(near.sort((a, b) => a.away - b.away).map(({ id }) => id));
  }

  #schedule(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      if (!this.#stop.signal.aborted) this.#draw();
    });
  }

  #draw(): void {
    // Whoever has no WebGL has no graphics card that would draw a canvas either; where there is one, it is not missed.
    const pen = this.#canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    if (!pen) return;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    this.#ground.copyTo(pen, this.#screen, this.#colors);
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    drawTrail(pen, this.#screen, this.#trail, this.#colors);
    this.#drawOfficers(pen);
    for (const spot of this.#spots) this.#drawDot(pen, spot, this.#colors("focus"), 8);
    const ranked = [...this.#incidents.values()].map((incident) => ({ incident, rank: rankOf(incident) }));
    for (const { incident } of ranked.sort((a, b) => a.rank - b.rank)) this.#drawIncident(pen, incident);
  }

  #drawOfficers(pen: CanvasRenderingContext2D): void {
    const radius = this.#screen.zoom > 13 ? 6 : 4;
    for (const { position, status, stale } of this.#officers.values()) {
      if (position === null || status === "off_duty") continue;
      const { x, y } = toScreen(this.#screen, position);
      if (!this.#isOnScreen({ x, y })) continue;
      const image = this.#images.dot(status, stale, radius, this.#colors);
      pen.drawImage(image, x - DOT_PX / 2, y - DOT_PX / 2, DOT_PX, DOT_PX);
    }
  }

  #isOnScreen({ x, y }: { x: number; y: number }): boolean {
    const { width, height } = this.#screen;
    return x > -MARKER_PX && y > -MARKER_PX && x < width + MARKER_PX && y < height + MARKER_PX;
  }

  #drawDot(pen: CanvasRenderingContext2D, spot: Spot, color: string, radius: number): void {
    const { x, y } = toScreen(this.#screen, spot);
    pen.beginPath();
    pen.arc(x, y, radius, 0, Math.PI * 2);
    pen.fillStyle = color;
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = this.#colors("map-land");
    pen.stroke();
  }

  #drawIncident(pen: CanvasRenderingContext2D, incident: Incident): void {
    if (incident.position === null) return;
    const spot = toScreen(this.#screen, incident.position);
    if (!this.#isOnScreen(spot)) return;
    const { x, y } = spot;
    const side = MARKER_PX * markerSize(this.#screen.zoom);
    pen.drawImage(this.#images.marker(lookOf(incident), this.#colors), x - side / 2, y - side / 2, side, side);
    if (incident.id === this.#selected) this.#drawRing(pen, x, y, 25, this.#colors("focus"));
    if (incident.id === this.#aim) this.#drawRing(pen, x, y, 30, this.#colors("text"));
  }

  #drawRing(pen: CanvasRenderingContext2D, x: number, y: number, radius: number, color: string): void {
    pen.beginPath();
    pen.arc(x, y, radius, 0, Math.PI * 2);
    pen.lineWidth = 4;
    pen.strokeStyle = color;
    pen.stroke();
  }
}

function apply<T extends { readonly id: string }>(map: Map<string, T>, change: Difference<T>): void {
  for (const id of change.gone) map.delete(id);
  for (const value of change.put) map.set(value.id, value);
}

function markerSize(zoom: number): number {
  const part = Math.min(1, Math.max(0, (zoom - FAR_ZOOM) / (NEAR_ZOOM - FAR_ZOOM)));
  return FAR_SIZE + (1 - FAR_SIZE) * part;
}
