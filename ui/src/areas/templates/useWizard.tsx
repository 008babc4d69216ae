import { createContext, useContext } from 'react';
import type { Content } from './content';

export interface Wizard {
  content: Content;
  change: (part: Partial<Content>) => void;
  /** What is wrong with a field, once one has been there. */
  error: (field: string) => string | undefined;
  /** The same for a list: of it, or of any of its lines. */
  errorIn: (field: string) => string | undefined;
}

const WizardContext = createContext<Wizard | undefined>(undefined);

export const WizardProvider = WizardContext.Provider;

export function useWizard(): Wizard {
  const wizard = useContext(WizardContext);
  if (!wizard) throw new Error('outside of a wizard');
  return wizard;
}
