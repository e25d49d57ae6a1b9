// Pages come from the network, and from nowhere else: no page about anybody is kept on the device. Only where there is no
// network does the form of a meeting open as an empty shell, and everything else say that there is none.
const FILES = ["portal.css", "portal.js", "offline.js", "icon.svg"].map((name) => `/assets/${ASSETS[name]}`);
const SHELL = "/offline/meeting";
const NO_NETWORK = "/offline";
const KEPT = `alongside-${FILES.join()}`;

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(KEPT)
      .then((cache) => cache.addAll([...FILES, "/brand.css", SHELL, NO_NETWORK]))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    const shell = pathname.startsWith("/meetings/new/") ? SHELL : NO_NETWORK;
    event.respondWith(fetch(request).catch(() => caches.match(shell)));
  } else if (pathname.startsWith("/assets/") || pathname === "/brand.css") {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});
