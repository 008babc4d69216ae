import { expect, test } from 'vitest';
import { enrolCommand, NEEDED } from './command';

test('the command names the core and the domain, and never the token', () => {
  const command = enrolCommand('https://tenure.example.com', { name: 'corp.example.com', kind: 'active-directory' });
  expect(command).toContain('--core https://tenure.example.com --folder /etc/tenure-agent \\\n');
  expect(command).toContain('--address dc1.corp.example.com:636');
  // What has to be there before is told by the same names.
  for (const file of Object.values(NEEDED)) expect(command).toContain(` ${file}`);
  // Each line goes on in the next: what is pasted whole waits for the token first, and takes no line for it.
  const lines = command.split('\n');
  expect(lines.slice(0, -1).every((line) => line.endsWith('\\'))).toBe(true);
});

test('a sandbox has no domain controller', () => {
  expect(enrolCommand('http://127.0.0.1:8080', { name: 'lab.example', kind: 'sandbox' })).not.toContain('--address');
});

test('a name that a shell would take for more is one word', () => {
  const command = enrolCommand('https://t.example', { name: "a;rm -rf '/'", kind: 'active-directory' });
  expect(command).toContain(String.raw`--address 'dc1.a;rm -rf '\''/'\'':636'`);
});
