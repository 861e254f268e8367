/* The map on WebGL. MapLibre is loaded only with this file, after the list is already on the screen. */
import type { GeoJSONSource } from "maplibre-gl";
import { Map as MapLibre, setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
// The bundler has to be told of the worker's file, and MapLibre where it went.
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Difference } from "../incidents/fold";
import type { Incident, Officer } from "../wire";
import { type Areas, type Box, type CityMap, LEVELS, type Level, type MapListener, type Spot } from "./city";
import { onSchemeChange, pageColors } from "./colors";
import { type PointChange, incidentPoints, officerPoints } from "./features";
import { labelPoints } from "./labels";
import { INCIDENTS, LABELLED, OFFICERS, TRAIL, labelSource, mapLayers } from "./layers";
import { type Trail, trailFeatures } from "./trail";
import { MARKER_PX, drawMarker, lookFromName } from "./marker";

setWorkerUrl(workerUrl);

const EMPTY: Areas = { type: "FeatureCollection", features: [] };
/** Near enough to read house-to-house detail of an RT, far enough to see the roads' shape around it. */
const STREET_ZOOM = 15;
const NEAR_ZOOM = 13;
/** A marker's half and its ring; and how far the legend and the buttons reach in from their edges. */
const EDGE_PX = 40;
const COVERED_PX = 90;

export class GlMap implements CityMap {
  #map: MapLibre;
  #ready: Promise<void>;
  #colors = pageColors();
  #stop = new AbortController();

  constructor(container: HTMLElement, listener: MapListener, label: string) {
    this.#map = new MapLibre({
      container,
      style: { version: 8, sources: sources(), layers: mapLayers(this.#colors) },
      center: [110.4, -7],
      zoom: 10,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.getCanvas().setAttribute("aria-label", label);
    this.#map.setMissingStyleImageResolver((name) => this.#drawImage(name));
    this.#ready = new Promise((resolve) => this.#map.once("load", () => resolve()));
    this.#listen(listener);
    onSchemeChange(() => this.#repaint(), this.#stop.signal);
  }

  showAreas(level: Level, areas: Areas): void {
    void this.#ready.then(() => {
      void this.#source(level)?.setData(areas);
      if (LABELLED.includes(level)) void this.#source(labelSource(level))?.setData(labelPoints(areas));
    });
  }

  showIncidents(change: Difference<Incident>): void {
    this.#update(INCIDENTS, incidentPoints(change));
  }

  showOfficers(change: Difference<Officer>): void {
    this.#update(OFFICERS, officerPoints(change));
  }

  showTrail(trail: Trail): void {
    void this.#ready.then(() => this.#source(TRAIL)?.setData(trailFeatures(trail)));
  }

  select(incidentId: string | null): void {
    void this.#ready.then(() => this.#map.setFilter("selection", ["==", ["get", "id"], incidentId ?? ""]));
  }

  aimAt(incidentId: string | null): void {
    void this.#ready.then(() => this.#map.setFilter("aim", ["==", ["get", "id"], incidentId ?? ""]));
  }

  /** Moves only as far as needed: an operator who has found a view keeps it. */
  flyTo(spot: Spot): void {
    // The details may just have taken a part of the map's place, and the middle is not where it was.
    this.#map.resize();
    const zoom = this.#map.getZoom();
    if (zoom >= NEAR_ZOOM && this.#isInSight(spot)) return;
    this.#map.easeTo({ center: [spot.lon, spot.lat], zoom: Math.max(zoom, STREET_ZOOM), duration: 400 });
  }

  /** On the map, and not under the buttons or the legend that lie over it. */
  #isInSight(spot: Spot): boolean {
    const { x, y } = this.#map.project([spot.lon, spot.lat]);
    const { clientWidth, clientHeight } = this.#map.getContainer();
    return x > EDGE_PX && y > EDGE_PX && x < clientWidth - COVERED_PX && y < clientHeight - COVERED_PX;
  }

  fit(box: Box): void {
    this.#map.fitBounds([box[0], box[1], box[2], box[3]], { padding: 32, duration: 0 });
  }

  zoomBy(steps: number): void {
    this.#map.easeTo({ zoom: this.#map.getZoom() + steps, duration: 200 });
  }

  destroy(): void {
    this.#stop.abort();
    this.#map.remove();
  }

  #source(name: string): GeoJSONSource | undefined {
    return this.#map.getSource<GeoJSONSource>(name);
  }

  /** Only what changed goes to the worker: two thousand officers are never sent anew because one of them moved. */
  #update(name: string, change: PointChange): void {
    if (change.put.length === 0 && change.gone.length === 0) return;
    void this.#ready.then(() => this.#source(name)?.updateData({ add: [...change.put], remove: [...change.gone] }));
  }

  #listen(listener: MapListener): void {
    const map = this.#map;
    const look = () => {
      const bounds = map.getBounds();
      const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] as const;
      listener.onView({ box, zoom: map.getZoom() });
    };
    map.on("load", look);
    map.on("moveend", look);
    map.on("click", "incident-markers", (event) => {
      const ids = (event.features ?? []).map((feature): unknown => feature.properties["id"]);
      listener.onPick(ids.filter((id) => typeof id === "string"));
    });
    map.on("mouseenter", "incident-markers", () => map.getCanvas().classList.add("pointing"));
    map.on("mouseleave", "incident-markers", () => map.getCanvas().classList.remove("pointing"));
  }

  #drawImage(name: string): void {
    const look = lookFromName(name);
    const canvas = document.createElement("canvas");
    const ratio = Math.max(2, Math.ceil(devicePixelRatio));
    canvas.width = canvas.height = MARKER_PX * ratio;
    // The pixels are read back at once, which takes a hundred times longer from a canvas that the GPU holds.
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    if (!look || !pen || this.#map.hasImage(name)) return;
    pen.scale(ratio, ratio);
    drawMarker(pen, MARKER_PX / 2, MARKER_PX / 2, look, this.#colors);
    this.#map.addImage(name, pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: ratio });
  }

  /** Follows the device from day to night without losing what is on the map. */
  #repaint(): void {
    this.#colors = pageColors();
    for (const layer of mapLayers(this.#colors)) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) {
        this.#map.setPaintProperty(layer.id, name as Parameters<MapLibre["setPaintProperty"]>[1], value);
      }
    }
    for (const name of this.#map.listImages()) {
      this.#map.removeImage(name);
      this.#drawImage(name);
    }
  }
}

function sources() {
  const areas = LEVELS.map((level) => [level, { type: "geojson" as const, data: EMPTY, tolerance: 0.2 }]);
  const names = LABELLED.map((level) => [labelSource(level), { type: "geojson" as const, data: EMPTY }]);
  const points = [OFFICERS, INCIDENTS].map((name) => [
    name,
    { type: "geojson" as const, data: EMPTY, promoteId: "id" },
  ]);
  const trail = [TRAIL, { type: "geojson" as const, data: EMPTY }];
  return Object.fromEntries([...areas, ...names, ...points, trail]) as Record<string, { type: "geojson"; data: Areas }>;
}
