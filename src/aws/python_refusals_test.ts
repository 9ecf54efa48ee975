// Proves that `doctor` can tell which files the Python clients refuse; the rows were tried with botocore 1.43.
import assert from "node:assert/strict";
import { parseIni } from "./ini.ts";
import { pythonRefusals } from "./python_refusals.ts";

const refusals = (text: string) =>
  pythonRefusals({ path: "/h/.aws/config", document: parseIni(text, "/h/.aws/config") });

Deno.test("pythonRefusals() finds every line for which botocore refuses the file", () => {
  const rows: [what: string, text: string, lines: number[]][] = [
    ["byte order mark", "\ufeff[a]\n", [1]],
    ["text before the first section", "k = v\n[a]\n", [1]],
    ["header without a bracket", "[a]\n[b\n", [2]],
    ["line without a delimiter", "[a]\nword\n", [2]],
    ["value without a key", "[a]\n= v\n", [2]],
    ["section twice, once behind a blank of Python", "\u0085[a]\n[b]\n[a]\n", [3]],
    ["section twice", "[a]\n[b]\n[a]\n", [3]],
    ["key twice", "[a]\nk = v\nK = v\n", [3]],
    ["key twice in [DEFAULT]", "[DEFAULT]\nk = v\n[a]\n[DEFAULT]\nk = v\n", [5]],
    ["nested line without a delimiter", "[a]\ns3 =\n  x = y\n  word\n", [2]],
    ["all at once", "k\n[a]\nword\nk = v\nk = w\n[a]\n", [1, 3, 5, 6]],
  ];
  for (const [what, text, lines] of rows) {
    const found = refusals(text);
    assert.deepEqual(found.map(({ line }) => line), lines, what);
    for (const { code, file, hint, message } of found) {
      assert.deepEqual([code, file], ["RefusedByPython", "/h/.aws/config"]);
      assert.match(message, /^AWS CLI and boto3 refuse ".*": ./);
      assert.notEqual(hint, "");
    }
  }
});

Deno.test("pythonRefusals() has nothing against what botocore accepts", () => {
  const rows = [
    "",
    "# c\n[a] # c\n ; c\nk = v # c\nl : w\nm =\n",
    "[a]\r\nk = v\r\n  more\r\n\r\ns3 =\r\n  x = y\r\n",
    '[profile a]\nk = v\n[profile "a"]\nk = w\n[profile my prof]\n',
    "[DEFAULT]\nk = v\n[a]\nk = w\n[DEFAULT]\nl = w\n",
    "[a]\nk = v\n  [b]\n",
  ];
  for (const text of rows) assert.deepEqual(refusals(text), [], text);
});
