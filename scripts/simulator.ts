// Runs the AWS simulator by itself, for clients in other processes and for the demo.
import { parseArgs } from "node:util";
import { startConnectProxy } from "../tests/aws/connect_proxy.ts";
import { defaultSettings } from "../tests/aws/settings.ts";
import { startSimulator } from "../tests/aws/simulator.ts";

const HELP = `Usage: deno run -A scripts/simulator.ts [--port N] [--tls] [--proxy] [--set NAME=VALUE]...

Prints one line of JSON { url, caFile, proxyUrl } and runs until SIGINT, SIGTERM or POST /_sim/stop.
  --tls             HTTPS; clients must trust caFile
  --proxy           with a CONNECT proxy for the real host names of AWS (implies --tls)
  --set NAME=VALUE  a setting of tests/aws/settings.ts, VALUE as JSON or plain text
Steer it by POST /_sim/fail, heal, approve, deny, end-session, issue-session, settings, stop and
GET /_sim/requests, pending, session, secrets, settings, faults (see tests/aws/control.ts).
`;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    tls: { type: "boolean", default: false },
    proxy: { type: "boolean", default: false },
    set: { type: "string", multiple: true, default: [] },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(HELP);
else await run();

async function run(): Promise<void> {
  const settings = Object.fromEntries(values.set.map(setting));
  const aws = await startSimulator({ ...settings, port: Number(values.port), tls: values.tls || values.proxy });
  const proxy = values.proxy ? startConnectProxy({ target: aws.port }) : undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => aws.requestStop());
  console.log(JSON.stringify({ url: aws.url, caFile: aws.caFile, proxyUrl: proxy?.url }));
  await aws.stopRequested;
  await proxy?.close();
  await aws.close();
  Deno.exit();
}

function setting(words: string): [string, unknown] {
  const [name, ...rest] = words.split("=");
  if (!(name in defaultSettings())) throw new Error(`There is no setting "${name}" in tests/aws/settings.ts`);
  const value = rest.join("=");
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}
