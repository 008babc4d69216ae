// Every page, and who looks at it. A new page is a line here.

const first = async (request, path) => {
  const response = await request.get(path);
  if (!response.ok()) throw new Error(`${path}: ${response.status()} ${await response.text()}`);
  return (await response.json()).items[0].id;
};

/** Paths of all pages, with real ids; `request` is signed in. */
export async function pages(request) {
  const account = await first(request, '/api/v1/accounts?status=active&limit=1');
  const deleted = await first(request, '/api/v1/accounts?status=deleted&limit=1');
  return [
    '/',
    '/accounts',
    '/accounts?q=zzzz',
    '/accounts?status=disabled,expired&sort=-lifecycle-end&page=2',
    `/accounts/${account}`,
    `/accounts/${deleted}`,
    '/accounts/00000000-0000-0000-0000-000000000000',
    '/migration',
    '/no-such-page',
  ];
}
