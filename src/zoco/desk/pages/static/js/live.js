// The live chip, and rows that arrive while a list is being read.
const ROWS_MAX = 200;
const ANNOUNCE_EVERY = 10_000;
const STALE_AFTER = 60_000;
// The orders that arrived since the list was fetched, and the list that they were counted for.
const unseen = new Set();
let countedFor = null;
let announcedAt = 0;
let lostAt = null;

function say(state) {
  const chip = document.querySelector("[data-live-chip]");
  if (!chip) return;
  chip.dataset.state = state;
  chip.querySelector("[data-live-words]").textContent = chip.dataset[state];
  lostAt = state === "lost" ? (lostAt ?? Date.now()) : null;
  const stale = document.querySelector("[data-stale]");
  if (stale && state === "on") stale.hidden = true;
}

function announce() {
  const region = document.querySelector("[data-live-news]");
  if (!region || unseen.size === 0 || Date.now() - announcedAt < ANNOUNCE_EVERY) return;
  announcedAt = Date.now();
  region.textContent = region.dataset.words.replace("{count}", String(unseen.size));
}

function showPill() {
  const pill = document.querySelector("[data-live-pill]");
  if (!pill) return;
  pill.hidden = false;
  pill.querySelector("[data-count]").textContent = String(unseen.size);
}

function takeRow(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const row = template.content.firstElementChild;
  const old = document.getElementById(row.id);
  if (old) {
    old.replaceWith(row);
    row.classList.add("fresh");
    return;
  }
  const rows = document.querySelector("[data-live-rows]");
  if (rows !== countedFor) unseen.clear();
  countedFor = rows;
  if (!rows) {
    refresh();
    return;
  }
  const next = [...rows.children].find((each) => madeAt(each) <= madeAt(row));
  // Older than all that is shown here: it has its place on a later page, if there is one.
  if (!next && document.querySelector("[data-live-next]")) return;
  unseen.add(row.id);
  announce();
  if (rows.dataset.liveRows === "insert") {
    row.classList.add("fresh");
    rows.insertBefore(row, next ?? null);
    while (rows.children.length > ROWS_MAX) rows.lastElementChild.remove();
  } else showPill();
}

// The newest come first.
function madeAt(row) {
  return row.querySelector("time").dateTime;
}

function dropRow(id) {
  document.getElementById(id)?.remove();
  if (document.querySelector("[data-live-rows]")?.children.length === 0) refresh();
}

// What is being asked in a dialog, or filled into a form, is not swapped away under the reader's hands.
function refresh() {
  const open = document.querySelector("dialog[open]");
  const form = document.activeElement?.closest("[data-live-refresh] form:has(select)");
  if (open) open.addEventListener("close", refresh, { once: true });
  else if (form) form.addEventListener("focusout", refreshLater, { once: true });
  else for (const part of document.querySelectorAll("[data-live-refresh]")) htmx.trigger(part, "refresh");
}

function refreshLater() {
  setTimeout(refresh);
}

document.addEventListener("htmx:sse:after:connection", () => say("on"));
document.addEventListener("htmx:sse:error", () => say("lost"));
document.addEventListener("htmx:sse:before:connection", ({ detail }) => {
  if (detail.connection.attempt > 0) say(document.hidden ? "paused" : "lost");
});
document.addEventListener("visibilitychange", () => document.hidden && say("paused"));
document.addEventListener("row", ({ detail }) => takeRow(detail.data));
document.addEventListener("gone", ({ detail }) => dropRow(detail.data));
document.addEventListener("changed", refresh);

setInterval(() => {
  const stale = document.querySelector("[data-stale]");
  if (!stale || lostAt === null || Date.now() - lostAt < STALE_AFTER) return;
  stale.hidden = false;
  const minutes = Math.round((Date.now() - lostAt) / 60_000);
  stale.querySelector("[data-age]").textContent = stale.dataset.words.replace("{minutes}", String(minutes));
}, 5_000);
