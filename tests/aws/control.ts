// Steering from outside: the page on which a person approves, and /_sim/… for other processes (shells, the demo).
import { FAULTS } from "./faults.ts";
import type { Reply, WireRequest } from "./http_wire.ts";
import { type Operation, OPERATIONS } from "./operations.ts";
import type { Simulator } from "./simulator.ts";
import type { World } from "./world.ts";

type Body = Readonly<Record<string, unknown>>;

/** `POST` takes a JSON object (or nothing); every answer is JSON. The keys of a row are those its body may have. */
const ACTIONS: Readonly<
  Record<string, { readonly keys: readonly string[]; run(body: Body, aws: Simulator): unknown }>
> = {
  "POST /_sim/fail": {
    keys: ["operation", "fault", "times"],
    run: (body, aws) => {
      const operation = text(body, "operation") ?? "*";
      if (!(operation === "*" || operation in OPERATIONS)) throw new Error(`there is no operation "${operation}"`);
      aws.fail(operation as Operation | "*", text(body, "fault") ?? "", Number(body.times ?? 1));
    },
  },
  "POST /_sim/heal": { keys: [], run: (_, aws) => aws.heal() },
  "POST /_sim/approve": {
    keys: ["userCode", "user"],
    run: (body, aws) => aws.approve(text(body, "userCode"), text(body, "user")),
  },
  "POST /_sim/deny": { keys: ["userCode"], run: (body, aws) => aws.deny(text(body, "userCode")) },
  "POST /_sim/end-session": {
    keys: ["id", "accessTokens"],
    run: (body, aws) => aws.endSession(text(body, "id"), { accessTokens: body.accessTokens === true }),
  },
  "POST /_sim/issue-session": {
    keys: [
      ...["sessionName", "startUrl", "scopes", "user"],
      ...["accessTokenLeftS", "sessionLeftS", "registrationLeftS"],
    ],
    run: (body, aws) => aws.issueSession(body),
  },
  "POST /_sim/stop": { keys: [], run: () => ({}) }, // Acted on by the simulator once this answer is sent.
  "GET /_sim/settings": { keys: [], run: (_, aws) => aws.settings },
  "POST /_sim/settings": { keys: [], run: (body, aws) => changeSettings(body, aws) },
  "GET /_sim/requests": { keys: [], run: (_, aws) => aws.requests },
  "GET /_sim/pending": { keys: [], run: (_, aws) => aws.pendingCodes() },
  "GET /_sim/session": {
    keys: [],
    run: (_, aws) => {
      const { id, generation, user, ended, endsAt } = aws.session();
      return { id, generation, user, ended, endsAt };
    },
  },
  "GET /_sim/secrets": { keys: [], run: (_, aws) => aws.secrets() },
  "GET /_sim/faults": {
    keys: [],
    run: () => FAULTS.map(({ name, does, when, class: verdict, service }) => ({ name, does, when, verdict, service })),
  },
};

/** The answer of the approval page or of a control address, undefined for everything else. */
export function answerControl(request: WireRequest, aws: Simulator, world: World): Reply | undefined {
  if (request.method === "GET" && request.path === "/device") return approvalPage(request, world);
  if (!request.path.startsWith("/_sim/")) return undefined;
  const action = ACTIONS[`${request.method} ${request.path}`];
  if (action === undefined) return json(404, { error: `no such control address; there are: ${Object.keys(ACTIONS)}` });
  try {
    const body = bodyOf(request);
    const strange = Object.keys(body).find((key) => action.keys.length > 0 && !action.keys.includes(key));
    if (strange !== undefined) throw new Error(`unknown key "${strange}"; known: ${action.keys}`);
    return json(200, action.run(body, aws) ?? {});
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** Opening `verificationUriComplete` is the tap of the person; `&deny=1` refuses, `&user=NAME` is who taps. */
function approvalPage({ query }: WireRequest, world: World): Reply {
  const headers = { "content-type": "text/html; charset=utf-8" };
  const code = query.get("user_code")?.toUpperCase();
  if (code === undefined) {
    const form = `<form><input name="user_code" placeholder="ABCD-EFGH"><button>Continue</button></form>`;
    return { status: 200, headers, body: `<h1>Authorization requested</h1>${form}\n` };
  }
  try {
    const state = query.has("deny") ? "denied" : "approved";
    world.devices.decide(state, world.now(), code, query.get("user") ?? undefined);
    return { status: 200, headers, body: `<h1>Request ${state}</h1><p>You can close this window.</p>\n` };
  } catch {
    return { status: 404, headers, body: "<h1>Invalid or expired code</h1>\n" };
  }
}

function changeSettings(body: Body, aws: Simulator): unknown {
  for (const [name, value] of Object.entries(body)) {
    const known = new Map<string, unknown>(Object.entries(aws.settings));
    if (!known.has(name)) throw new Error(`there is no setting "${name}"; there are: ${[...known.keys()]}`);
    if (name !== "autoApprove" && typeof known.get(name) !== typeof value) {
      throw new Error(`setting "${name}" is of type ${typeof known.get(name)}`);
    }
  }
  return Object.assign(aws.settings, body);
}

function bodyOf(request: WireRequest): Body {
  if (request.body.trim() === "") return {};
  const value: unknown = JSON.parse(request.body);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("the body is no JSON object");
  }
  return { ...value };
}

function text(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || typeof value === "string") return value;
  throw new Error(`"${name}" must be a string`);
}

function json(status: number, body: unknown): Reply {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body, null, 1) + "\n" };
}
