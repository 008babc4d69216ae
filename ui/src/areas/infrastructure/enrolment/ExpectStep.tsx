import { Alert, Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { asProblem, fieldErrors } from '@/api/problem';
import { useCan } from '@/api/session';
import { EmptyState } from '@/components/EmptyState';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common } from '@/texts/common';
import { enrolment } from '@/texts/enrolment';
import { KnownEngineDialog } from '../KnownEngineDialog';
import { useDomainChoices } from '../useDomainChoices';

const texts = enrolment.expect;

interface Props {
  /** Chosen on the page that one comes from. */
  domain: string | undefined;
  onIssued: (issued: Schemas['EngineTokenIssued']) => void;
}

/** Says which engine is to come: a token is issued for it. */
export function ExpectStep({ domain: before, onIssued }: Props) {
  const issue = api.useMutation('post', '/api/v1/engines/tokens');
  const choices = useDomainChoices();
  const can = useCan();
  const [name, setName] = useState('');
  const [chosen, setDomain] = useState<string | null>(before ?? null);
  const [known, setKnown] = useState(false);
  const [left, setLeft] = useState(false);
  // Where there is one, nobody needs to choose it.
  const domain = chosen ?? (choices?.length === 1 ? (choices[0]?.value ?? null) : null);
  const errors = issue.error ? fieldErrors(asProblem(issue.error)) : {};
  const ready = name.trim() !== '' && domain !== null;
  if (!can('engine:create')) return <EmptyState {...texts.forbidden} />;
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !issue.isPending) issue.mutate({ body: { name: name.trim(), domain } }, { onSuccess: onIssued });
        }}
      >
        <Stack gap="md" maw={560}>
          {choices?.length === 0 && (
            <Alert variant="light" title={texts.noDomain}>
              <Link className="link" to="/domains">
                {texts.toDomains}
              </Link>
            </Alert>
          )}
          <TextInput
            label={texts.name}
            description={texts.nameHint}
            required
            maxLength={80}
            value={name}
            error={errors['name'] ?? (left && name.trim() === '' ? texts.nameMissing : undefined)}
            onBlur={() => setLeft(true)}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={texts.domain}
            description={texts.domainHint}
            required
            searchable
            nothingFoundMessage={common.none}
            data={choices ?? []}
            value={domain}
            error={errors['domain']}
            onChange={setDomain}
          />
          <div className="muted" style={{ fontSize: '0.875rem' }}>
            {texts.lifetime}
          </div>
          <ProblemAlert problem={issue.error} shownFields={['name', 'domain']} />
          <Group>
            <Button type="submit" disabled={!ready} loading={issue.isPending}>
              {texts.issue}
            </Button>
            <Button
              variant="subtle"
              color="gray"
              h="auto"
              mih={36}
              px="xs"
              styles={{ label: { whiteSpace: 'normal', lineHeight: 1.4 } }}
              onClick={() => setKnown(true)}
            >
              {texts.known}
            </Button>
          </Group>
        </Stack>
      </form>
      {known && <KnownEngineDialog onClose={() => setKnown(false)} />}
    </>
  );
}
