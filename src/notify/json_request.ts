// The request that nearly every channel makes.
import type { HttpRequest } from "./protocol.ts";

/** `body` as JSON; by POST unless said otherwise. */
export function jsonRequest(
  url: string,
  body: Readonly<Record<string, unknown>>,
  more: { readonly method?: "PATCH"; readonly bearer?: string } = {},
): HttpRequest {
  const { method = "POST", bearer } = more;
  const headers: Record<string, string> = { "content-type": "application/json; charset=utf-8" };
  if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`;
  return { method, url, headers, body: JSON.stringify(body) };
}
