import { Alert, Button, Group, Stack } from '@mantine/core';
import { KeySquare } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { formatInstant } from '@/app/time';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { CopyBlock } from '@/components/CopyBlock';
import { CopyField } from '@/components/CopyField';
import { enrolment } from '@/texts/enrolment';
import { engine as acts } from '@/texts/infrastructure';
import { EngineActDialog } from '../EngineActDialog';
import { enrolCommand, NEEDED } from './command';

const texts = enrolment.enrol;

interface Props {
  engine: Schemas['EngineBody'];
  /** The token, while this page knows it. */
  issued: Schemas['EngineTokenIssued'] | undefined;
  onIssued: (issued: Schemas['EngineTokenIssued'] | undefined) => void;
}

/** Shows the token, once, and what is run with it. */
export function EnrolStep({ engine, issued, onIssued }: Props) {
  const { id, name, domain, token_expires_at: until } = engine;
  const can = useCan();
  const [open, setOpen] = useState<'newToken' | 'revokeToken' | undefined>();
  const replace = api.useMutation('post', '/api/v1/engines/{id}/token');
  const kind = api.useQuery('get', '/api/v1/domains/{id}', { params: { path: { id: domain.id } } });
  const current = issued && until && !isReplaced(issued, until) ? issued : undefined;
  return (
    <Stack gap="md" maw={760}>
      {current?.token ? (
        <>
          <Alert variant="light" color="yellow" icon={<KeySquare size={18} />}>
            {texts.once}
          </Alert>
          <CopyField label={texts.token} value={current.token} copyLabel={texts.copyToken} />
        </>
      ) : (
        <Alert variant="light" color="yellow" icon={<KeySquare size={18} />}>
          {missing(Boolean(until), Boolean(current))}
        </Alert>
      )}
      {until && (
        <div style={{ fontSize: '0.875rem' }}>
          {texts.goodUntil} {formatInstant(until)}
        </div>
      )}
      {until && kind.data && (
        <div>
          {kind.data.kind === 'active-directory' && (
            <p style={{ margin: '0 0 12px', fontSize: '0.875rem' }}>{texts.before(NEEDED.password, NEEDED.authority)}</p>
          )}
          <CopyBlock label={texts.command} text={enrolCommand(location.origin, kind.data)} />
          <div className="muted" style={{ fontSize: '0.8125rem', marginTop: 6 }}>
            {kind.data.kind === 'sandbox' ? texts.commandHintSandbox : texts.commandHint} {texts.again}
          </div>
        </div>
      )}
      <Group>
        {can('engine:create') && (
          <Button variant={until ? 'default' : 'filled'} onClick={() => setOpen('newToken')}>
            {acts.newToken}
          </Button>
        )}
        {until && can('engine:delete') && (
          <Button variant="default" onClick={() => setOpen('revokeToken')}>
            {acts.revokeToken}
          </Button>
        )}
      </Group>
      {open === 'revokeToken' && (
        <EngineActDialog act="revokeToken" engine={engine} onClose={() => setOpen(undefined)} />
      )}
      {open === 'newToken' && (
        <ConfirmDialog
          title={`${acts.newToken}: ${name}`}
          consequence={until ? acts.newTokenConsequence(name) : enrolment.expect.lifetime}
          act={acts.newToken}
          onConfirm={async () => onIssued(await replace.mutateAsync({ params: { path: { id } }, body: {} }))}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Stack>
  );
}

/** Was another token issued elsewhere? Then this one is good for nothing. */
function isReplaced({ expires_at: own }: Schemas['EngineTokenIssued'], until: string): boolean {
  return own !== undefined && own !== null && Date.parse(until) - Date.parse(own) > 1_000;
}

/** Why there is no token to show. */
function missing(out: boolean, repeated: boolean): string {
  if (!out) return texts.none;
  return repeated ? texts.repeated : texts.lost;
}
