/* How an incident looks on a map, drawn on a canvas: filled red while nobody comes, quiet once somebody does. An exercise
   has another shape and colour than whatever is real. */
import { icons, kindIcons } from "../design/icons";
import { type Attention, attentionOf } from "../incidents/attention";
import { type Incident, KINDS, type Kind } from "../wire";
import type { ColorName, Colors } from "./colors";

/** Side of the square that holds a marker, in CSS pixels. */
export const MARKER_PX = 44;
const RADIUS = 15;

export interface MarkerLook {
  readonly kind: Kind;
  readonly attention: Attention;
  readonly silent: boolean;
  readonly drill: boolean;
}

export function lookOf(incident: Incident): MarkerLook {
  return { kind: incident.kind, attention: attentionOf(incident), silent: incident.silent, drill: incident.drill };
}

export function lookName(look: MarkerLook): string {
  return ["incident", look.kind, look.attention, look.silent ? "silent" : "", look.drill ? "drill" : ""].join("/");
}

/** The look that a name was made from; null for names that are not a marker's. */
export function lookFromName(name: string): MarkerLook | null {
  const [head, kind, attention, silent, drill] = name.split("/");
  const known = KINDS.find((one) => one === kind);
  if (head !== "incident" || known === undefined) return null;
  return { kind: known, attention: attention as Attention, silent: silent !== "", drill: drill !== "" };
}

export function drawMarker(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  look: MarkerLook,
  colors: Colors,
): void {
  const ink = look.drill ? drawDrill(pen, x, y, colors) : drawDisc(pen, x, y, look, colors);
  strokeIcon(pen, kindIcons[look.kind], x, y, 0.82, ink);
  if (look.silent) drawBadge(pen, x + 11, y - 11, icons.silent, "text", colors);
  if (look.drill) drawBadge(pen, x - 11, y - 11, icons.drill, "drill", colors);
}

function drawDisc(pen: CanvasRenderingContext2D, x: number, y: number, look: MarkerLook, colors: Colors): string {
  const waits = look.attention === "alone" || look.attention === "asked";
  const filled = look.attention === "alone";
  const color = waits ? colors("accent") : colors("text");
  pen.beginPath();
  pen.arc(x, y, RADIUS + 2.5, 0, Math.PI * 2);
  pen.fillStyle = colors("surface");
  pen.fill();
  pen.beginPath();
  pen.arc(x, y, RADIUS, 0, Math.PI * 2);
  pen.fillStyle = filled ? color : colors("surface");
  pen.fill();
  pen.lineWidth = 3;
  pen.strokeStyle = color;
  pen.stroke();
  if (look.kind === "violence") drawOuterRing(pen, x, y, color);
  return filled ? colors("on-accent") : color;
}

/** A square among discs, and dashed: known for what it is also by whoever does not see colours. */
function drawDrill(pen: CanvasRenderingContext2D, x: number, y: number, colors: Colors): string {
  const side = 2 * RADIUS - 2;
  pen.fillStyle = colors("drill-wash");
  pen.fillRect(x - side / 2, y - side / 2, side, side);
  pen.setLineDash([5, 3]);
  pen.lineWidth = 3;
  pen.strokeStyle = colors("drill");
  pen.strokeRect(x - side / 2, y - side / 2, side, side);
  pen.setLineDash([]);
  return colors("drill");
}

/** Violence has a second ring: it is handled apart from all other kinds, and must be seen as such at once. */
function drawOuterRing(pen: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  pen.beginPath();
  pen.arc(x, y, RADIUS + 4.5, 0, Math.PI * 2);
  pen.lineWidth = 2;
  pen.strokeStyle = color;
  pen.stroke();
}

function drawBadge(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  path: string,
  color: ColorName,
  colors: Colors,
): void {
  pen.beginPath();
  pen.arc(x, y, 8.5, 0, Math.PI * 2);
  pen.fillStyle = colors(color);
  pen.fill();
  strokeIcon(pen, path, x, y, 0.5, colors("surface"));
}

function strokeIcon(
  pen: CanvasRenderingContext2D,
  path: string,
  x: number,
  y: number,
  scale: number,
  color: string,
): void {
  pen.save();
  pen.translate(x - 12 * scale, y - 12 * scale);
  pen.scale(scale, scale);
  pen.lineWidth = 2.4;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.strokeStyle = color;
  pen.stroke(pathOf(path));
  pen.restore();
}

const paths = new Map<string, Path2D>();

function pathOf(text: string): Path2D {
  const path = paths.get(text) ?? new Path2D(text);
  paths.set(text, path);
  return path;
}
