// The channel as one person sees it. The server sends the whole of it after each
// change; what has not changed is left alone, so that focus and selection stay.

import { el, mrkdwn } from "./mrkdwn.js";
import { render } from "./blocks.js";
import { askFirst, showModal } from "./modal.js";

const log = document.getElementById("log");
const trouble = document.getElementById("trouble");
const command = document.getElementById("command");
let as = new URLSearchParams(location.search).get("as") || "U0ALICE";
let source = null;
let drawn = new Map(); // by channel and ts: what was drawn, and its node

async function act(a) {
  trouble.textContent = "";
  try {
    const answer = await fetch("/api/act", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ as, ...a }) });
    if (answer.ok) return await answer.json();
    trouble.textContent = await answer.text();
  } catch {
    trouble.textContent = "The demo does not answer: is it still running?";
  }
  return null;
}

function who(m, state) {
  if (m.notice) return "Slack";
  const person = state.people.find((p) => p.id === m.user);
  return person ? person.name : "restore-bot";
}

function message(m, state, names) {
  const ctx = {
    names, id: (block, e) => "m-" + m.ts + "-" + e.action_id,
    act: async (block, e, value) => {
      if (e.confirm && !(await askFirst(e.confirm))) return;
      act({ kind: "press", channel: m.channel, ts: m.ts, block: block.block_id, action: e.action_id, value });
    },
    chosen: (block, e, value) => act({ kind: "choose", channel: m.channel, ts: m.ts, block: block.block_id, action: e.action_id, value }),
    typed: () => {},
  };
  const aside = [
    m.at ? new Date(m.at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }) : "",
    m.only ? "only you see this" : "", m.direct ? "direct message" : "",
    m.thread ? (m.both ? "in a thread, and in the channel" : "in a thread") : "",
    m.edits ? "edited in place" : "",
  ].filter(Boolean).join(" · ");
  return el("article", { class: [m.only ? "only" : "", m.thread ? "reply" : ""].join(" ").trim() || null, "data-ts": m.ts },
    m.typed ? el("div", { class: "hint" }, m.typed) : null,
    el("div", { class: "who" }, el("b", {}, who(m, state)), el("span", {}, aside)),
    ...(m.blocks && m.blocks.length ? m.blocks.map((b) => render(b, ctx)) : [el("div", { class: "block" }, mrkdwn(m.text, names))]));
}

function drawMessages(state, names) {
  const stick = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const next = new Map();
  for (const m of ordered(state.messages || [])) {
    const id = m.channel + m.ts, now = JSON.stringify(m);
    const before = drawn.get(id);
    next.set(id, before && before.now === now ? before : { now, node: message(m, state, names) });
    if (before && before.now !== now && before.node.isConnected) before.node.replaceWith(next.get(id).node);
  }
  const nodes = [...next.values()].map((d) => d.node);
  for (const child of [...log.children]) if (!nodes.includes(child)) child.remove();
  nodes.forEach((node, i) => { if (log.children[i] !== node) log.insertBefore(node, log.children[i] || null); });
  drawn = next;
  if (stick) log.scrollTop = log.scrollHeight;
}

// ordered puts replies below the message whose thread they are in.
function ordered(messages) {
  const replies = Map.groupBy ? Map.groupBy(messages.filter((m) => m.thread), (m) => m.thread) : new Map();
  return messages.filter((m) => !m.thread).flatMap((m) => [m, ...(replies.get(m.ts) || [])]);
}

function drawPeople(state) {
  const people = document.getElementById("people");
  if (people.querySelector("label")) return;
  for (const p of state.people) {
    const input = el("input", { type: "radio", name: "as", value: p.id, checked: p.id === as });
    input.addEventListener("change", () => { as = p.id; drawn = new Map(); log.replaceChildren(); watch(); });
    people.append(el("label", {}, input, p.name, el("small", {}, p.role)));
  }
}

function drawTries(state) {
  const tries = document.getElementById("tries");
  if (tries.dataset.newest === state.newest) return;
  tries.dataset.newest = state.newest;
  const texts = ["/restore list", "/restore " + state.newest, "/restore status", "/restore history", "/restore help"];
  tries.replaceChildren(...texts.map((t) => el("button", { type: "button", onclick: () => { command.value = t; command.focus(); } }, t.length > 30 ? "/restore (the newest backup)" : t)));
}

function drawFaults(state) {
  const list = document.getElementById("faults"), now = JSON.stringify(state.faults);
  if (list.dataset.now === now) return;
  list.dataset.now = now;
  const focused = document.activeElement?.dataset?.fault;
  list.replaceChildren(...state.faults.map((f) => el("li", {}, el("button", {
    type: "button", "data-fault": f.id, "aria-pressed": f.switch ? String(f.on) : null, onclick: () => act({ kind: "fault", fault: f.id }),
  }, f.label, el("small", {}, f.about)))));
  if (focused) list.querySelector(`[data-fault="${focused}"]`)?.focus();
}

function draw(state) {
  const names = Object.fromEntries(state.people.map((p) => [p.id, p.name]));
  names.C0INCIDENT = state.channel;
  document.getElementById("channel").textContent = "#" + state.channel;
  const bot = state.bot.running ? `bot running, ${state.bot.connections} connection${state.bot.connections === 1 ? "" : "s"}` : "bot dead";
  const portal = `portal ${state.portal.url} ${state.portal.locked ? "locked in Restoring" : "open"}, startrestore received ${state.portal.starts} time${state.portal.starts === 1 ? "" : "s"}`;
  const status = document.getElementById("status");
  if (status.textContent !== bot + " · " + portal) status.textContent = bot + " · " + portal;
  drawPeople(state);
  drawTries(state);
  drawFaults(state);
  drawMessages(state, names);
  showModal(state.modal, names, act);
}

function watch() {
  if (source) source.close();
  source = new EventSource("/api/watch?as=" + encodeURIComponent(as));
  source.onmessage = (event) => draw(JSON.parse(event.data));
  source.onerror = () => { trouble.textContent = "The demo does not answer: is it still running?"; };
  source.onopen = () => { trouble.textContent = ""; };
}

document.getElementById("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = command.value.trim();
  if (!text) return;
  command.value = "";
  act({ kind: "type", text });
});

watch();
