// Writes src/api/schema.d.ts from the API's own description: schemas/openapi.json, which is generated from the gateway's
// code. Not checked in, so that it cannot be stale.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const description = JSON.parse(await readFile(new URL('../../schemas/openapi.json', import.meta.url), 'utf8'));
const nodes = await openapiTS(description, { alphabetize: true, defaultNonNullable: false });
const text = `// From schemas/openapi.json by \`npm run api\`.\n${astToString(nodes)}`;
await writeFile(new URL('../src/api/schema.d.ts', import.meta.url), text);
