// Words that come from elsewhere (names, hosts, error texts): the one place that makes them fit to stand in a message.

/**
 * `text` as one line of at most `most` characters: blanks for line breaks, no control or format characters (they steer
 * terminals and turn the reading direction); what was cut is marked with "…". Each channel escapes its mark-up on top.
 */
export function oneLine(text: string, most: number): string {
  const line = text.toWellFormed().replace(/[\s\u0085]+/gu, " ").replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
  const chars = [...line];
  return chars.length > most ? `${chars.slice(0, most - 1).join("")}…` : line;
}
