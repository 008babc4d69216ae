// What an authenticator does with the key that it was given: RFC 6238, SHA-1, six digits, 30 seconds.
import { createHmac } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP = 30_000;

function bytesOf(base32) {
  const bits = [...base32.replace(/=+$/, '')].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The code of this moment; with `later` steps, the one after it. */
export function codeOf(key, later = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP) + later));
  const hash = createHmac('sha1', bytesOf(key)).update(counter).digest();
  const from = hash[hash.length - 1] & 0xf;
  const number = (hash.readUInt32BE(from) & 0x7fffffff) % 1_000_000;
  return String(number).padStart(6, '0');
}
