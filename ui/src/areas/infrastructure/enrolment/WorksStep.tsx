import { Alert, Button, Group, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { CopyBlock } from '@/components/CopyBlock';
import { Time } from '@/components/Time';
import { enrolment } from '@/texts/enrolment';
import { engines } from '@/texts/infrastructure';
import { HealthPill } from '../HealthPill';
import { RUN_COMMAND } from './command';

const texts = enrolment.works;

/** It may work: how it is started, and whether it was heard. */
export function WorksStep({ engine }: { engine: Schemas['EngineBody'] }) {
  return (
    <Stack gap="md" maw={760}>
      <CopyBlock label={texts.start} text={RUN_COMMAND} />
      <Group gap="xs" style={{ fontSize: '0.875rem' }}>
        <HealthPill engine={engine} />
        {engine.last_heard && (
          <span>
            {engines.columns.heard}: <Time at={engine.last_heard} show="minute" />
          </span>
        )}
      </Group>
      {engine.impaired && (
        <Alert color="red" variant="light" icon={<CircleAlert size={18} />} title={engine.impaired.explanation}>
          <div style={{ overflowWrap: 'anywhere' }}>{engine.impaired.detail}</div>
          <div style={{ marginTop: 6 }}>{texts.mend}</div>
        </Alert>
      )}
      <div className="muted" style={{ fontSize: '0.875rem' }}>
        {texts.redundancy}
      </div>
      <Group>
        <Button component={Link} to="/engines/$id" params={{ id: engine.id } as never}>
          {texts.open}
        </Button>
        <Button variant="default" component={Link} to="/engines/new" search={{ domain: engine.domain.id } as never}>
          {texts.another}
        </Button>
      </Group>
    </Stack>
  );
}
