import { expect, test } from 'vitest';
import { sendOnce } from './idempotency';

function server(...statuses: number[]) {
  const keys: string[] = [];
  return {
    keys,
    send: async (request: Request) => {
      keys.push(request.headers.get('Idempotency-Key') ?? '');
      return new Response('{}', { status: statuses[keys.length - 1] ?? 200 });
    },
  };
}

const command = (body: object, path = '/api/v1/groups') =>
  new Request(`http://tenure.test${path}`, { method: 'POST', body: JSON.stringify(body) });

test('a command that was not answered is asked for again with the same key', async () => {
  const { keys, send } = server(503, 500, 200, 200);
  for (let time = 0; time < 4; time += 1) await sendOnce(command({ name: 'Operators' }), send);
  const [first, second, third, fourth] = keys;
  expect(first).toHaveLength(36);
  expect([second, third]).toEqual([first, first]);
  // It was done: to ask once more is another command.
  expect(fourth).not.toBe(first);
});

test('another body, or the same to somewhere else, is another command', async () => {
  const { keys, send } = server(503, 503, 503);
  await sendOnce(command({ name: 'Auditors' }), send);
  await sendOnce(command({ name: 'Approvers' }), send);
  await sendOnce(command({ name: 'Auditors' }, '/api/v1/roles'), send);
  expect(new Set(keys).size).toBe(3);
});

test('a refusal is an answer', async () => {
  const { keys, send } = server(409, 200);
  await sendOnce(command({ name: 'Taken' }), send);
  await sendOnce(command({ name: 'Taken' }), send);
  expect(keys[0]).not.toBe(keys[1]);
});
