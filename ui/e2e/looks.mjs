// How tests find what people see.

export const button = (within, name) => within.getByRole('button', { name, exact: true });

/** The pill of a status at the top of a page. */
export const status = (page, label) => page.locator('main header .pill', { hasText: label }).first();

/** A field in which people, groups or permissions are looked for by typing. */
export const lookup = (within, name) =>
  within.getByRole('textbox', { name }).or(within.getByRole('combobox', { name })).first();
