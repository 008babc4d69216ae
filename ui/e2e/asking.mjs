// What a test needs of requests before it begins: made by the API, as the person whose `api` it is.
const TEMPLATE = 'Batch jobs (CORP)';

export async function templateOf(api, name = TEMPLATE) {
  const { items } = await api.get('templates?offered=true');
  return items.find((known) => known.name === name).id;
}

/** A draft, of which nothing is missing. */
export async function draft(api, name, more = {}) {
  const by = more.template ?? (await templateOf(api));
  const { id } = await api.post('requests', {
    kind: { type: 'new-account' },
    template: by,
    name,
    period: '90 days',
    justification: `Runs ${name} every night`,
    ...more,
  });
  return id;
}

/** The same, submitted. */
export async function submitted(api, name, more) {
  const id = await draft(api, name, more);
  await api.post(`requests/${id}/submit`);
  return id;
}

/** A published template like the demo's for batch jobs, changed by `change`; `api` is an administrator's. */
export async function published(api, name, change) {
  const { content } = await api.get(`templates/${await templateOf(api)}`);
  content.name = name;
  change(content);
  const { id } = await api.post('templates', content);
  await api.post(`templates/${id}/publish`);
  return id;
}
