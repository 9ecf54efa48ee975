// Proves the picture by decoding it again with zlib's own CRC and inflate.
import assert from "node:assert/strict";
import { crc32, inflateSync } from "node:zlib";
import { encode } from "uqr";
import { qrPng } from "./png.ts";
import { LINK } from "./samples_test.ts";

/** The chunks of a PNG, their CRCs checked. */
function chunksOf(png: Uint8Array): Map<string, Uint8Array> {
  assert.deepEqual([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(png.buffer, png.byteOffset);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const named = png.subarray(at + 4, at + 8 + length);
    assert.equal(view.getUint32(at + 8 + length), crc32(named));
    chunks.set(new TextDecoder().decode(named.subarray(0, 4)), named.subarray(4));
    at += 12 + length;
  }
  return chunks;
}

for (const text of [LINK, "A", "x".repeat(900)]) {
  Deno.test(`qrPng() draws every module of a text of ${text.length} characters, with its quiet zone`, async () => {
    const chunks = chunksOf(await qrPng(text));
    assert.deepEqual([...chunks.keys()], ["IHDR", "IDAT", "IEND"]);
    const { data } = encode(text, { border: 4 });
    const size = data.length * 6;
    const header = chunks.get("IHDR")!;
    const view = new DataView(header.buffer, header.byteOffset);
    assert.deepEqual([view.getUint32(0), view.getUint32(4), ...header.subarray(8)], [size, size, 1, 0, 0, 0, 0]);

    const pixels = inflateSync(chunks.get("IDAT")!);
    const stride = 1 + Math.ceil(size / 8);
    assert.equal(pixels.length, size * stride);
    const isBlack = (x: number, y: number) => (pixels[y * stride + 1 + (x >> 3)] & (0x80 >> (x & 7))) === 0;
    for (let y = 0; y < size; y++) {
      assert.equal(pixels[y * stride], 0);
      for (let x = 0; x < size; x++) assert.equal(isBlack(x, y), data[Math.floor(y / 6)][Math.floor(x / 6)]);
    }
    // A corner of the quiet zone and one of the first finder pattern.
    assert.deepEqual([isBlack(23, 23), isBlack(24, 24)], [false, true]);
  });
}
