// What orders and directories say, as people read it.
import { formatDayTime } from '@/app/time';
import { drift as texts } from '@/texts/drift';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** Values of a field, on one line. */
export function valuesOf(field: string, values: string[]): string {
  if (values.length === 0) return texts.nothing;
  const said = field === 'expiry' ? values.map((value) => (INSTANT.test(value) ? formatDayTime(value) : value)) : values;
  return said.join(', ');
}

/** The first name of a distinguished name: `CN=Payroll,OU=Groups,…` is "Payroll". */
export function shortName(dn: string): string {
  const first = /^[^=,]+=((?:\\.|[^,\\])+)/.exec(dn)?.[1];
  return first ? first.replaceAll(/\\(.)/g, '$1') : dn;
}
