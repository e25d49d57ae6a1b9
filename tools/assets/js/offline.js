// Nothing that was typed is lost: a form is kept on the device as it is typed, and sent once, when that is possible.
//
// What is kept belongs to whoever typed it: somebody else who signs in on the device sees nothing of it. It is removed
// when it was sent, when its owner signs out (after a question), and after a week.
const WEEK = 7 * 24 * 3600 * 1000;
const FORMS = "form[data-offline]";
const DRAFTS = "form[data-draft]"; // forms that are sent as any other form is, and whose text is kept until then
const WHO = "alongside-who";

const page = document.querySelector(`meta[name="${WHO}"]`);
if (page) localStorage.setItem(WHO, page.content); // the shell of a form, which opens without the network, has no owner in it
const who = page?.content ?? localStorage.getItem(WHO);

const opened = new Promise((resolve, reject) => {
  const asked = indexedDB.open("alongside", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("drafts", { keyPath: ["who", "path"] });
    asked.result.createObjectStore("outbox", { keyPath: "submission" });
  };
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

async function inStore(name, mode, work) {
  const store = (await opened).transaction(name, mode).objectStore(name);
  return new Promise((resolve, reject) => {
    const asked = work(store);
    asked.onerror = () => reject(asked.error);
    store.transaction.oncomplete = () => resolve(asked.result);
    store.transaction.onabort = () => reject(store.transaction.error);
  });
}

const keep = (store, entry) => inStore(store, "readwrite", (each) => each.put(entry));
const forget = (store, key) => inStore(store, "readwrite", (each) => each.delete(key));

async function own(store) {
  const all = await inStore(store, "readonly", (each) => each.getAll());
  const old = all.filter((entry) => entry.at < Date.now() - WEEK);
  await Promise.all(old.map((entry) => forget(store, store === "drafts" ? [entry.who, entry.path] : entry.submission)));
  return all.filter((entry) => entry.who === who && !old.includes(entry));
}

const fieldsOf = (form) => [...new FormData(form)].filter(([, value]) => typeof value === "string");

function say(text, link) {
  let region = document.getElementById("offline");
  if (!region) {
    region = document.createElement("div");
    region.id = "offline";
    region.className = "govuk-inset-text";
    region.setAttribute("role", "status");
    document.getElementById("main-content").prepend(region);
  }
  region.textContent = text;
  if (link) {
    const anchor = document.createElement("a");
    anchor.className = "govuk-link";
    anchor.href = link.href;
    anchor.textContent = link.text;
    region.append(" ", anchor);
  }
  region.scrollIntoView({ block: "center" });
}

// Send an entry of the outbox. The answer is what became of it: "sent", "refused", "sign in" or "later".
async function send(entry) {
  let answer;
  try {
    answer = await fetch(entry.path, { method: "POST", body: new URLSearchParams(entry.fields), signal: AbortSignal.timeout(15000) });
  } catch {
    return { became: "later" };
  }
  const { pathname } = new URL(answer.url);
  if (answer.redirected && ["/sign-in", "/switch"].includes(pathname)) return { became: "sign in" };
  if (answer.redirected && answer.ok && pathname.endsWith("/recorded")) {
    await forget("outbox", entry.submission);
    await forget("drafts", [entry.who, entry.path]);
    return { became: "sent", address: answer.url };
  }
  return { became: answer.status >= 400 && answer.status < 500 && answer.status !== 429 ? "refused" : "later" };
}

const LATER = "Saved on this device. It is sent by itself as soon as there is a connection; you can close this page.";
const SIGN_IN = "Saved on this device. Your sign-in has ended: it is sent once you have signed in again.";

async function submit(form) {
  const fields = fieldsOf(form);
  const submission = form.elements.submission.value || crypto.randomUUID();
  const entry = { submission, who, path: location.pathname, at: Date.now(), fields: [...fields.filter(([name]) => name !== "submission"), ["submission", submission]] };
  await keep("outbox", entry);
  const { became, address } = await send(entry);
  if (became === "sent") {
    location.assign(address);
  } else if (became === "refused") {
    await forget("outbox", submission); // it stays a draft; the page says what is wrong
    form.elements.submission.value = submission;
    form.submit();
  } else {
    say(became === "sign in" ? SIGN_IN : LATER, became === "sign in" && { href: `/sign-in?next=${encodeURIComponent(location.pathname)}`, text: "Sign in" });
  }
}

async function restore(form) {
  const draft = (await own("drafts")).find((entry) => entry.path === location.pathname && entry.of === form.dataset.draft);
  if (!draft || document.title.startsWith("Error: ")) return;
  const typed = new Map(draft.fields);
  for (const element of form.elements) {
    if (!element.name || element.type === "hidden" || element.type === "submit") continue;
    if (element.type === "radio" || element.type === "checkbox") element.checked = draft.fields.some(([name, value]) => name === element.name && value === element.value);
    else if (typed.has(element.name)) element.value = typed.get(element.name);
  }
  if (typed.get("submission") && !form.dataset.draft) form.elements.submission.value = typed.get("submission");
  say("What you typed here before is still there. It has not been sent yet.");
}

function watch(form) {
  let waiting;
  const keepDraft = () => keep("drafts", { who, path: location.pathname, at: Date.now(), fields: fieldsOf(form) });
  if (!form.elements.submission.value) {
    // the shell: the server has put no id and no day into it
    form.elements.submission.value = crypto.randomUUID();
    const today = new Date();
    const parts = { day: today.getDate(), month: today.getMonth() + 1, year: today.getFullYear() };
    for (const [part, value] of Object.entries(parts)) form.elements[`on-${part}`].value = value;
  }
  restore(form);
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keepDraft, 200);
  });
  addEventListener("pagehide", () => waiting && keepDraft());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    waiting = undefined;
    keepDraft().then(() => submit(form)).catch(() => form.submit()); // where the device keeps nothing, the network does
  });
}

// Keep what is typed into a form that the network sends. `data-draft` says of which text it is a draft: what was typed
// into an older one is not put in the place of a newer one.
function keepUntilSaved(form) {
  let waiting;
  const keepDraft = () => keep("drafts", { who, path: location.pathname, of: form.dataset.draft, at: Date.now(), fields: fieldsOf(form) });
  restore(form);
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keepDraft, 200);
  });
  addEventListener("pagehide", () => waiting && keepDraft());
}

let flushing = false;
async function flush() {
  if (flushing || !page) return; // without a page of the network nobody is known to be signed in
  flushing = true;
  try {
    for (const entry of await own("outbox")) {
      const { became, address } = await send(entry);
      if (became === "sent") say("What was saved on this device has been sent.", { href: address, text: "Look at it" });
      else if (became === "refused") say("Something that was saved on this device was refused.", { href: entry.path, text: "Look at it" });
      if (became === "refused") await forget("outbox", entry.submission);
    }
  } finally {
    flushing = false;
  }
}

async function signOut(event) {
  event.preventDefault();
  const kept = [...(await own("outbox")), ...(await own("drafts"))];
  const question = "Something that you typed on this device has not been sent yet. It is removed if you sign out. Sign out?";
  if (kept.length && !confirm(question)) return;
  await Promise.all(kept.map((entry) => (entry.fields && entry.submission ? forget("outbox", entry.submission) : forget("drafts", [entry.who, entry.path]))));
  localStorage.removeItem(WHO);
  event.target.submit();
}

if (who && window.indexedDB) {
  const saved = new URLSearchParams(location.search).get("saved"); // the page after a form was saved names the form
  if (saved) forget("drafts", [who, saved]);
  for (const form of document.querySelectorAll(FORMS)) watch(form);
  for (const form of document.querySelectorAll(DRAFTS)) keepUntilSaved(form);
  document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", signOut);
  flush();
  addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && flush());
}
navigator.serviceWorker?.register("/service-worker.js");
