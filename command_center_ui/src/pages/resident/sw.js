/* Lets the resident's page open without a network. It never touches the API: alarms wait in the page's own queue. */
const FILES = ["__FILES__"];
const CACHE = `resident ${FILES.join(" ")}`;
// A phone that has bars but no data would otherwise show a white page for a minute.
const PATIENCE_MS = 2500;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === "/") event.respondWith(freshPage(event.request));
  else if (FILES.includes(url.pathname)) event.respondWith(keptFile(event.request));
});

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(["/", "/icon.svg", "/manifest.webmanifest", ...FILES]);
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

async function freshPage(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) return answer;
  } catch {
    // No network: the kept page below is the answer.
  }
  return (await caches.match("/", { cacheName: CACHE })) ?? Response.error();
}

async function keptFile(request) {
  return (await caches.match(request, { cacheName: CACHE })) ?? fetch(request);
}
