// Reads the JSON body of a service's answer, whoever really wrote it.

/** The fields of a JSON object; none for a body that is anything else (which the caller then judges by its status). */
export function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return {};
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
