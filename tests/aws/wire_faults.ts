// Faults below the services: the network, proxies and load balancers.
import type { Fault, FaultScene } from "./faults.ts";
import type { Line, Reply } from "./http_wire.ts";

const HTML = { "content-type": "text/html; charset=utf-8" };
const JSON_TYPE = { "content-type": "application/json" };
const LOGIN_PAGE = "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body>…</body></html>\n";
/** Not UTF-8, not JSON, not XML. */
export const GARBAGE = new Uint8Array([0xff, 0xfe, 0x00, 0x9d, 0x7b, 0x22, 0x00, 0xc3, 0x28, 0x80, 0x0a]);

/** Every row also exists as `NAME-after`: the same answer, but AWS has done its work. */
const SPOILED_BEFORE: readonly Fault[] = [
  spoils("hang-up", "closes the connection without a byte", () => Promise.resolve()),
  spoils("silence", "never answers, until the client gives up", (line) => line.clientGone()),
  spoils("not-http", "answers bytes that are no HTTP", (line) => line.write("SSH-2.0-OpenSSH_9.2\r\n\r\n")),
  answers("garbage-body", "answers 200 with bytes that are no text", () => ({
    status: 200,
    headers: JSON_TYPE,
    body: GARBAGE,
  })),
  answers("empty-body", "answers 200 with nothing", () => ({ status: 200, headers: JSON_TYPE })),
  answers("wrong-shape", "answers 200 with JSON of another shape", () => ({
    status: 200,
    headers: JSON_TYPE,
    body: `{"accessToken":42,"expiresIn":"soon","roleCredentials":[],"accountList":{},"clientId":null}`,
  })),
  page("proxy-page-200", 200, "Sign in to the network"),
  page("proxy-page-502", 502, "Bad gateway"),
  page("proxy-page-407", 407, "Proxy authentication required", { "proxy-authenticate": 'Basic realm="proxy"' }),
  answers("status-500", "answers 500", () => ({ status: 500, headers: JSON_TYPE, body: `{"message":"Internal"}` })),
  page("status-503", 503, "Service unavailable"),
];

const ONLY_BEFORE: readonly Fault[] = [
  answers("gateway-denial", "answers 403 with JSON in the words of OAuth, as gateways do", () => ({
    status: 403,
    headers: JSON_TYPE,
    body: `{"error":"access_denied","message":"Blocked by the web gateway"}`,
  })),
  page("status-503-retry-after", 503, "Service unavailable", { "retry-after": "120" }),
  tooMany("status-429", () => ({})),
  tooMany("status-429-retry-after", () => ({ "retry-after": "90" })),
  tooMany("status-429-retry-after-date", ({ date }) => ({
    "retry-after": new Date(date.getTime() + 90_000).toUTCString(),
  })),
  redirect("redirect-302", 302),
  redirect("redirect-307", 307),
];

/** These need a true answer to spoil. */
const ONLY_AFTER: readonly Fault[] = [
  spoiled("truncated-body", "cuts the answer in the middle", async (line, { reply }) => {
    await line.send(reply, "body");
    await line.write(half(reply));
  }),
  spoiled("stalled-body", "sends half of the answer, then nothing until the client gives up", async (line, scene) => {
    await line.send(scene.reply, "body");
    await line.write(half(scene.reply));
    await line.clientGone();
  }),
  spoiled("short-content-length", "announces less than it sends", async (line, { reply }) => {
    await line.send({ ...reply, headers: { ...reply.headers, "content-length": String(half(reply).length) } });
  }),
  spoiled("no-content-length-cut", "ends the answer in the middle without announcing a length", async (line, scene) => {
    const { "content-length": _, ...headers } = scene.reply.headers ?? {};
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await line.write(`HTTP/1.1 ${scene.reply.status} OK\r\n${lines.replace("keep-alive", "close")}\r\n`);
    await line.write(half(scene.reply));
  }),
];

export const WIRE_FAULTS: readonly Fault[] = [
  ...SPOILED_BEFORE,
  ...SPOILED_BEFORE.map((fault): Fault => ({ ...fault, name: `${fault.name}-after`, when: "after" })),
  ...ONLY_BEFORE,
  ...ONLY_AFTER,
];

function spoils(name: string, does: string, spoil: (line: Line, scene: FaultScene) => Promise<void>): Fault {
  return { name, does, when: "before", class: "temporary", spoil };
}

function spoiled(name: string, does: string, spoil: (line: Line, scene: FaultScene) => Promise<void>): Fault {
  return { name, does, when: "after", class: "temporary", spoil };
}

function answers(name: string, does: string, reply: (scene: FaultScene) => Reply): Fault {
  return { name, does, when: "before", class: "temporary", reply };
}

function page(name: string, status: number, title: string, more: Record<string, string> = {}): Fault {
  const body = status === 200 ? LOGIN_PAGE : `<html><body><h1>${status} ${title}</h1></body></html>\n`;
  return answers(name, `answers ${status} with an HTML page`, () => ({ status, headers: { ...HTML, ...more }, body }));
}

function tooMany(name: string, headers: (scene: FaultScene) => Record<string, string>): Fault {
  return answers(name, "answers 429", (scene) => ({
    status: 429,
    headers: { ...JSON_TYPE, ...headers(scene) },
    body: `{"message":"Rate exceeded"}`,
  }));
}

function redirect(name: string, status: number): Fault {
  return answers(name, `answers ${status} to another host`, ({ elsewhere }) => ({
    status,
    headers: { location: elsewhere },
  }));
}

function half({ body = "" }: Reply): Uint8Array {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
