import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin, type Rollup } from "vite";

const folder = import.meta.dirname;
const pages = ["index", "console", "officer", "representative"];
const server = process.env.KENTONGAN_URL ?? "http://127.0.0.1:8000";

/** Every script and style that the entry needs, found by walking its static imports. */
function filesOf(entry: string, bundle: Rollup.OutputBundle): string[] {
  const found = new Set<string>();
  const visit = (fileName: string) => {
    const chunk = bundle[fileName];
    if (found.has(fileName) || chunk?.type !== "chunk") return;
    found.add(fileName);
    for (const css of chunk.viteMetadata?.importedCss ?? []) found.add(css);
    chunk.imports.forEach(visit);
  };
  for (const chunk of Object.values(bundle)) {
    if (chunk.type === "chunk" && chunk.isEntry && chunk.name === entry) visit(chunk.fileName);
  }
  return [...found].sort().map((file) => `/${file}`);
}

/** Emits sw.js: the hand-written worker, told which hashed files the resident's page is made of. */
function serviceWorker(): Plugin {
  return {
    name: "kentongan-service-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      const files = JSON.stringify(filesOf("index", bundle));
      const source = readFileSync(resolve(folder, "src/pages/resident/sw.js"), "utf8");
      this.emitFile({ type: "asset", fileName: "sw.js", source: source.replace('["__FILES__"]', files) });
    },
  };
}

export default defineConfig({
  root: folder,
  plugins: [svelte(), serviceWorker()],
  build: {
    outDir: resolve(folder, "../panic_server/static"),
    emptyOutDir: true,
    target: "es2022",
    // Nothing may be inlined as a data: URL or script, so that the strict Content-Security-Policy holds.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // MapLibre alone is about 1 MB; it is loaded only by the console, after its list is on screen.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: Object.fromEntries(pages.map((page) => [page, resolve(folder, `${page}.html`)])) },
  },
  server: { proxy: { "/v1": { target: server, ws: true } } },
  test: { include: ["src/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
