// The real binary: the demo's organisation in a folder of its own, on a port of its own, for one file of tests.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TARGET = process.env.CARGO_TARGET_DIR ?? new URL('../../target', import.meta.url).pathname;
export const BINARY = process.env.TENURE_BIN ?? join(TARGET, 'debug/tenure');
// The large demo makes a million events before it listens.
const SLOWEST_START = 600_000;

/** A port that was free a moment ago. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(url) {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function start(args, ready, env = {}) {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is not built: cargo build --bin tenure`);
  const data = await mkdtemp(join(tmpdir(), 'tenure-e2e-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child;
  let output = '';
  const end = async () => {
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill('SIGTERM');
    await ended;
  };
  const stop = async () => {
    await end();
    await rm(data, { recursive: true, force: true });
  };
  const begin = async () => {
    output = '';
    child = spawn(BINARY, args(port, data), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, RUST_LOG: 'warn', TENURE_HTTP__LISTEN: `127.0.0.1:${port}`, TENURE_DATA: data, ...env },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output += text;
      });
    }
    const until = Date.now() + SLOWEST_START;
    while (!(ready(output) && (await answers(url)))) {
      if (child.exitCode !== null || Date.now() > until) {
        await stop();
        throw new Error(`tenure did not start:\n${output}`);
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
  };
  await begin();
  return { url, data, output: () => output, stop, end, begin };
}

/** The demo after its year and a half: people, templates, requests and accounts in every state. */
export function startDemo(...more) {
  const args = (port, data) => ['demo', '--listen', `127.0.0.1:${port}`, '--data', data, ...more];
  return start(args, (output) => output.includes("demo runs on"));
}

/** A new installation that waits for its administrator; the set-up code is in what it printed. `env` configures it. */
export function startEmpty(env) {
  const args = () => ['serve'];
  return start(args, (output) => /--code \S+\s/.test(output), env);
}
