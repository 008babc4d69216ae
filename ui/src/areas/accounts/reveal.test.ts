import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeReaderKey, readerKey, type Sealed } from './reveal';

const document = readFileSync(new URL('../../../../schemas/reveal.md', import.meta.url), 'utf8');
const hex = (name: string) => new RegExp(`^${name} = ([0-9a-f]+)$`, 'm').exec(document)?.[1] ?? '';
const bytes = (name: string) => Uint8Array.from(Buffer.from(hex(name), 'hex'));
const base64 = (name: string) => Buffer.from(hex(name), 'hex').toString('base64');

async function vector() {
  const point = bytes('reader_public');
  const url = (part: Uint8Array) => Buffer.from(part).toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', d: url(bytes('reader_private')), x: url(point.slice(1, 33)), y: url(point.slice(33)) };
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
  const sealed: Sealed = { ephemeral: base64('ephemeral'), nonce: base64('nonce'), ciphertext: base64('ciphertext') };
  return { reader: readerKey(key, point), sealed, account: hex('account'), request: hex('request') };
}

test('the answer of the specification opens', async () => {
  const { reader, sealed, account, request } = await vector();
  expect(await reader.open(account, request, sealed)).toBe(Buffer.from(bytes('plain')).toString());
});

test('an answer about another account or request does not open', async () => {
  const { reader, sealed, account, request } = await vector();
  await expect(reader.open(request, request, sealed)).rejects.toThrow();
  await expect(reader.open(account, account, sealed)).rejects.toThrow();
});

test('each reading has a key of its own', async () => {
  const [one, another] = await Promise.all([makeReaderKey(), makeReaderKey()]);
  expect(one.publicKey).not.toBe(another.publicKey);
  expect(Buffer.from(one.publicKey, 'base64')).toHaveLength(65);
});
