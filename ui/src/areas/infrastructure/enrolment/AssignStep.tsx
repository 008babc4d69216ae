import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { useCan } from '@/api/session';
import { CopyBlock } from '@/components/CopyBlock';
import { CopyField } from '@/components/CopyField';
import { OffReason } from '@/components/OffReason';
import { common } from '@/texts/common';
import { enrolment } from '@/texts/enrolment';
import { engine as acts } from '@/texts/infrastructure';
import { EngineActDialog, type EngineAct } from '../EngineActDialog';
import { enrolCommand, KEY_COMMAND } from './command';

const texts = enrolment.assign;

interface Props {
  engine: Schemas['EngineBody'];
  /** The token, while this page knows it. */
  issued: Schemas['EngineTokenIssued'] | undefined;
}

/** Somebody has enrolled: whether it is the right one, its key says. */
export function AssignStep({ engine, issued }: Props) {
  const can = useCan();
  const [act, setAct] = useState<EngineAct | undefined>();
  const may = can('engine:update');
  return (
    <Stack gap="md" maw={760} align="flex-start">
      <div style={{ fontSize: '0.875rem' }}>{texts.compare}</div>
      <div style={{ width: '100%' }}>
        <CopyField label={texts.key} value={engine.public_key ?? ''} copyLabel={common.copy} />
      </div>
      <div style={{ width: '100%' }}>
        <CopyBlock label={texts.compareCommand} text={KEY_COMMAND} />
      </div>
      {issued?.token && <Repeat engine={engine} token={issued.token} />}
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8 }}>
        <OffReason reason={may ? undefined : texts.forbidden}>
          <Button disabled={!may} onClick={() => setAct('assign')}>
            {acts.assign}
          </Button>
        </OffReason>
        {can('engine:delete') && (
          <Button variant="default" onClick={() => setAct('revoke')}>
            {acts.revoke}
          </Button>
        )}
      </div>
      {act && <EngineActDialog act={act} engine={engine} onClose={() => setAct(undefined)} />}
    </Stack>
  );
}

/** The core knows the engine before its command has ended: whoever saw that fail needs the token once more. */
function Repeat({ engine, token }: { engine: Schemas['EngineBody']; token: string }) {
  const { data } = api.useQuery('get', '/api/v1/domains/{id}', { params: { path: { id: engine.domain.id } } });
  if (!data) return null;
  return (
    <details style={{ width: '100%', fontSize: '0.875rem' }}>
      <summary>{texts.repeat}</summary>
      <Stack gap="md" mt="sm">
        <div>{texts.repeatHint}</div>
        <CopyField label={enrolment.enrol.token} value={token} copyLabel={enrolment.enrol.copyToken} />
        <CopyBlock label={enrolment.enrol.command} text={enrolCommand(location.origin, data)} />
      </Stack>
    </details>
  );
}
