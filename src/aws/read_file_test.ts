// Proves that text is read byte for byte.
import assert from "node:assert/strict";
import { readText } from "./read_file.ts";

Deno.test("readText() gives UTF-8 with its mark, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/file`;
    assert.deepEqual(readText(path), { kind: "missing" });
    const rows: [bytes: number[], text: string | undefined][] = [
      [[], ""],
      [[0xef, 0xbb, 0xbf, 0x61, 0x0d, 0x0a], "\ufeffa\r\n"],
      [[0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0x00], "é😀\0"],
      [[0x61, 0xe9], undefined],
      [[0xc3], undefined],
      [[0xed, 0xa0, 0x80], undefined],
      [[0xff, 0xfe, 0x61, 0x00], undefined],
    ];
    for (const [bytes, text] of rows) {
      await Deno.writeFile(path, new Uint8Array(bytes));
      const read = readText(path);
      if (text !== undefined) assert.deepEqual(read, { kind: "text", text });
      else assert.deepEqual([read.kind, read.kind === "failed" && read.code], ["failed", "NotUtf8"]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readText() does not wait for whoever may write into a pipe, and takes a link to nothing for no file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
    await Deno.symlink("/dev/null", `${folder}/device`);
    await Deno.symlink("nothing", `${folder}/dangling`);
    for (const name of ["pipe", "device"]) {
      const read = readText(`${folder}/${name}`);
      assert.deepEqual([read.kind, read.kind === "failed" && read.code], ["failed", "Unreadable"], name);
    }
    assert.deepEqual(readText(`${folder}/dangling`), { kind: "missing" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
