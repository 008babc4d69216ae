// The reader's half of schemas/reveal.md: the secret is sealed to a key that exists in this page only, for one request.

const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;
const LABEL = new TextEncoder().encode('tenure/reveal/v1');

type Bytes = Uint8Array<ArrayBuffer>;

export interface Sealed {
  ephemeral: string;
  nonce: string;
  ciphertext: string;
}

export interface ReaderKey {
  /** Base64 of the uncompressed point: what the engine seals to. */
  publicKey: string;
  open: (account: string, request: string, sealed: Sealed) => Promise<string>;
}

export const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const toBase64 = (bytes: Bytes): string => btoa(String.fromCharCode(...bytes));
const uuid = (text: string): Bytes =>
  Uint8Array.from(text.replaceAll('-', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

function concat(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A pair for one request; the private key cannot be taken out of the browser. */
export async function makeReaderKey(): Promise<ReaderKey> {
  const pair = await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return readerKey(pair.privateKey, point);
}

export function readerKey(privateKey: CryptoKey, point: Bytes): ReaderKey {
  return {
    publicKey: toBase64(point),
    open: async (account, request, sealed) => {
      const ephemeral = fromBase64(sealed.ephemeral);
      const theirs = await crypto.subtle.importKey('raw', ephemeral, CURVE, false, []);
      const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, privateKey, 256);
      const info = concat(LABEL, uuid(account), uuid(request));
      const material = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
      const key = await crypto.subtle.deriveKey(
        { name: 'HKDF', hash: 'SHA-256', salt: concat(ephemeral, point), info },
        material,
        { name: 'AES-GCM', length: 256 },
        false,
        ['decrypt'],
      );
      const plain = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: fromBase64(sealed.nonce), additionalData: info },
        key,
        fromBase64(sealed.ciphertext),
      );
      return new TextDecoder().decode(plain);
    },
  };
}
