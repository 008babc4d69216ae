// After `vite build`: beside every text file its compressed forms, so that the binary serves them as they are.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = new URL('../dist/', import.meta.url);
for (const name of await readdir(folder, { recursive: true })) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  const content = await readFile(new URL(name, folder));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  await writeFile(new URL(`${name}.br`, folder), brotliCompressSync(content, quality));
  await writeFile(new URL(`${name}.gz`, folder), gzipSync(content, { level: 9 }));
}
