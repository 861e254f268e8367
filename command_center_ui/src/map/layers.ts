/* The layers of the console's map, from our own boundaries alone: no tiles, no glyph server, no sprites. */
import type {
  CircleLayerSpecification,
  ExpressionSpecification,
  LayerSpecification,
  LineLayerSpecification,
  SymbolLayerSpecification,
} from "maplibre-gl";
import { OFFICER_STATUSES } from "../wire";
import { FROM_ZOOM } from "./areas";
import type { Level } from "./city";
import type { Colors } from "./colors";

export const OFFICERS = "officers";
export const INCIDENTS = "incidents";
export const TRAIL = "trail";

/** The levels whose names are written, each from a source of its own. */
export const LABELLED: readonly Level[] = ["district", "village", "rt"];

export function labelSource(level: Level): string {
  return `${level}-names`;
}

/** Any name will do: without a glyph server MapLibre draws labels with the device's own fonts. */
const FONT = ["sans-serif"];

export function mapLayers(colors: Colors): LayerSpecification[] {
  return [
    { id: "ground", type: "background", paint: { "background-color": colors("map-ground") } },
    { id: "land", type: "fill", source: "district", paint: { "fill-color": colors("map-land") } },
    line("rt", colors("map-line"), 0.6),
    line("rw", colors("map-line"), 1.1),
    line("village", colors("map-line-strong"), 1),
    line("district", colors("map-line-strong"), 1.8),
    sectorLine(colors),
    label("rt", 15.2, 11, colors),
    label("village", 12.2, 12, colors),
    label("district", 9, 14, colors),
    ...trailLayers(colors),
    officerDots(colors),
    officerNames(colors),
    ring("selection", 25, colors("focus")),
    ring("aim", 30, colors("text")),
    incidentMarkers(),
  ];
}

function line(level: Level, color: string, width: number): LineLayerSpecification {
  const paint = { "line-color": color, "line-width": width };
  return { id: `${level}-line`, type: "line", source: level, minzoom: FROM_ZOOM[level], paint };
}

function sectorLine(colors: Colors): LineLayerSpecification {
  const paint = { "line-color": colors("map-sector"), "line-width": 1.6, "line-dasharray": [4, 2.5] };
  return { id: "sector-line", type: "line", source: "sector", paint };
}

function label(level: Level, minzoom: number, size: number, colors: Colors): SymbolLayerSpecification {
  return {
    id: `${level}-label`,
    type: "symbol",
    source: labelSource(level),
    minzoom,
    // District names make room for the names of the kelurahan inside them.
    ...(level === "district" ? { maxzoom: 13 } : {}),
    layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": size, "text-max-width": 7 },
    paint: { "text-color": colors("map-text"), "text-halo-color": colors("map-land"), "text-halo-width": 1.4 },
  };
}

/** Where the phone has been: its way, how exactly each place is known, and the places themselves. */
function trailLayers(colors: Colors): LayerSpecification[] {
  const part = (name: string): ExpressionSpecification => ["==", ["get", "part"], name];
  const color = colors("focus");
  return [
    {
      id: "trail-circles",
      type: "fill",
      source: TRAIL,
      filter: part("circle"),
      paint: { "fill-color": color, "fill-opacity": ["case", ["get", "last"], 0.16, 0.06] },
    },
    {
      id: "trail-edge",
      type: "line",
      source: TRAIL,
      filter: ["all", part("circle"), ["get", "last"]],
      paint: { "line-color": color, "line-width": 1.5, "line-dasharray": [3, 2] },
    },
    {
      id: "trail-line",
      type: "line",
      source: TRAIL,
      filter: part("line"),
      paint: { "line-color": color, "line-width": 3 },
    },
    {
      id: "trail-dots",
      type: "circle",
      source: TRAIL,
      filter: part("dot"),
      paint: {
        "circle-radius": 4,
        "circle-color": color,
        "circle-stroke-color": colors("map-land"),
        "circle-stroke-width": 1.5,
      },
    },
  ];
}

function statusColor(colors: Colors): ExpressionSpecification {
  const pairs = OFFICER_STATUSES.flatMap((status) => [status, colors(`status-${status}`)]);
  return ["match", ["get", "status"], ...pairs, colors("status-unavailable")] as unknown as ExpressionSpecification;
}

/** An officer with an old position is a hollow dot: somewhere there, once. */
function officerDots(colors: Colors): CircleLayerSpecification {
  const color = statusColor(colors);
  return {
    id: "officer-dots",
    type: "circle",
    source: OFFICERS,
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 3, 13, 5, 16, 8],
      "circle-color": ["case", ["get", "stale"], colors("map-land"), color],
      "circle-stroke-color": ["case", ["get", "stale"], color, colors("map-land")],
      "circle-stroke-width": 1.6,
    },
  };
}

function officerNames(colors: Colors): SymbolLayerSpecification {
  return {
    id: "officer-names",
    type: "symbol",
    source: OFFICERS,
    minzoom: 14.5,
    layout: {
      "text-field": ["get", "name"],
      "text-font": FONT,
      "text-size": 12,
      "text-offset": [0, 1.1],
      "text-anchor": "top",
    },
    paint: { "text-color": colors("text"), "text-halo-color": colors("map-land"), "text-halo-width": 1.6 },
  };
}

/** Around one incident, which the map names by its filter. */
function ring(id: string, radius: number, color: string): CircleLayerSpecification {
  return {
    id,
    type: "circle",
    source: INCIDENTS,
    filter: ["==", ["get", "id"], ""],
    paint: {
      "circle-radius": radius,
      "circle-opacity": 0,
      "circle-stroke-color": color,
      "circle-stroke-width": 4,
    },
  };
}

function incidentMarkers(): SymbolLayerSpecification {
  return {
    id: "incident-markers",
    type: "symbol",
    source: INCIDENTS,
    layout: {
      "icon-image": ["get", "look"],
      // Seen from afar, hundreds of full-sized markers would hide each other and the city.
      "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.6, 13, 1],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      // Who needs help most is drawn last, on top of the others.
      "symbol-sort-key": ["get", "rank"],
    },
  };
}
