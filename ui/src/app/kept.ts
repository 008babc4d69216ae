// What a wizard has so far, kept by this tab: a reload, or a look at another page, loses nothing of it.

interface Begun {
  /** Who began: a tab outlives a session. */
  user: string;
  domain: string;
  accounts: unknown[];
  target: object;
}

const isBegun = (found: unknown): found is Begun => {
  const { domain, accounts, target } = (found ?? {}) as Partial<Begun>;
  return typeof domain === 'string' && Array.isArray(accounts) && typeof target === 'object' && target !== null;
};

/** A place in this tab for accounts that were chosen, and where they go. */
export function keptByTab<Wizard extends Begun>(key: string, noTarget: Wizard['target']) {
  const forget = (): void => {
    try {
      sessionStorage.removeItem(key);
    } catch {
      // There is nothing then.
    }
  };
  return {
    forget,
    keep(begun: Wizard): void {
      try {
        sessionStorage.setItem(key, JSON.stringify(begun));
      } catch {
        // No room, or not allowed: then it is lost with the page.
        forget();
      }
    },
    kept(user: string): Wizard | null {
      try {
        const found: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
        if (!isBegun(found) || found.user !== user || found.accounts.length === 0) return null;
        return { ...found, target: { ...noTarget, ...found.target } } as Wizard;
      } catch {
        return null;
      }
    },
  };
}
