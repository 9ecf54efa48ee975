// Commands that a person pastes into a shell.

/**
 * `text` as one word of a POSIX shell. Control characters become `?`: no terminal can show them, and options take globs,
 * so that the word still finds what it names.
 */
export function shellWord(text: string): string {
  const shown = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu, "?");
  if (shown === "") return "''";
  return /^[\w@%+=:,./-]+$/.test(shown) && !shown.includes("?") ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}

/** `--session NAME`, fit for pasting into a shell. */
export function sessionOption(session: string): string {
  const word = shellWord(session);
  return `--session${word.startsWith("-") ? "=" : " "}${word}`;
}

/** The command that signs in to one session. */
export function loginCommand(session: string): string {
  return `sso-heal login ${sessionOption(session)}`;
}
