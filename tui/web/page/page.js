"use strict";

// The terminal is textual.js. It keeps its socket to itself, so the class of sockets is replaced by
// one that also listens for what textual.js does not know: why the session ended, a file to save,
// and whether the server is still there.

const BEAT = 2_000; // ms
const SILENT = 8_000;
const LOST = "The connection to the server broke off.";
const REFUSED =
  "The server began no session. It is gone, or a proxy before it does not pass on WebSockets " +
  "and the Host header.";

const element = (id) => document.getElementById(id);
let ended = null;

function end(reason) {
  ended ??= reason;
  element("said").textContent = ended;
  document.body.classList.add("-over");
  element("again").focus();
}

// Not without a look: the browser's own page for a server that is gone has no way back.
async function again() {
  try {
    await fetch(location.href, { method: "HEAD", cache: "no-store" });
    location.reload();
  } catch {
    element("said").textContent = "No server answers at this address.";
  }
}

function save(key) {
  const link = document.createElement("a");
  link.href = `download/${key}`;
  link.download = "";
  link.click();
}

class SessionSocket extends WebSocket {
  #opened = false;
  #heard = Date.now();
  #beat = setInterval(() => this.#check(), BEAT);

  constructor(url) {
    super(url);
    this.addEventListener("open", () => this.#open());
    this.addEventListener("message", (event) => this.#hear(event.data));
    this.addEventListener("close", () => this.#close());
  }

  #open() {
    this.#opened = true;
    this.#heard = Date.now();
    document.querySelector(".xterm-helper-textarea").focus();
  }

  #hear(data) {
    this.#heard = Date.now();
    element("silence").textContent = "";
    if (typeof data !== "string") return;
    const [kind, value] = JSON.parse(data);
    if (kind === "ended") end(value);
    if (kind === "download") save(value);
  }

  #close() {
    clearInterval(this.#beat);
    end(this.#opened ? LOST : REFUSED);
  }

  // The focus is told again and again: the process forgets what it was told while it started.
  #check() {
    if (this.readyState !== WebSocket.OPEN) return;
    const silence = Date.now() - this.#heard;
    if (silence > SILENT) {
      const seconds = Math.round(silence / 1000);
      element("silence").textContent = `The server has been silent for ${seconds} s: prices are old.`;
    }
    this.send(JSON.stringify(["alive"]));
    this.send(JSON.stringify([document.hasFocus() ? "focus" : "blur"]));
  }
}

async function start() {
  element("again").addEventListener("click", again);
  element("terminal").dataset.sessionWebsocketUrl = new URL("ws", location).href.replace(/^http/, "ws");
  window.WebSocket = SessionSocket;
  // A cell is measured once, with whatever font is there.
  await document.fonts.load('16px "Roboto Mono"').catch(() => []);
  const script = document.createElement("script");
  script.src = "terminal/js/textual.js";
  script.onload = () => window.onload();
  script.onerror = () => end(REFUSED);
  document.head.append(script);
}

window.addEventListener("load", start, { once: true });
