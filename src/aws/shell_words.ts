// Section names such as `profile "my prof"` are cut into words by shell rules (Python's shlex): nobody else's will do.

const WHITESPACE = " \t\r\n";

/**
 * The words of a section header as Python's `shlex.split` gives them: `'…'` literal, `"…"` with `\"` and `\\`, a bare
 * backslash takes the next character. Undefined where Python raises: an open quote or a backslash at the end.
 */
export function shellWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (char === "\\" && quote === '"' && (text[i + 1] === '"' || text[i + 1] === "\\")) word += text[++i];
      else word += char;
    } else if (WHITESPACE.includes(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= "";
    } else if (char === "\\") {
      if (++i === text.length) return undefined;
      word = (word ?? "") + text[i];
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== "") return undefined;
  if (word !== undefined) words.push(word);
  return words;
}

/**
 * The name in a header such as `profile NAME`, or undefined when it does not consist of exactly two words. botocore
 * asks only how the header begins, so `[profilefoo bar]` is the profile `bar` (configloader.py `build_profile_map`).
 */
export function sectionName(header: string, prefix: string): string | undefined {
  if (!header.startsWith(prefix)) return undefined;
  const plain = header.slice(prefix.length + 1);
  // The usual case, without a look at every character.
  if (header[prefix.length] === " " && plain !== "" && !/[\s"'\\]/.test(plain)) return plain;
  const words = shellWords(header);
  return words?.length === 2 ? words[1] : undefined;
}
