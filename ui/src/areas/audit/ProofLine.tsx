import { Alert } from '@mantine/core';
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { api } from '@/api/client';
import { Time } from '@/components/Time';
import { proof as texts } from '@/texts/audit';

/** Is the history what was written? In a line where it is, and impossible to overlook where it is not. */
export function ProofLine() {
  const { data } = api.useQuery('get', '/api/v1/audit/proof');
  const verified = data?.verified;
  if (!data || !verified) return null;
  if (verified.altered !== undefined) {
    return (
      <Alert color="red" icon={<ShieldAlert size={18} />} title={texts.altered} mb="sm">
        <p style={{ margin: '0 0 6px' }}>{verified.altered}</p>
        {texts.remedy}
      </Alert>
    );
  }
  return (
    <p className="muted" style={{ display: 'flex', gap: 6, alignItems: 'center', margin: '0 0 10px', fontSize: '0.8125rem' }}>
      <ShieldCheck size={15} aria-hidden style={{ flex: 'none' }} />
      <span>
        {verified.position === 0 ? (
          texts.notYet
        ) : (
          <>
            {texts.unaltered(verified.position)} <Time at={verified.at} show="minute" />
          </>
        )}
        {data.checkpoint && (
          <>
            {' · '}
            {texts.signed(data.checkpoint.position)} <Time at={data.checkpoint.signed_at} show="minute" />
          </>
        )}
      </span>
    </p>
  );
}
