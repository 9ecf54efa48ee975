// SHA-1, which names the cache files of AWS clients; nothing is protected by it.
//
// Our own, because every start needs it: the platform's is asynchronous and starts a thread, and `node:crypto` takes longer
// to load (Deno 2.9: 18 ms) than a check with nothing to do. In plain statements, because nothing compiles them.

/** 40 lower-case hexadecimal digits of the SHA-1 (FIPS 180-4) of `text` in UTF-8. */
export function sha1(text: string): string {
  const words = padded(new TextEncoder().encode(text));
  const hash = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const schedule = new Int32Array(80);
  for (let block = 0; block < words.length; block += 16) {
    for (let i = 0; i < 16; i++) schedule[i] = words[block + i];
    for (let i = 16; i < 80; i++) {
      const mixed = schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16];
      schedule[i] = mixed << 1 | mixed >>> 31;
    }
    addBlock(hash, schedule);
  }
  return Array.from(hash, (value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
}

function addBlock(hash: Int32Array, schedule: Int32Array): void {
  let a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4];
  for (let i = 0; i < 80; i++) {
    const mixed = i < 20
      ? (b & c | ~b & d) + 0x5a827999
      : i < 40
      ? (b ^ c ^ d) + 0x6ed9eba1
      : i < 60
      ? (b & c | b & d | c & d) + 0x8f1bbcdc
      : (b ^ c ^ d) + 0xca62c1d6;
    const next = (a << 5 | a >>> 27) + mixed + e + schedule[i] | 0;
    e = d;
    d = c;
    c = b << 30 | b >>> 2;
    b = a;
    a = next;
  }
  hash[0] += a;
  hash[1] += b;
  hash[2] += c;
  hash[3] += d;
  hash[4] += e;
}

/** Big-endian words of whole blocks: the bytes, one bit, zeros, and the length in bits. */
function padded(bytes: Uint8Array): Int32Array {
  const words = new Int32Array((bytes.length + 8 >> 6) + 1 << 4);
  for (let at = 0; at < bytes.length; at++) words[at >> 2] |= bytes[at] << 24 - (at & 3) * 8;
  words[bytes.length >> 2] |= 0x80 << 24 - (bytes.length & 3) * 8;
  words[words.length - 1] = bytes.length * 8;
  return words;
}
