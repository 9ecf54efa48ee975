// Finds the values that stand elsewhere: `env:NAME` and `file:PATH` of the config.
import { url as webAddress } from "../config/values.ts";
import type { System } from "../system/system.ts";

/** What was looked up is not there, or not what it must be. The message holds no secret. */
export class Missing extends Error {}

/** As {@link lookUp}, for a web address: in a file it may be anything. @throws {Missing} */
export function lookUpUrl(key: string, text: string, here: Pick<System, "home" | "env">): string {
  const address = lookUp(key, text, here);
  const read = webAddress.read(address);
  if ("error" in read) throw new Missing(`its address ${read.error} (${read.hint})`);
  return address;
}

/** The value of `key`: `text` itself, or what is at `env:NAME` or `file:PATH`. @throws {Missing} */
export function lookUp(key: string, text: string, { home, env }: Pick<System, "home" | "env">): string {
  if (text.startsWith("env:")) {
    const name = text.slice(4);
    const value = env[name];
    if (!value) throw new Missing(`${key}: the environment variable ${name} is not set`);
    return value;
  }
  if (!text.startsWith("file:")) return text;
  const path = text.slice(5).replace(/^~\//, `${home}/`);
  let content: string;
  try {
    content = Deno.readTextFileSync(path).trim();
  } catch (error) {
    throw new Missing(`${key}: cannot read "${path}": ${whyNot(error, path)}`);
  }
  if (content === "") throw new Missing(`${key}: "${path}" is empty`);
  return content;
}

function whyNot(error: unknown, path: string): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotCapable) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    return `it lies outside the folders of sso-heal (run: ln -s "${folder}" ~/.config/sso-heal/NAME)`;
  }
  return error instanceof Deno.errors.PermissionDenied ? "permission denied" : "the system refused";
}
