// Where the topic of an ntfy channel stands: in its address, last.

/** The topic in the URL of a channel; undefined when there is none that a server takes (its rule: `[-_A-Za-z0-9]{1,64}`). */
export function ntfyTopic(address: string): string | undefined {
  const part = new URL(address).pathname.split("/").findLast((part) => part !== "") ?? "";
  try {
    const topic = decodeURIComponent(part);
    return /^[-\w]{1,64}$/.test(topic) ? topic : undefined;
  } catch {
    // Percent signs that encode nothing.
    return undefined;
  }
}
