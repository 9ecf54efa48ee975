// A link as a picture of a QR code, for mails: they can show no text art, and load nothing from elsewhere.
import { encode } from "uqr";

/** Pixels of one module: large enough for a camera, also where the picture is shrunk to the width of a phone. */
const MODULE = 6;
/** Modules of white around the code (ISO/IEC 18004). */
const QUIET = 4;

/** The bytes of a black and white PNG (https://www.w3.org/TR/png-3/) with the QR code of `text`. */
export async function qrPng(text: string): Promise<Uint8Array> {
  const { data } = encode(text, { border: QUIET });
  const size = data.length * MODULE;
  const ihdr = new DataView(new ArrayBuffer(13));
  ihdr.setUint32(0, size);
  ihdr.setUint32(4, size);
  // One bit a pixel, greyscale; the other three bytes are 0: deflate, the usual filters, not interlaced.
  ihdr.setUint8(8, 1);
  return concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", new Uint8Array(ihdr.buffer)),
    chunk("IDAT", await deflated(concat(data.flatMap((row) => Array(MODULE).fill(scanline(row)))))),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** A filter byte (0: none), then eight pixels a byte, 1 for white. */
function scanline(row: readonly boolean[]): Uint8Array {
  const line = new Uint8Array(1 + Math.ceil(row.length * MODULE / 8));
  for (let x = 0; x < row.length * MODULE; x++) {
    if (!row[Math.floor(x / MODULE)]) line[1 + (x >> 3)] |= 0x80 >> (x & 7);
  }
  return line;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = concat([new TextEncoder().encode(type), data]);
  return concat([bigEndian(data.length), named, bigEndian(crc32(named))]);
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** The CRC of PNG (ISO 3309), bit by bit: a code is a few hundred bytes. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/** In the format of zlib, which is what `deflate` means there and in PNG. */
async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
