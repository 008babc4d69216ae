// Every page, and who looks at it. A new page is a line here.

const first = async (request, path) => {
  const response = await request.get(path);
  if (!response.ok()) throw new Error(`${path}: ${response.status()} ${await response.text()}`);
  return (await response.json()).items[0].id;
};

/** A template with a draft beside its published version that is not right yet: made at the first call. */
async function draft(request) {
  const { items } = await (await request.get('/api/v1/templates')).json();
  const known = items.find((template) => template.draft);
  if (known) return known.id;
  const [{ id }] = items;
  const { content } = await (await request.get(`/api/v1/templates/${id}`)).json();
  content.approval.steps.push({ name: 'Security', least: 0, users: [], groups: [], times_out_after_hours: 24 });
  const answer = await request.post(`/api/v1/templates/${id}/draft`, {
    data: content,
    headers: { 'X-Tenure-Request': '1' },
  });
  if (!answer.ok()) throw new Error(`no draft of ${id}: ${await answer.text()}`);
  return id;
}

/** A draft of a request, with terms of service to accept. */
async function draftedRequest(request) {
  const { items } = await (await request.get('/api/v1/templates?offered=true')).json();
  const template = items.find(({ name }) => name.startsWith('Vendor access')).id;
  const data = { kind: { type: 'new-account' }, template, name: 'ven-draft' };
  const response = await request.post('/api/v1/requests', { data, headers: { 'X-Tenure-Request': '1' } });
  return (await response.json()).id;
}

/** A running campaign: made at the first call. */
async function campaign(request) {
  const { items } = await (await request.get('/api/v1/campaigns')).json();
  if (items.length > 0) return items[0].id;
  const { business_time: now } = await (await request.get('/api/v1/system')).json();
  const due = new Date(Date.parse(now) + 30 * 86_400_000).toISOString();
  const data = { name: 'All that is active', filter: { status: ['active'] }, due };
  const response = await request.post('/api/v1/campaigns', { data, headers: { 'X-Tenure-Request': '1' } });
  return (await response.json()).id;
}

/** An engine that has not enrolled: made at the first call. */
async function expectedEngine(request, domain) {
  const { items } = await (await request.get('/api/v1/engines')).json();
  const known = items.find(({ standing }) => standing === 'expected');
  if (known) return known.id;
  const data = { name: 'dc1-agent', domain };
  const response = await request.post('/api/v1/engines/tokens', { data, headers: { 'X-Tenure-Request': '1' } });
  return (await response.json()).id;
}

/** Paths of all pages, with real ids; `request` is signed in. */
export async function pages(request) {
  const account = await first(request, '/api/v1/accounts?status=active&limit=1');
  const deleted = await first(request, '/api/v1/accounts?status=deleted&limit=1');
  const drifted = (await (await request.get('/api/v1/drift?limit=1')).json()).items[0].account;
  const [template, user, group, role, domain, engine] = await Promise.all(
    ['templates', 'users?search=rosa', 'groups', 'roles', 'domains', 'engines'].map((list) => first(request, `/api/v1/${list}`)),
  );
  const expected = await expectedEngine(request, domain);
  const drafted = await draft(request);
  const draftSteps = ['setup', 'vault', 'directory', 'ownership', 'lifecycle', 'approval', 'review'];
  const requestIn = (status) => first(request, `/api/v1/requests?status=${status}&limit=1`);
  const [waiting, done, rejected] = await Promise.all(['submitted', 'provisioned', 'rejected'].map(requestIn));
  const requested = await draftedRequest(request);
  const certified = await campaign(request);
  return [
    '/',
    '/accounts',
    '/accounts?q=zzzz',
    '/accounts?status=disabled,expired&sort=-lifecycle-end&page=2',
    `/accounts/${account}`,
    `/accounts/${deleted}`,
    '/accounts/00000000-0000-0000-0000-000000000000',
    '/migration',
    '/templates',
    '/templates/new',
    `/templates/${template}`,
    `/templates/${drafted}`,
    ...draftSteps.map((step) => `/templates/${drafted}/edit/${step}`),
    '/audit',
    '/audit?kind=template&type=template.published',
    '/audit?q=submitted',
    '/audit/1',
    '/audit/20',
    '/audit/segregation',
    '/audit/segregation?position=40',
    '/users',
    `/users/${user}`,
    '/groups',
    `/groups/${group}`,
    '/roles',
    '/roles/new',
    `/roles/${role}`,
    '/domains',
    `/domains/${domain}`,
    `/domains/${domain}/synchronisation`,
    `/domains/${domain}/people`,
    '/drift',
    `/drift?domain=${domain}&sort=-since`,
    '/drift?standing=held&field=enabled',
    `/accounts/${drifted}`,
    '/campaigns',
    '/campaigns?status=closed',
    '/campaigns/new',
    `/campaigns/${certified}`,
    `/campaigns/${certified}?standing=observed`,
    '/reviews',
    '/reviews?campaigns=closed',
    '/reviews?q=zzzz',
    '/unmanaged',
    `/unmanaged?domain=${domain}`,
    '/unmanaged/accounts',
    `/unmanaged/accounts?domain=${domain}&signal=password-never-expires`,
    '/unmanaged/import',
    `/unmanaged/removals?domain=${domain}`,
    '/engines',
    '/engines/new',
    `/engines/new?engine=${engine}`,
    `/engines/new?engine=${expected}`,
    `/engines/${engine}`,
    `/engines/${expected}`,
    '/settings',
    '/api-tokens',
    '/requests',
    '/requests?status=failed',
    '/requests?q=zzzz',
    '/requests/new',
    `/requests/${waiting}`,
    `/requests/${done}`,
    `/requests/${rejected}`,
    '/requests/00000000-0000-0000-0000-000000000000',
    ...['account', 'owners', 'reason', 'review'].map((step) => `/requests/${requested}/edit/${step}`),
    '/approvals',
    '/inbox',
    '/inbox?category=engine',
    '/no-such-page',
  ];
}
